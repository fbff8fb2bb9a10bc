from pathlib import Path

import pytest

from motifgrid.formats.published import COLUMNS, PublishedNumbersError, read_published_numbers

HEADER = ",".join(COLUMNS)
STUDIES = Path(__file__).parents[2] / "studies"


def write(folder, *lines):
    path = folder / "published.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    return path


def test_what_is_empty_is_left_out_and_numbers_are_numbers(tmp_path):
    path = write(
        tmp_path,
        "koo,Table 1,,synthetic,cnn-2,,,auroc,,0.968,,1,,",
        'koo,"text, five trials",CNN-1,synthetic,cnn-1,2,saliency,any,at_most,0.9,0.024,5,,',
        "dash,Table 2,,k562,small,,,auroc,,0.918,0.098,108,median,",
        "dash,Table 3,,k562,small,,,t_test_p,,5.08e-4,,108,,large",
    )
    assert read_published_numbers(path) == [
        {
            "study": "koo",
            "table": "Table 1",
            "dataset": "synthetic",
            "architecture": "cnn-2",
            "metric": "auroc",
            "mean": 0.968,
            "trials": 1,
        },
        {
            "study": "koo",
            "table": "text, five trials",
            "row": "CNN-1",
            "dataset": "synthetic",
            "architecture": "cnn-1",
            "layer": 2,
            "readout": "saliency",
            "metric": "any",
            "relation": "at_most",
            "mean": 0.9,
            "sd": 0.024,
            "trials": 5,
        },
        {
            "study": "dash",
            "table": "Table 2",
            "dataset": "k562",
            "architecture": "small",
            "metric": "auroc",
            "mean": 0.918,
            "sd": 0.098,
            "trials": 108,
            "statistic": "median",
        },
        {
            "study": "dash",
            "table": "Table 3",
            "dataset": "k562",
            "architecture": "small",
            "metric": "t_test_p",
            "mean": 0.000508,
            "trials": 108,
            "baseline": "large",
        },
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("koo,T,,s,cnn-2,,,auroc,,high,,1,,", "line 2: mean is 'high'. Expected a number"),
        ("koo,T,,s,cnn-2,first,,auroc,,0.9,,1,,", "line 2: layer is 'first'"),
        ("koo,T,,s,cnn-2,,,auroc,,0.9,,1,", "line 2: Expected 14 columns"),
        ("koo,T, five,,s,cnn-2,,,auroc,,0.9,,1,,", "line 2: Expected 14 columns; quote commas"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, line, message):
    with pytest.raises(PublishedNumbersError, match=message):
        read_published_numbers(write(tmp_path, line))


def test_another_table_is_refused(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("study,mean\nkoo,1\n")
    with pytest.raises(
        PublishedNumbersError, match=r"other\.csv: line 1: found .* Expected study,"
    ):
        read_published_numbers(path)


def test_every_number_of_the_studies_has_a_source():
    numbers = read_published_numbers(STUDIES / "published.csv")
    assert all({"study", "table", "mean", "trials"} <= set(number) for number in numbers)
    keys = [tuple(sorted(number.items())) for number in numbers]
    assert len(set(keys)) == len(keys)
