import numpy as np
import pandas as pd
import pytest
import scipy.stats
from report_toys import cells_of, fractions_of, published_number

from motifgrid.report.paired import pair_all
from motifgrid.report.published_table import (
    COLUMNS,
    compare_published,
    read_comparison,
    render_published,
)
from motifgrid.report.tables import summarise

DASH = "\N{EN DASH}"


def test_comparison_with_a_published_number(summary):
    row = compare_published(summary, [published_number()]).iloc[0]
    assert list(row.index) == [
        "study", "table", "row", "metric", "ours_mean", "ours_sd", "n", "published_mean",
        "published_sd", "difference", "within_2sd", "relation", "dataset", "architecture",
        "readout", "layer", "statistic", "baseline",
    ]  # fmt: skip
    assert row[["study", "table", "row", "metric"]].tolist() == [
        "koo-eddy-2019", "Table 1", "CNN-25", "relevant",
    ]  # fmt: skip
    assert row["ours_mean"] == pytest.approx(0.95)
    assert row["difference"] == pytest.approx(-0.03)
    assert (row["n"], row["published_sd"], row["within_2sd"]) == (2, 0.027, "yes")


@pytest.mark.parametrize(
    ("mean", "sd", "within"),
    [(0.95, 0.0, "yes"), (0.89, 0.03, "yes"), (0.88, 0.03, "no"), (0.95, None, "")],
)
def test_within_two_published_standard_deviations(summary, mean, sd, within):
    assert (
        compare_published(summary, [published_number(mean=mean, sd=sd)])["within_2sd"][0] == within
    )


def test_the_published_sd_may_be_left_out(summary):
    published = published_number()
    del published["sd"]
    row = compare_published(summary, [published]).iloc[0]
    assert np.isnan(row["published_sd"]) and row["within_2sd"] == ""


def test_what_is_not_in_the_grid_stays_with_nothing_of_ours(summary):
    row = compare_published(
        summary, [published_number(architecture="cnn9-25", row="CNN9-25")]
    ).iloc[0]
    assert row["n"] == 0 and row["within_2sd"] == ""
    assert row[["ours_mean", "ours_sd", "difference"]].isna().all()


def test_scores_need_no_readout(summary):
    both = pd.concat([summary, summary.assign(layer=2, n=1)])
    row = compare_published(
        both, [published_number(metric="auroc", readout=None, layer=None)]
    ).iloc[0]
    assert (row["ours_mean"], row["n"]) == (pytest.approx(0.96), 2)


def test_layers_may_be_written_as_text(summary):
    assert compare_published(summary, [published_number(layer="1")])["n"][0] == 2


def test_an_ambiguous_number_is_an_error(summary):
    both = pd.concat([summary, summary.assign(layer=2)])
    with pytest.raises(ValueError, match="add readout and layer"):
        compare_published(both, [published_number(layer=None)])


def test_one_seed_can_be_compared(summary):
    row = compare_published(
        summary, [published_number(architecture="cnn-2", mean=0.0, sd=0.01)]
    ).iloc[0]
    assert (row["n"], row["ours_sd"], row["within_2sd"]) == (1, 0, "yes")


def test_an_unknown_fraction_has_no_difference():
    unknown = summarise(cells_of(("cnn-25", 0, 0.9)), fractions_of(("cnn-25", 0, np.nan)))
    row = compare_published(unknown, [published_number()]).iloc[0]
    assert row["n"] == 1 and np.isnan(row["difference"]) and row["within_2sd"] == ""


@pytest.mark.parametrize("key", ["study", "row", "architecture", "metric", "mean"])
def test_incomplete_numbers_are_an_error(summary, key):
    with pytest.raises(ValueError, match=f"without {key}: add it"):
        compare_published(summary, [published_number(**{key: None})])


def test_an_unknown_metric_is_an_error(summary):
    with pytest.raises(ValueError, match=r"metric f1\. Expected one of auroc, aupr"):
        compare_published(summary, [published_number(metric="f1")])


def test_nothing_published_is_an_empty_table(summary):
    assert list(compare_published(summary, []).columns) == COLUMNS
    assert render_published(compare_published(summary, [])).empty


def test_the_comparison_in_words(summary):
    published = [
        published_number(),
        published_number(metric="auroc", mean=0.954, sd=None),
        published_number(architecture="x"),
    ]
    published.append(published_number(mean=0.88, relation="at_least"))
    table = render_published(compare_published(summary, published))
    assert list(table.columns) == [
        "Row", "Metric", "Ours", "Seeds", "Published", "Difference", "Within 2 sd",
    ]  # fmt: skip
    assert table.to_numpy().tolist() == [
        ["CNN-25", "Relevant match", "0.950 ± 0.050", "2", "0.980 ± 0.027", "-0.030", "yes"],
        ["CNN-25", "AUROC", "0.960 ± 0.010", "2", "0.954", "+0.006", DASH],
        ["CNN-25", "Relevant match", "not in this grid", "0", "0.980 ± 0.027", DASH, DASH],
        ["CNN-25", "Relevant match", "0.950 ± 0.050", "2", "≥ 0.880 ± 0.027", "+0.070", "yes"],
    ]


@pytest.mark.parametrize(
    ("relation", "mean", "sd", "within"),
    [
        ("at_most", 0.95, None, "yes"),
        ("at_most", 0.94, None, "no"),
        ("at_most", 0.94, 0.005, "yes"),
        ("at_most", 0.2, 0.3, "no"),
        ("at_least", 0.2, None, "yes"),
        ("at_least", 0.96, None, "no"),
        ("at_least", 0.96, 0.005, "yes"),
    ],
)
def test_a_bound_is_judged_on_its_side(summary, relation, mean, sd, within):
    number = published_number(relation=relation, mean=mean, sd=sd)
    assert compare_published(summary, [number])["within_2sd"].item() == within


def test_the_table_is_read_as_it_was_written(summary, tmp_path):
    numbers = [published_number(), published_number(sd=None), published_number(architecture="x")]
    table = compare_published(summary, numbers)
    table.to_csv(tmp_path / "published.csv", index=False)
    pd.testing.assert_frame_equal(
        read_comparison(tmp_path / "published.csv"), table, check_dtype=False
    )


@pytest.fixture
def sets():
    """CNN-25 on three sets from two seeds each: means 0.7, 0.8 and 0.96; CNN-2 on one."""
    aurocs = {"k562-a": (0.6, 0.8), "k562-b": (0.8, 0.8), "k562-c": (0.95, 0.97)}
    cells = pd.concat(
        cells_of(*(("cnn-25", seed, auroc) for seed, auroc in enumerate(pair))).assign(dataset=name)
        for name, pair in aurocs.items()
    )
    other = cells_of(("cnn-2", 0, 0.5)).assign(dataset="k562-a")
    return summarise(pd.concat([cells, other]), fractions_of())


def number_over_sets(**changes):
    over = {"metric": "auroc", "datasets": ["k562-a", "k562-b", "k562-c"], "statistic": "mean"}
    number = published_number(dataset="k562", mean=0.8, sd=0.1, **over)
    return number | {"readout": None, "layer": None} | changes


@pytest.mark.parametrize(("statistic", "ours"), [("mean", 2.46 / 3), ("median", 0.8)])
def test_a_number_over_sets_has_every_set_once_by_its_mean_over_seeds(sets, statistic, ours):
    row = compare_published(sets, [number_over_sets(statistic=statistic)]).iloc[0]
    assert row["ours_mean"] == pytest.approx(ours)
    assert row["ours_sd"] == pytest.approx(np.std([0.7, 0.8, 0.96]))
    assert (row["n"], row["statistic"], row["dataset"]) == (3, statistic, "k562")
    assert row["difference"] == pytest.approx(ours - 0.8)


def test_the_spread_over_sets_judges_nothing(sets):
    assert compare_published(sets, [number_over_sets()])["within_2sd"].item() == ""


def test_sets_that_an_architecture_was_not_trained_on_do_not_count(sets):
    row = compare_published(sets, [number_over_sets(architecture="cnn-2")]).iloc[0]
    assert (row["n"], row["ours_mean"], row["ours_sd"]) == (1, 0.5, 0)
    none = compare_published(sets, [number_over_sets(architecture="cnn-100")]).iloc[0]
    assert none["n"] == 0 and np.isnan(none["ours_mean"]) and np.isnan(none["difference"])


def test_a_number_over_sets_in_words(sets, tmp_path):
    table = compare_published(sets, [number_over_sets(statistic="median")])
    table.to_csv(tmp_path / "published.csv", index=False)
    for comparison in (table, read_comparison(tmp_path / "published.csv")):
        (row,) = render_published(comparison).to_dict("records")
        assert row["Metric"] == "AUROC, median over sets"
        assert (row["Ours"], row["Seeds"]) == ("0.800 ± 0.107", "3 sets")


def test_a_number_over_sets_of_which_one_is_here(sets):
    (row,) = render_published(
        compare_published(sets, [number_over_sets(architecture="cnn-2")])
    ).to_dict("records")
    assert row["Seeds"] == "1 set"


def test_fractions_over_sets_need_one_readout(summary):
    number = published_number(datasets=["synthetic"], statistic="mean", layer=None)
    both = pd.concat([summary, summary.assign(layer=2)])
    with pytest.raises(ValueError, match="2 readouts or layers have it"):
        compare_published(both, [number])
    assert compare_published(summary, [number])["ours_mean"].item() == pytest.approx(0.95)


def hits_of(*parts, readout="saliency"):
    """Hits of cnn-2, one set per part of them that match."""
    rows = [
        (readout, f"set-{number}", "cnn-2", 0, "A", 100, 90, 100 * part)
        for number, part in enumerate(parts)
    ]
    columns = ["readout", "dataset", "architecture", "seed", "class", "sequences", "hits"]
    columns += ["relevant"]
    return pd.DataFrame(rows, columns=columns)


def test_hits_stand_beside_a_published_part_of_them(summary):
    number = published_number(
        metric="relevant_hits", mean=0.4, readout="saliency", architecture="cnn-2",
        dataset="all", datasets=["set-0", "set-1", "set-2"], statistic="mean",
    )  # fmt: skip
    others = hits_of(0.9, readout="temporal")
    hits = pd.concat([hits_of(0.2, 0.3, 0.7), others])
    row = compare_published(summary, [number], hits).iloc[0]
    assert row["ours_mean"] == pytest.approx(0.4)
    assert row["n"] == 3
    rendered = render_published(compare_published(summary, [number], hits))
    assert rendered["Metric"].tolist() == ["Hits of the motif, mean over sets"]


def test_hits_that_nobody_counted_are_not_a_metric(summary):
    with pytest.raises(ValueError, match=r"has metric relevant_hits\. Expected one of auroc"):
        compare_published(summary, [published_number(metric="relevant_hits")])


PAIRED = {"cnn-2": (0.6, 0.7, 0.8, 0.85, 0.9, 0.5), "cnn-25": (0.7, 0.75, 0.9, 0.84, 0.99, 0.7)}


def pair_rows(sets=6):
    """CNN-2 and CNN-25 on as many sets, one seed each, and both on one set of no collection."""
    cells = [
        cells_of((name, 0, auroc)).assign(dataset=f"set-{number}")
        for name, aurocs in PAIRED.items()
        for number, auroc in enumerate(aurocs[:sets])
    ]
    apart = [cells_of((name, 0, 0.1 * len(name))).assign(dataset="apart") for name in PAIRED]
    return pair_all(pd.concat([*cells, *apart]), [["cnn-2", "cnn-25"]])


def number_of_pair(**changes):
    number = published_number(metric="t_test_p", mean=5.08e-4, sd=None, dataset="all", **changes)
    sets = [f"set-{number}" for number in range(6)]
    return {"architecture": "cnn-25", "baseline": "cnn-2", "datasets": sets, **number}


@pytest.mark.parametrize("architecture", ["cnn-2", "cnn-25"])
def test_a_published_p_stands_beside_ours_over_its_sets(summary, architecture):
    (other,) = set(PAIRED) - {architecture}
    number = number_of_pair() | {"architecture": architecture, "baseline": other}
    table = compare_published(summary, [number], pairs=pair_rows())
    row = table.iloc[0]
    assert row["ours_mean"] == pytest.approx(scipy.stats.ttest_rel(*PAIRED.values()).pvalue)
    assert (row["n"], row["within_2sd"], row["baseline"]) == (6, "", other)
    assert np.isnan(row["difference"]) and row["readout"] == row["layer"] == ""
    (told,) = render_published(table).to_dict("records")
    assert told["Metric"] == "p, t-test over sets"
    assert (told["Ours"], told["Published"]) == (f"{row['ours_mean']:.2g}", "0.00051")
    assert (told["Seeds"], told["Difference"]) == ("6 sets", DASH)


def test_few_sets_have_no_p_to_compare(summary, tmp_path):
    table = compare_published(summary, [number_of_pair()], pairs=pair_rows(sets=3))
    table.to_csv(tmp_path / "published.csv", index=False)
    for comparison in (table, read_comparison(tmp_path / "published.csv")):
        (told,) = render_published(comparison).to_dict("records")
        assert (told["Ours"], told["Seeds"]) == (DASH, "3 sets")


def test_a_p_without_a_baseline_is_an_error(summary):
    number = number_of_pair()
    del number["baseline"]
    with pytest.raises(ValueError, match="without baseline: add it"):
        compare_published(summary, [number], pairs=pair_rows())


def test_a_score_has_no_readout(summary):
    numbers = [published_number(metric="auroc"), published_number()]
    table = compare_published(summary, numbers)
    assert table[["readout", "layer"]].to_numpy().tolist() == [["", ""], ["activation", "1"]]
