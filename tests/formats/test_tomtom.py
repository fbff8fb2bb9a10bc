import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared_data import shared_data

from motifgrid.formats.tomtom import (
    COLUMNS,
    TomtomFileError,
    read_tomtom,
    read_tomtom_notes,
    write_tomtom,
)

VERSION_4 = (
    "#Query ID\tTarget ID\tOptimal offset\tp-value\tE-value\tq-value\tOverlap\tQuery consensus"
    "\tTarget consensus\tOrientation"
)
VERSION_5 = "\t".join(COLUMNS)
ROW = "f0\tMA0083.3\t-3\t5.7e-12\t2.9e-09\t5.9e-09\t13\tCCATATATGG\tTGACCATATA\t-"

words = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=10).filter(
    lambda word: not word.startswith("#")
)
letters = st.text("ACGT", min_size=1, max_size=20)
rows = st.tuples(
    words,
    words,
    st.integers(-30, 30),
    st.floats(0, 1),
    st.floats(0, 1000),
    st.floats(0, 1),
    st.integers(1, 30),
    letters,
    letters,
    st.sampled_from("+-"),
)


def table_of(*rows):
    return pd.DataFrame(rows, columns=list(COLUMNS))


def write(folder, text):
    path = folder / "tomtom.tsv"
    path.write_text(text)
    return path


@pytest.mark.parametrize("header", [VERSION_4, VERSION_5])
def test_both_headers_of_tomtom_are_read(tmp_path, header):
    row = read_tomtom(write(tmp_path, f"{header}\n{ROW}\n")).iloc[0]
    assert tuple(row.index) == COLUMNS
    assert (row["Query_ID"], row["Target_ID"], row["Orientation"]) == ("f0", "MA0083.3", "-")
    assert (row["Optimal_offset"], row["Overlap"]) == (-3, 13)
    assert (row["p-value"], row["E-value"], row["q-value"]) == (5.7e-12, 2.9e-09, 5.9e-09)


def test_comments_and_empty_lines_after_the_header_are_left_out(tmp_path):
    text = f"{VERSION_5}\n{ROW}\n\n# Tomtom: Version 5.4.1\n# tomtom -text\n"
    assert len(read_tomtom(write(tmp_path, text))) == 1


def test_a_table_without_hits_has_its_columns_and_types(tmp_path):
    table = read_tomtom(write(tmp_path, f"{VERSION_5}\n\n# Tomtom\n"))
    assert tuple(table.columns) == COLUMNS
    assert len(table) == 0
    assert table["E-value"].dtype == float
    assert table["Overlap"].dtype == int


@pytest.mark.parametrize("text", ["", "No matches\n", f"{ROW}\n", VERSION_5.replace("\t", ",")])
def test_a_file_without_the_header_is_named(tmp_path, text):
    with pytest.raises(TomtomFileError, match=r"tomtom\.tsv: expected Tomtom's ten columns, found"):
        read_tomtom(write(tmp_path, text))


@pytest.mark.parametrize(("row", "count"), [("f0\tMA0083.3", 2), (f"{ROW}\tmore", 11)])
def test_a_row_of_another_length_is_named_with_its_line(tmp_path, row, count):
    with pytest.raises(TomtomFileError, match=rf"tomtom\.tsv, line 3: {count} columns.*the 10"):
        read_tomtom(write(tmp_path, f"{VERSION_5}\n{ROW}\n{row}\n"))


@given(st.lists(rows, max_size=5, unique_by=lambda row: row[:2]))
def test_a_table_read_back_is_the_same_to_six_digits(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("tomtom") / "tomtom.tsv"
    table = table_of(*rows)
    write_tomtom(path, table, {})
    again = read_tomtom(path)
    ordered = table.sort_values(["Query_ID", "p-value", "Target_ID"], ignore_index=True)
    for column in COLUMNS:
        if column in ("p-value", "E-value", "q-value"):
            expected = ordered[column].to_numpy(float)
            np.testing.assert_allclose(again[column], expected, rtol=1e-5, atol=1e-300)
        else:
            assert list(again[column]) == list(ordered[column]), column


def test_a_written_table_to_the_byte_ordered_by_query_and_p(tmp_path):
    first = ("f0", "B", 1, 1e-9, 5.19e-7, 2e-6, 8, "ACGT", "ACGT", "+")
    second = ("f0", "A", -2, 0.123456789, 64.0740734, 0.5, 4, "ACGT", "TTTT", "-")
    third = ("f1", "A", 0, 0.0, 0.0, 0.0, 4, "GGGG", "GGGG", "+")
    table = table_of(third, second, first).assign(extra="x")
    write_tomtom(tmp_path / "a.tsv", table, {"engine": "memelite 0.5.0", "motifs": "519"})
    assert (tmp_path / "a.tsv").read_text() == (
        f"{VERSION_5}\n"
        "f0\tB\t1\t1e-09\t5.19e-07\t2e-06\t8\tACGT\tACGT\t+\n"
        "f0\tA\t-2\t0.123457\t64.0741\t0.5\t4\tACGT\tTTTT\t-\n"
        "f1\tA\t0\t0\t0\t0\t4\tGGGG\tGGGG\t+\n"
        "\n# engine: memelite 0.5.0\n# motifs: 519\n"
    )


def test_notes_are_read_back(tmp_path):
    notes = {"engine": "memelite 0.5.0", "database": "JASPAR2016 CORE: vertebrates"}
    write_tomtom(tmp_path / "a.tsv", table_of(), notes)
    assert read_tomtom_notes(tmp_path / "a.tsv") == notes
    assert len(read_tomtom(tmp_path / "a.tsv")) == 0


def test_a_header_of_version_4_is_no_note(tmp_path):
    assert read_tomtom_notes(write(tmp_path, f"{VERSION_4}\n{ROW}\n")) == {}


# Real files


@pytest.mark.parametrize(
    ("name", "count"),
    [("cnn_2", 18), ("cnn_4", 64), ("cnn_10", 300), ("cnn_25", 300), ("cnn3_2", 10)],
)
def test_published_tables_are_read(name, count):
    path = shared_data("published", "tomtom_koo_eddy", f"{name}_tomtom.txt")
    table = read_tomtom(path)
    assert len(table) == count
    assert table["E-value"].max() <= 0.1
    np.testing.assert_allclose(table["E-value"], table["p-value"] * 519, rtol=1e-5)


@pytest.mark.parametrize("scores", ["complete.out", "out"])
@pytest.mark.parametrize("distance", ["ed", "pearson", "allr", "kullback", "sandelin"])
def test_tables_of_every_distance_are_read(scores, distance):
    folder = shared_data("tomtom_golden", "meme_suite_tests", "tests", "tomtom")
    table = read_tomtom(folder / f"tomtom.{scores}.{distance}")
    assert set(table["Orientation"]) <= {"+", "-"}
    np.testing.assert_allclose(table["E-value"], table["p-value"] * 5, rtol=1e-4)
