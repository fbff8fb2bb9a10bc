import itertools

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from motifgrid.report.paired import (
    LEAST_DIFFERENCES,
    PAIR_COLUMNS,
    adjust_holm,
    bootstrap_median,
    compare_pair,
    compare_pairs,
    correlate_signs,
    pair_all,
    pair_datasets,
    signed_rank_p,
    t_test_p,
)


def cells_of(scores):
    """Cells from {(dataset, architecture): AUROCs of seeds 0, 1, ...}."""
    rows = [
        (dataset, architecture, seed, auroc)
        for (dataset, architecture), aurocs in scores.items()
        for seed, auroc in enumerate(aurocs)
    ]
    return pd.DataFrame(rows, columns=["dataset", "architecture", "seed", "auroc"])


def random_cells(datasets=20, seeds=3, architectures=("max", "expectation", "average")):
    rng = np.random.default_rng(3)
    return cells_of(
        {
            (f"set-{number}", name): 0.8 + 0.02 * place + rng.normal(0, 0.03, seeds)
            for number in range(datasets)
            for place, name in enumerate(architectures)
        }
    )


def rows_of(differences):
    """Rows of a pair whose differences are these."""
    scores = {(f"set-{n}", "max"): [0.5] for n in range(len(differences))}
    scores |= {(f"set-{n}", "other"): [0.5 + gain] for n, gain in enumerate(differences)}
    return pair_datasets(cells_of(scores), "max", "other")


def enumerate_signs(differences):
    """Two-sided p of the signed-rank test by brute force over all signs."""
    ranks = scipy.stats.rankdata(np.abs(differences))
    seen = abs(np.sum(np.sign(differences) * ranks))
    sums = [abs(np.dot(s, ranks)) for s in itertools.product((-1, 1), repeat=len(ranks))]
    return np.mean(np.array(sums) >= seen - 1e-9)


def test_means_sds_and_differences_are_those_of_the_seeds():
    scores = {("b-2", "max"): [0.8, 0.9], ("b-2", "expectation"): [0.9, 0.95, 1.0]}
    (row,) = pair_datasets(cells_of(scores), "max", "expectation").to_dict("records")
    assert list(row) == PAIR_COLUMNS
    assert (row["baseline"], row["other"], row["metric"]) == ("max", "expectation", "auroc")
    assert (row["baseline_mean"], row["other_mean"]) == pytest.approx((0.85, 0.95))
    assert row["difference"] == pytest.approx(0.1)
    assert row["baseline_sd"] == pytest.approx(np.std([0.8, 0.9]))
    assert row["other_sd"] == pytest.approx(np.std([0.9, 0.95, 1.0]))
    assert (row["baseline_seeds"], row["other_seeds"], row["left_out"]) == (2, 3, 0)


def test_one_seed_has_no_spread():
    (row,) = rows_of([0.1]).to_dict("records")
    assert np.isnan(row["baseline_sd"]) and np.isnan(row["other_sd"])


def test_only_datasets_with_numbers_of_both_are_paired_and_the_others_counted():
    scores = {
        ("both", "max"): [0.8],
        ("both", "other"): [0.9],
        ("one", "max"): [0.8],
        ("no-number", "max"): [0.8],
        ("no-number", "other"): [np.nan],
        ("elsewhere", "average"): [0.5],
    }
    table = pair_datasets(cells_of(scores), "max", "other")
    assert list(table["dataset"]) == ["both"]
    assert list(table["left_out"]) == [2]


def test_datasets_are_in_natural_order():
    assert list(rows_of([0.1] * 11)["dataset"]) == [f"set-{n}" for n in range(11)]


def test_any_metric_can_be_paired():
    cells = random_cells().assign(aupr=lambda table: table["auroc"] / 2)
    by_aupr = pair_datasets(cells, "max", "expectation", "aupr")
    by_auroc = pair_datasets(cells, "max", "expectation")
    assert set(by_aupr["metric"]) == {"aupr"}
    np.testing.assert_allclose(by_aupr["difference"], by_auroc["difference"] / 2, atol=1e-11)


def test_means_that_are_equal_but_for_rounding_are_equal():
    scores = {("a", "max"): [0.1, 0.2, 0.3], ("a", "other"): [0.3, 0.1, 0.2]}
    assert list(pair_datasets(cells_of(scores), "max", "other")["difference"]) == [0.0]


def test_an_unknown_architecture_metric_or_pair_is_an_error():
    cells = random_cells(2)
    with pytest.raises(ValueError, match="No cell of expectation-9 has a number for auroc"):
        pair_datasets(cells, "max", "expectation-9")
    with pytest.raises(ValueError, match="no column loss"):
        pair_datasets(cells, "max", "average", "loss")
    apart = cells_of({("a", "max"): [0.8], ("b", "other"): [0.9]})
    with pytest.raises(ValueError, match="No dataset has both max and other"):
        pair_datasets(apart, "max", "other")


def test_several_pairs_follow_each_other():
    pairs = [("max", "expectation"), ("average", "max")]
    table = pair_all(random_cells(4), pairs)
    assert list(table["baseline"]) == ["max"] * 4 + ["average"] * 4
    assert list(pair_all(random_cells(4), []).columns) == PAIR_COLUMNS


def test_a_comparison_counts_and_averages_datasets():
    told = compare_pair(rows_of([0.1, 0.2, 0.0, -0.05]))
    assert (told["datasets"], told["improved"], told["equal"], told["worsened"]) == (4, 2, 1, 1)
    assert told["median_difference"] == pytest.approx(0.05)
    assert told["mean_difference"] == pytest.approx(0.0625)
    assert told["median_low"] <= 0.05 <= told["median_high"]
    assert np.isnan(told["p"])


def test_p_is_that_of_scipy_on_the_means_of_the_cells():
    cells = random_cells(60)
    means = cells.pivot_table(index="dataset", columns="architecture", values="auroc")
    told = compare_pair(pair_datasets(cells, "max", "expectation"))
    expected = scipy.stats.wilcoxon(means["expectation"], means["max"], zero_method="wilcox").pvalue
    assert told["p"] == pytest.approx(expected, rel=1e-9)
    assert told["median_difference"] == pytest.approx(
        np.median(means["expectation"] - means["max"]), abs=1e-11
    )


@pytest.mark.parametrize(
    "differences",
    [
        [0.01, -0.02, 0.03, 0.04, 0.05, -0.06, 0.07],
        [0.01, 0.01, -0.01, 0.02, 0.02, 0.03, -0.03, 0.05],
        [0.0, 0.01, -0.02, 0.03, 0.0, 0.04, 0.05, 0.06],
    ],
)
def test_p_of_few_datasets_is_exact_with_ties_and_without_zeros(differences):
    differences = np.array(differences)
    expected = enumerate_signs(differences[differences != 0])
    assert signed_rank_p(differences) == pytest.approx(expected)


def test_the_t_test_is_written_out_and_that_of_two_columns():
    rng = np.random.default_rng(0)
    before, after = rng.normal(0.9, 0.05, (2, 12))
    differences = after - before
    statistic = differences.mean() / (differences.std(ddof=1) / np.sqrt(12))
    expected = 2 * scipy.stats.t.sf(abs(statistic), 11)
    assert t_test_p(differences) == pytest.approx(expected)
    assert t_test_p(differences) == pytest.approx(scipy.stats.ttest_rel(after, before).pvalue)


def test_there_is_no_t_test_of_few_or_of_equal_differences():
    assert np.isnan(t_test_p(np.arange(5.0)))
    assert np.isnan(t_test_p(np.full(20, 0.01)))


def test_there_is_no_p_where_too_few_differ():
    few = np.full(LEAST_DIFFERENCES - 1, 0.1) * np.arange(1, LEAST_DIFFERENCES)
    assert np.isnan(signed_rank_p(few))
    assert np.isnan(signed_rank_p(np.zeros(100)))
    assert np.isnan(signed_rank_p(np.append(few, np.zeros(50))))
    assert signed_rank_p(np.append(few, 1.0)) == pytest.approx(2 / 2**6)


def test_rank_biserial_is_the_difference_of_shares_of_rank_sums():
    # ranks 1 to 4: favourable 2 + 3 + 4, unfavourable 1
    assert correlate_signs(np.array([-0.1, 0.2, 0.3, 0.0, 0.4])) == pytest.approx(0.9 - 0.1)
    assert correlate_signs(np.array([0.1, 0.1])) == 1
    assert np.isnan(correlate_signs(np.zeros(3)))


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=40).filter(any))
@settings(max_examples=50)
def test_turning_a_pair_round_turns_the_effect_and_keeps_p(gains):
    gains = np.array(gains, dtype=float)
    assert correlate_signs(-gains) == pytest.approx(-correlate_signs(gains))
    assert -1 <= correlate_signs(gains) <= 1
    assert signed_rank_p(-gains) == pytest.approx(signed_rank_p(gains), nan_ok=True)


def test_rank_biserial_agrees_with_scipys_statistic():
    gains = np.random.default_rng(0).normal(0.3, 1, 30)
    plus = scipy.stats.wilcoxon(gains, alternative="greater").statistic
    total = 30 * 31 / 2
    assert correlate_signs(gains) == pytest.approx((plus - (total - plus)) / total)


def test_the_bootstrap_interval_is_near_that_of_the_order_statistics():
    gains = np.random.default_rng(1).normal(0.1, 1, 400)
    low, high = bootstrap_median(gains)
    # the exact distribution-free interval of a median: binomial quantiles of the ranks
    first, last = scipy.stats.binom.ppf([0.025, 0.975], 400, 0.5).astype(int)
    ordered = np.sort(gains)
    assert (low, high) == pytest.approx((ordered[first - 1], ordered[last]), abs=0.04)


def test_the_bootstrap_is_the_same_every_time_and_follows_its_seed():
    # of few datasets the ends are so few numbers that two seeds may well agree
    gains = np.random.default_rng(2).normal(0, 1, 690)
    assert bootstrap_median(gains, 5) == bootstrap_median(gains, 5)
    assert bootstrap_median(gains, 5) != bootstrap_median(gains, 6)


def test_the_bootstrap_of_equal_differences_is_a_point_and_of_one_dataset_nothing():
    assert bootstrap_median(np.full(5, 0.25)) == (0.25, 0.25)
    assert np.isnan(bootstrap_median(np.array([0.25]))).all()


def test_spreads_are_compared_where_both_have_equally_many_seeds():
    scores = {
        ("a", "max"): [0.8, 0.9],
        ("a", "other"): [0.85, 0.86],
        ("b", "max"): [0.7, 0.8],
        ("b", "other"): [0.6, 0.9],
        ("more-seeds", "max"): [0.1, 0.9],
        ("more-seeds", "other"): [0.8, 0.8, 0.8],
        ("one-seed", "max"): [0.8],
        ("one-seed", "other"): [0.8],
    }
    told = compare_pair(pair_datasets(cells_of(scores), "max", "other"))
    assert (told["datasets"], told["spread_datasets"], told["narrower"]) == (4, 2, 1)
    assert (told["baseline_sd"], told["other_sd"]) == pytest.approx((0.05, (0.005 + 0.15) / 2))
    assert np.isnan(compare_pair(rows_of([0.1]))["other_sd"])


def test_holm_multiplies_and_never_decreases():
    adjusted = adjust_holm(pd.Series([0.01, 0.04, 0.03, 0.005], index=list("abcd")))
    assert list(adjusted.index) == list("abcd")
    np.testing.assert_allclose(adjusted, [0.03, 0.06, 0.06, 0.02])


def test_missing_tests_do_not_count_in_holm():
    adjusted = adjust_holm(pd.Series([np.nan, 0.02, 0.9]))
    np.testing.assert_allclose(adjusted, [np.nan, 0.04, 0.9])
    assert adjust_holm(pd.Series([np.nan])).isna().all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.floats(0.001, 0.999))
@settings(max_examples=200)
def test_holm_rejects_what_the_sequential_procedure_rejects(pvalues, level):
    rejected = set()
    for step, place in enumerate(np.argsort(pvalues, kind="stable")):
        if (len(pvalues) - step) * pvalues[place] > level:
            break
        rejected.add(int(place))
    adjusted = adjust_holm(pd.Series(pvalues))
    assert {place for place, p in enumerate(adjusted) if p <= level} == rejected


def test_every_pair_has_its_row_with_p_corrected_within_its_metric():
    cells = random_cells(12).assign(aupr=lambda table: table["auroc"])
    pairs = [("max", "expectation"), ("max", "average"), ("expectation", "average")]
    one = pair_all(cells, pairs)
    table = compare_pairs(pd.concat([one, pair_all(cells, pairs[:1], "aupr")]))
    assert list(zip(table["baseline"], table["other"], strict=True)) == [*pairs, pairs[0]]
    np.testing.assert_allclose(table["p_holm"][:3], adjust_holm(table["p"][:3]))
    assert table["p_holm"][3] == table["p"][3] == table["p"][0]


def test_no_pairs_have_no_rows():
    table = compare_pairs(pair_all(random_cells(2), []))
    assert len(table) == 0 and {"p", "p_holm"} <= set(table.columns)


def test_the_order_of_cells_does_not_matter():
    cells = random_cells(9)
    turned = cells.sample(frac=1, random_state=0)
    pairs = [("max", "expectation")]
    first, second = compare_pairs(pair_all(cells, pairs)), compare_pairs(pair_all(turned, pairs))
    pd.testing.assert_frame_equal(first, second)
