import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.csv_tables import TableError, read_table, read_words

CONFUSING = ["NA", "nan", "null", "None", "007", "1e5", "True", "", "inf", "#N/A", "é"]


def test_names_come_back_as_they_were_written(tmp_path):
    table = pd.DataFrame({"class": CONFUSING, "score": np.arange(len(CONFUSING)) / 4})
    write_csv(tmp_path / "scores.csv", table)
    pd.testing.assert_frame_equal(read_table(tmp_path / "scores.csv"), table, check_dtype=False)


def test_an_absent_number_is_nan_and_the_others_are_numbers(tmp_path):
    write_csv(tmp_path / "scores.csv", pd.DataFrame({"class": ["NA", "b"], "auroc": [np.nan, 9.5]}))
    values = read_table(tmp_path / "scores.csv")["auroc"].tolist()
    assert math.isnan(values[0]) and values[1] == 9.5


def test_flags_come_back_as_flags(tmp_path):
    write_csv(
        tmp_path / "runs.csv", pd.DataFrame({"class": ["a", "b"], "converged": [True, False]})
    )
    assert read_table(tmp_path / "runs.csv")["converged"].tolist() == [True, False]


@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])),
            st.floats(allow_nan=True, allow_infinity=False, width=16),
        ),
        min_size=1,
    )
)
def test_any_names_and_numbers_survive(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("tables") / "scores.csv"
    written = pd.DataFrame(rows, columns=["class", "score"])
    write_csv(path, written)
    read = read_table(path)
    assert read["class"].tolist() == written["class"].tolist()
    np.testing.assert_allclose(
        read["score"].astype(float), written["score"], rtol=1e-5, equal_nan=True
    )


@pytest.mark.parametrize("text", ["", "class,aupr\na,1\n"], ids=["empty", "without"])
def test_a_table_without_its_column_is_named(tmp_path, text):
    (tmp_path / "scores.csv").write_text(text)
    with pytest.raises(ValueError, match=r"scores.csv: no column .*auroc.*remove the file"):
        read_table(tmp_path / "scores.csv", ["class", "auroc"])


def test_a_table_of_words_keeps_every_cell(tmp_path):
    (tmp_path / "table.csv").write_text("a,b\n0.50,NA\n,1\n")
    assert read_words(tmp_path / "table.csv").to_dict("list") == {
        "a": ["0.50", ""],
        "b": ["NA", "1"],
    }


def test_windows_line_ends_are_no_part_of_the_last_column(tmp_path):
    (tmp_path / "table.csv").write_bytes(b"score,class\r\n1,b\r\n")
    assert read_table(tmp_path / "table.csv", ["class"])["class"][0] == "b"


def test_a_table_without_rows_has_its_columns(tmp_path):
    (tmp_path / "table.csv").write_text("class,auroc\n")
    assert list(read_table(tmp_path / "table.csv", ["class"]).columns) == ["class", "auroc"]


def test_a_cell_more_in_every_line_is_no_index(tmp_path):
    (tmp_path / "table.csv").write_text("class,auroc\nx,a,0.5\ny,b,0.6\n")
    with pytest.raises(TableError, match=r"table\.csv: not a table \(lines have more cells"):
        read_table(tmp_path / "table.csv", ["class"])
