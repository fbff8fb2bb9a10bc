"""Pairs of architectures over many datasets: which is better on how many, and by how much."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import scipy.stats

from motifgrid.report.names import natural_key

PAIR = ["baseline", "other", "metric"]
PAIR_COLUMNS = [
    *PAIR,
    "dataset",
    "baseline_mean",
    "other_mean",
    "difference",
    "baseline_sd",
    "other_sd",
    "baseline_seeds",
    "other_seeds",
    "left_out",
]

DECIMALS = 12
"""Of differences: more of a mean of numbers of order 1 are rounding errors, which would make
unequal, or break ties of ranks, what is equal."""

LEAST_DIFFERENCES = 6
"""Of fewer differences the smallest two-sided p is 2 / 2^5 = 0.06: no test could find anything."""

ZERO_METHOD = "wilcox"
"""Datasets without a difference are left out before ranking, as Wilcoxon 1945 does."""

CONFIDENCE = 0.95
RESAMPLES = 10_000
RESAMPLES_AT_ONCE = 1_000
"""Keeps the memory for hundreds of datasets to a few MB."""


def pair_datasets(
    cells: pd.DataFrame, baseline: str, other: str, metric: str = "auroc"
) -> pd.DataFrame:
    """Set two architectures side by side on every dataset that has both.

    Args:
        cells: from `tables.collect_cells`, columns dataset, architecture, seed and the metric;
            those without a number are left out.
        baseline: name of an architecture.
        other: name of the architecture that is compared with it.
        metric: a column of which more is better.

    Returns:
        One row per dataset with `PAIR_COLUMNS`, ordered by dataset: names and metric; means and
        population standard deviations over seeds (of one seed: NaN); difference, other minus
        baseline, to `DECIMALS`; in how many seeds each has a number; and left_out, the same in all
        rows: how many datasets have cells of at least one of the two, but not numbers of both.

    Raises:
        ValueError: no such column, or no dataset with both.
    """
    _require_metric(cells, metric)
    cells = cells[cells["architecture"].isin([baseline, other])]
    names = {"baseline": baseline, "other": other}
    sides = {
        side: _take_means(cells[cells["architecture"] == name], metric).add_prefix(f"{side}_")
        for side, name in names.items()
    }
    _require_both(sides, names, metric)
    table = sides["baseline"].join(sides["other"], how="inner").reset_index(names="dataset")
    table = table.assign(
        baseline=baseline,
        other=other,
        metric=metric,
        difference=(table["other_mean"] - table["baseline_mean"]).round(DECIMALS),
        left_out=cells["dataset"].nunique() - len(table),
    )
    return table.sort_values("dataset", key=natural_key, ignore_index=True)[PAIR_COLUMNS]


def pair_all(
    cells: pd.DataFrame, pairs: Iterable[Sequence[str]], metric: str = "auroc"
) -> pd.DataFrame:
    """Put several pairs into one table.

    Args:
        cells: see `pair_datasets`.
        pairs: (baseline, other), names of architectures.
        metric: see `pair_datasets`.

    Returns:
        The rows of `pair_datasets` for one pair after the other, in their order.

    Raises:
        ValueError: see `pair_datasets`.
    """
    parts = [pair_datasets(cells, baseline, other, metric) for baseline, other in pairs]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=PAIR_COLUMNS)


def compare_pair(rows: pd.DataFrame, seed: int = 0) -> dict[str, object]:
    """Say which of two architectures is better, how surely, and by how much.

    Every dataset counts once, by the mean over its seeds.

    Args:
        rows: from `pair_datasets`.
        seed: of the bootstrap.

    Returns:
        `PAIR`; datasets, left_out; improved, equal and worsened (numbers of datasets);
        median_difference with the ends of its 95 % interval, median_low and median_high, see
        `bootstrap_median`; mean_difference; p, see `signed_rank_p`; t_test_p, see `t_test_p`;
        rank_biserial, see `correlate_signs`; spread_datasets, those with equally many seeds of
        both, at least two, and of these baseline_sd and other_sd, the means over datasets of the sd
        over seeds, and narrower, on how many the other architecture has the smaller one. Of no
        dataset the two means are NaN.
    """
    differences = rows["difference"].to_numpy(dtype=float)
    low, high = bootstrap_median(differences, seed)
    return {
        **rows[[*PAIR, "left_out"]].iloc[0].to_dict(),
        "datasets": len(rows),
        "improved": int((differences > 0).sum()),
        "equal": int((differences == 0).sum()),
        "worsened": int((differences < 0).sum()),
        "median_difference": float(np.median(differences)),
        "median_low": low,
        "median_high": high,
        "mean_difference": float(np.mean(differences)),
        "p": signed_rank_p(differences),
        "t_test_p": t_test_p(differences),
        "rank_biserial": correlate_signs(differences),
        **_compare_spreads(rows),
    }


def compare_pairs(rows: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Compare every pair of a table, with p-values corrected for their number.

    Args:
        rows: from `pair_all`; those of other metrics may stand below.
        seed: of the bootstraps.

    Returns:
        One row per pair and metric, in their order: what `compare_pair` says, and p_holm, see
        `adjust_holm`, over the pairs of one metric.
    """
    parts = [compare_pair(part, seed) for _pair, part in rows.groupby(PAIR, sort=False)]
    if not parts:
        return pd.DataFrame(columns=[*PAIR, "p", "p_holm"])
    table = pd.DataFrame(parts)
    adjusted = table.groupby("metric")["p"].transform(adjust_holm)
    table.insert(table.columns.get_loc("p") + 1, "p_holm", adjusted)
    return table


def signed_rank_p(differences: np.ndarray) -> float:
    """Return the two-sided p of the paired Wilcoxon signed-rank test, by SciPy.

    Differences of zero are left out before ranking (`ZERO_METHOD`). The p is exact up to 50
    differences, or up to 13 where some are tied, else of the normal approximation.

    Args:
        differences: one per dataset (N,), rounded so that equal ones are equal.

    Returns:
        The p; NaN where fewer than `LEAST_DIFFERENCES` are not zero, which includes all equal.
    """
    unequal = differences[differences != 0]
    if len(unequal) < LEAST_DIFFERENCES:
        return float("nan")
    return float(scipy.stats.wilcoxon(unequal, zero_method=ZERO_METHOD).pvalue)


def t_test_p(differences: np.ndarray) -> float:
    """Return the two-sided p of Student's t-test of paired values.

    Source: Lanchantin et al. 2016, Table 3. It takes the differences for normally distributed,
    which those of areas under curves near 1 are not: `signed_rank_p` is what pairs are judged by.

    Args:
        differences: one per dataset (N,).

    Returns:
        A number in [0, 1]; NaN for fewer than `LEAST_DIFFERENCES`, and where all are equal.
    """
    if len(differences) < LEAST_DIFFERENCES or np.ptp(differences) == 0:
        return np.nan
    return float(scipy.stats.ttest_1samp(differences, 0).pvalue)


def correlate_signs(differences: np.ndarray) -> float:
    """Return the matched-pairs rank-biserial correlation, an effect size between -1 and 1.

    Source: Kerby 2014, "The simple difference formula", Comprehensive Psychology 3: r = f - u, the
    share of favourable (positive) differences in the sum of all ranks minus the share of the
    unfavourable ones. Ranks are those of the Wilcoxon test, without the zeros.

    Args:
        differences: one per dataset (N,).

    Returns:
        1 where all differences are positive; NaN where all are zero.
    """
    unequal = differences[differences != 0]
    if not len(unequal):
        return float("nan")
    ranks = scipy.stats.rankdata(np.abs(unequal))
    return float(np.sum(np.sign(unequal) * ranks) / np.sum(ranks))


def bootstrap_median(differences: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % confidence interval of the median over datasets.

    Source: the percentile interval of Efron & Tibshirani 1993, "An introduction to the bootstrap",
    chapter 13; datasets are drawn with replacement. It is too narrow for a handful of datasets.

    Args:
        differences: one per dataset (N,).
        seed: decides what is drawn.

    Returns:
        Its two ends; NaN for fewer than two datasets.
    """
    if len(differences) < 2:
        return float("nan"), float("nan")
    interval = scipy.stats.bootstrap(
        (differences,),
        np.median,
        n_resamples=RESAMPLES,
        batch=RESAMPLES_AT_ONCE,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(interval.low), float(interval.high)


def adjust_holm(pvalues: pd.Series) -> pd.Series:
    """Correct p-values for how many there are, so that the family-wise error rate holds.

    Source: Holm 1979, "A simple sequentially rejective multiple test procedure", Scandinavian
    Journal of Statistics 6: the i-th smallest of m p-values is multiplied by m - i + 1, is no
    smaller than the one before it, and at most 1.

    Args:
        pvalues: of one family of tests; NaN where there was no test, which does not count.

    Returns:
        Corrected ones with the same index; NaN where there was none.
    """
    tested = pvalues.dropna().sort_values(kind="stable")
    factors = np.arange(len(tested), 0, -1)
    adjusted = np.minimum(np.maximum.accumulate(tested * factors), 1.0)
    return pd.Series(adjusted, index=tested.index, dtype=float).reindex(pvalues.index)


def _require_metric(cells: pd.DataFrame, metric: str) -> None:
    if metric not in cells.columns:
        raise ValueError(f"Cells have no column {metric}. Expected one of auroc, aupr.")


def _take_means(cells: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return mean, sd and seeds of every dataset that has numbers."""
    values = cells.dropna(subset=metric).groupby("dataset")[metric]
    table = pd.DataFrame({"mean": values.mean(), "sd": values.std(ddof=0), "seeds": values.size()})
    return table.assign(sd=table["sd"].where(table["seeds"] > 1))


def _require_both(sides: dict[str, pd.DataFrame], names: dict[str, str], metric: str) -> None:
    for side, table in sides.items():
        if table.empty:
            raise ValueError(
                f"No cell of {names[side]} has a number for {metric}. Expected a pair of "
                "architectures of the grid: mend the pair, or add the architecture to the grid."
            )
    if not len(sides["baseline"].index.intersection(sides["other"].index)):
        raise ValueError(
            f"No dataset has both {names['baseline']} and {names['other']}. Expected a pair of "
            "architectures that the grid trains on the same datasets."
        )


def _compare_spreads(rows: pd.DataFrame) -> dict[str, object]:
    """Compare sds over equally many seeds: that of few seeds is the smaller one by itself."""
    alike = rows[(rows["baseline_seeds"] == rows["other_seeds"]) & (rows["other_seeds"] > 1)]
    return {
        "spread_datasets": len(alike),
        "baseline_sd": float(alike["baseline_sd"].mean()),
        "other_sd": float(alike["other_sd"].mean()),
        "narrower": int(((alike["baseline_sd"] - alike["other_sd"]).round(DECIMALS) > 0).sum()),
    }
