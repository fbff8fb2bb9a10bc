"""The summary page: question, answer, tables and where things are, as Markdown."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from motifgrid.report.baselines import add_rows, describe_baselines
from motifgrid.report.hits_table import render_hits
from motifgrid.report.names import count_things, is_untrained, trained_name
from motifgrid.report.over_datasets import (
    name_baselines,
    render_fractions,
    render_scores,
    select_widely_trained,
    summarise_scores,
)
from motifgrid.report.paired import LEAST_DIFFERENCES
from motifgrid.report.published_table import render_p, render_published
from motifgrid.report.ranking_table import ALL, MEASURES, render_rankings, select_together
from motifgrid.report.sites_table import compare_readouts, render_sites
from motifgrid.report.tables import (
    HEADINGS,
    METRICS,
    MISSING,
    label_of,
    render_number,
    render_table1,
)

_ESCAPES = str.maketrans({letter: f"\\{letter}" for letter in "\\|<"})
"""What Markdown would take for the end of a cell, or for HTML."""

QUESTION = (
    "Which network designs learn whole transcription-factor motifs, and which way of reading a "
    "trained network shows them truthfully?"
)


def write_summary(
    summary: pd.DataFrame,
    comparison: pd.DataFrame,
    note: str = "",
    files: Mapping[str, str] | None = None,
    question: str = QUESTION,
    labels: Mapping[str, str] | None = None,
    table_name: str = "Table 1",
    datasets: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]] | None = None,
    pairs: pd.DataFrame | None = None,
    sites: pd.DataFrame | None = None,
    baselines: pd.DataFrame | None = None,
    hits: pd.DataFrame | None = None,
    rankings: pd.DataFrame | None = None,
) -> str:
    """Write the page that a reader opens first.

    Args:
        summary: from `tables.summarise`.
        comparison: from `published_table.compare_published`; may be empty.
        note: what differs between this grid and the published ones.
        files: what lies where: path and description.
        question: what was asked.
        labels: what to call an architecture, as in `tables.render_table1`.
        table_name: what the study calls that table.
        datasets: by name the tables of splits and of problems, see `dataset_tables`.
        pairs: from `paired.compare_pairs`, where there are any.
        sites: from `sites_table.summarise_sites`, where true sites were scored.
        baselines: from `baselines.collect_baselines`, where there are any.
        hits: from `hits_table.summarise_hits`, where sequences were read.
        rankings: from `ranking_table.collect_rankings`, where filters or best inputs were ranked.

    Returns:
        Markdown, every number of which is computed from the tables.
    """
    sections = {
        "What was asked": question,
        "Answer": _answer_all(summary, labels or {}, pairs, rankings),
        table_name: _describe_table1(summary, comparison, labels, baselines),
        "What readouts of sequences find": "" if hits is None else _describe_hits(hits, labels),
        "Are the first filters the motif?": _describe_rankings(rankings, labels),
        "True sites": "" if sites is None else _describe_sites(sites, labels),
        "Pairs of architectures": _describe_pairs(pairs, labels or {}),
        "Beside the published numbers": _describe_published(comparison, note),
        "Datasets": _describe_datasets(datasets or {}),
        "Where things are": _list_files(files or {}),
    }
    parts = [f"## {title}\n\n{text}\n" for title, text in sections.items() if text]
    return "\n".join(["# Summary\n", *parts])


def answer(
    summary: pd.DataFrame,
    labels: Mapping[str, str] | None = None,
    pairs: pd.DataFrame | None = None,
) -> str:
    """Answer in one sentence for each dataset, readout and layer that has match fractions.

    Where no filters were read, there is a sentence for each pair of architectures instead. Of many
    datasets both are told, and means over the datasets.

    Args:
        summary: from `tables.summarise`.
        labels: what to call an architecture.
        pairs: from `paired.compare_pairs`, where there are any.

    Returns:
        Markdown: a sentence, or a list of them; architectures from the highest fraction down.
    """
    widely = select_widely_trained(summary)
    if not widely.empty:
        return _list_lines(_answer_over_datasets(widely, labels or {}, pairs))
    keys = ["dataset", "readout", "layer"]
    known = summary[summary["any_mean"].notna()]
    groups = [(names, rows) for names, rows in known.groupby(keys, sort=False)]
    if not groups:
        return _answer_by_pairs(pairs, labels or {})
    sentences = [_answer_one(rows, labels or {}) for _, rows in groups]
    if len(groups) == 1:
        return sentences[0]
    heads = [", ".join(_name_group(*names)) for names, _ in groups]
    return "\n".join(f"- **{head}**: {text}" for head, text in zip(heads, sentences, strict=True))


def _answer_all(
    summary: pd.DataFrame,
    labels: Mapping[str, str],
    pairs: pd.DataFrame | None,
    rankings: pd.DataFrame | None,
) -> str:
    """Say what the first filters are, where they were ranked, and then `answer`."""
    parts = [*_answer_by_rankings(rankings, labels), answer(summary, labels, pairs)]
    return "\n\n".join(parts)


def _answer_by_rankings(rankings: pd.DataFrame | None, labels: Mapping[str, str]) -> list[str]:
    """Say by each measure in how many experiments the first filter, or input, is the motif."""
    if rankings is None or rankings.empty:
        return []
    shown = rankings[(rankings["top"] == 1) & (rankings["cut"] == rankings["cut"].min())]
    shown = select_together(shown)
    sentences = []
    for name, rows in shown.groupby("architecture", sort=False):
        counts = [
            f"{row.matched} of {row.experiments} by {MEASURES[row.measure]} ({row.readout}; in "
            f"random order {row.expected:.1f})"
            for row in rows.itertuples()
        ]
        of_one = "" if name == ALL else f" of {label_of(name, labels)}"
        sentences.append(
            f"The first filter or input{of_one} is its class's motif (p \N{LESS-THAN OR EQUAL TO} "
            f"{rows['cut'].iloc[0]:g}) in {join_words(counts)}."
        )
    return [_list_lines(sentences)]


def _answer_by_pairs(pairs: pd.DataFrame | None, labels: Mapping[str, str]) -> str:
    if pairs is None or pairs.empty:
        return (
            "No filters were read and no pairs of architectures compared: the table says how well "
            "each architecture scores."
        )
    return _list_lines(_compare_all(pairs, labels))


def _compare_all(pairs: pd.DataFrame, labels: Mapping[str, str]) -> list[str]:
    return [_compare(pair, labels, len(pairs) > 1) for pair in pairs.itertuples()]


def _list_lines(sentences: Sequence[str]) -> str:
    return sentences[0] if len(sentences) == 1 else "\n".join(f"- {each}" for each in sentences)


def _answer_over_datasets(
    summary: pd.DataFrame, labels: Mapping[str, str], pairs: pd.DataFrame | None
) -> list[str]:
    """Say how well each architecture scores over the datasets, and what its filters match."""
    cells = summary.drop_duplicates(["dataset", "architecture"])
    groups = cells.groupby("architecture", sort=False)["auroc_mean"]
    means = groups.mean().sort_values(ascending=False, kind="stable")
    values = [f"{mean:.3f} for {label_of(name, labels)}" for name, mean in means.items()]
    counts = groups.count()
    least, most = counts.min(), counts.max()
    each = most if least == most else f"{least} to {most}"
    sentences = [f"The mean AUROC over {each} datasets is {join_words(values)}."]
    if pairs is not None and not pairs.empty:
        sentences += _compare_all(pairs, labels)
    known = summary[summary["any_mean"].notna()]
    for (readout, layer), rows in known.groupby(["readout", "layer"], sort=False):
        metrics = [f"{metric}_{part}" for metric in METRICS for part in ("mean", "sd")]
        averaged = rows.groupby("architecture", sort=False)[metrics].mean().reset_index()
        text = _answer_one(averaged.assign(n=1), labels)
        sentences.append(f"**readout {readout}, layer {int(layer)}**, means over datasets: {text}")
    return sentences


def _compare(pair: NamedTuple, labels: Mapping[str, str], several: bool) -> str:
    """Say which of two architectures is better, on how many datasets, by how much, how surely."""
    sides = [(label_of(pair.other, labels), pair.improved)]
    sides += [(label_of(pair.baseline, labels), pair.worsened)]
    (winner, wins), (loser, losses) = sorted(sides, key=lambda side: -side[1])
    score = f"the higher {HEADINGS[pair.metric]} on {wins} of "
    score += count_things(pair.datasets, "dataset")
    if wins == losses:
        words = f"Neither is better: {loser} and {winner} each have {score}"
    else:
        words = f"{winner} has {score}, {loser} on {losses}"
    return f"{words} ({_say_how_surely(pair, several)})."


def _say_how_surely(pair: NamedTuple, several: bool) -> str:
    equal = f"{pair.equal} equal; " if pair.equal else ""
    difference = f"{equal}median difference {abs(pair.median_difference):.4f}"
    p, corrected = (pair.p_holm, " after Holm's correction") if several else (pair.p, "")
    if pd.isna(p):
        return f"{difference}; too few datasets differ for a p"
    return f"{difference}, p = {p:.2g}{corrected}"


def format_markdown(table: pd.DataFrame) -> str:
    """Return a table of strings as a Markdown table."""
    lines = [list(map(str, table.columns)), ["---"] * len(table.columns), *table.to_numpy()]
    return "\n".join(
        "| " + " | ".join(str(cell).translate(_ESCAPES) for cell in line) + " |" for line in lines
    )


def _name_group(dataset: str, readout: str, layer: object) -> list[str]:
    return [dataset, f"readout {readout}", f"layer {int(layer)}"]


def _answer_one(rows: pd.DataFrame, labels: Mapping[str, str]) -> str:
    metric, motif = "relevant", "of the ground truth"
    if rows["relevant_mean"].isna().all():
        metric, motif = "any", "of the database"
    rows = rows.sort_values(f"{metric}_mean", ascending=False, kind="stable")
    null = rows["architecture"].map(is_untrained)
    trained, chance = (_list_values(part, metric, labels) for part in (rows[~null], rows[null]))
    values = [trained] * bool(trained) + [f"untrained, by chance, {chance}"] * bool(chance)
    return f"The fraction of filters that match a motif {motif} is {'; '.join(values)}."


def _list_values(rows: pd.DataFrame, metric: str, labels: Mapping[str, str]) -> str:
    values = [
        f"{render_number(row[f'{metric}_mean'], row[f'{metric}_sd'], row['n'])} for "
        f"{label_of(trained_name(row['architecture']), labels)} (AUROC "
        f"{render_number(row['auroc_mean'], row['auroc_sd'], row['n'])})"
        for row in rows.to_dict("records")
    ]
    return join_words(values)


def join_words(words: list[str]) -> str:
    """Join words as in a sentence: a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _describe_table1(
    summary: pd.DataFrame,
    comparison: pd.DataFrame,
    labels: Mapping[str, str] | None,
    baselines: pd.DataFrame | None,
) -> str:
    if not select_widely_trained(summary).empty:
        return _describe_over_datasets(summary, comparison, labels, baselines)
    counts = sorted(summary["n"].unique())
    seeds = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    words = f"Mean ± population standard deviation over seeds (here {seeds})"
    read = summary["any_mean"].notna().any()
    words += "; fractions are of all filters, dead ones included." if read else "."
    table = render_table1(summary, labels)
    if baselines is not None:
        table = add_rows(table, baselines)
        words += f" {describe_baselines(baselines)}"
    return f"{words}\n\n{format_markdown(table)}"


def _describe_over_datasets(
    summary: pd.DataFrame,
    comparison: pd.DataFrame,
    labels: Mapping[str, str] | None,
    baselines: pd.DataFrame | None,
) -> str:
    words = (
        "Mean, median and population standard deviation over datasets, each by its mean over "
        "seeds. Every dataset by itself: `results/tables/table1.csv`."
    )
    if baselines is not None:
        words += f" {describe_baselines(baselines)}"
    named = name_baselines(labels, baselines)
    parts = [
        words,
        format_markdown(render_scores(summarise_scores(summary, baselines), comparison, named)),
    ]
    fractions = render_fractions(summary, labels)
    if len(fractions):
        parts += [
            "What filters match, means over datasets; fractions are of all filters, dead ones "
            "included.",
            format_markdown(fractions),
        ]
    return "\n\n".join(parts)


def _describe_sites(sites: pd.DataFrame, labels: Mapping[str, str] | None) -> str:
    parts = [
        "How many bits of an implanted site the best filter explains, mean over motifs (mean ± "
        "population standard deviation over seeds); the true motif explains a share of 1. Below 0 "
        "the filter misleads, and a few such motifs can decide a mean: the last column counts them "
        "as 0, which is what no filter at all explains.",
        _name_best_readouts(sites, labels or {}),
        format_markdown(render_sites(sites, labels)),
    ]
    return "\n\n".join(part for part in parts if part)


def _name_best_readouts(sites: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Say in one sentence which readout has the largest share for each architecture."""
    shares = compare_readouts(sites)
    if shares.empty or len(shares.columns) < 2:
        return ""
    found: dict[str, list[str]] = {}
    for architecture, row in shares.round(3).iterrows():
        order = row.sort_values(ascending=False, kind="stable")
        best = join_words([name for name in row.index if row[name] == row.max()])
        values = ", ".join(f"{name} {share:.3f}" for name, share in order.items())
        found.setdefault(best, []).append(f"{label_of(architecture, labels)} ({values})")
    parts = [f"{best} in {join_words(networks)}" for best, networks in found.items()]
    over = ", mean over datasets" if len(set(sites["dataset"])) > 1 else ""
    head = f"The readout that describes true sites best (share, at least 0{over})"
    return f"{head} is {'; '.join(parts)}."


def _describe_pairs(pairs: pd.DataFrame | None, labels: Mapping[str, str]) -> str:
    if pairs is None or pairs.empty:
        return ""
    rows = [
        {
            "Baseline": label_of(row.baseline, labels),
            "Compared with it": label_of(row.other, labels),
            "Better on": f"{row.improved} of {row.datasets}",
            f"Median {row.metric.upper()} more": f"{row.median_difference:+.4f}",
            "95 % interval": render_interval(row),
            "p, Wilcoxon": render_p(row.p),
            "Holm": render_p(row.p_holm),
            "p, t-test": render_p(row.t_test_p),
            "Rank-biserial": _round(row.rank_biserial, "{:+.2f}"),
            "SD over seeds": f"{_round(row.baseline_sd)} to {_round(row.other_sd)}",
        }
        for row in pairs.itertuples()
    ]
    method = (
        "Every dataset counts once, by its mean over seeds. The tests are Wilcoxon's signed-rank "
        "test, by which pairs are judged (corrected for the number of pairs by Holm), and "
        "Student's paired t-test, which takes differences for normally distributed. There is "
        f"neither p nor interval for fewer than {LEAST_DIFFERENCES} datasets."
    )
    return f"{format_markdown(pd.DataFrame(rows))}\n\n{method}"


def render_interval(pair: NamedTuple) -> str:
    """Return the ends of a pair's interval; of few datasets a bootstrap has none to be trusted."""
    if pair.datasets < LEAST_DIFFERENCES:
        return MISSING
    return f"{pair.median_low:+.4f} to {pair.median_high:+.4f}"


def _round(value: float, shape: str = "{:.4f}") -> str:
    return MISSING if pd.isna(value) else shape.format(value)


def _describe_published(comparison: pd.DataFrame, note: str) -> str:
    if comparison.empty:
        return ""
    judged = int((comparison["within_2sd"] != "").sum())
    within = int((comparison["within_2sd"] == "yes").sum())
    absent = int((comparison["n"] == 0).sum())
    text = _count_agreeing(within, judged)
    verb = "is" if absent == 1 else "are"
    text += f" {absent} of {len(comparison)} {verb} not in this grid." if absent else ""
    difference = f"\n\nWhat differs: {note}" if note else ""
    return f"{text}{difference}\n\n{format_markdown(render_published(comparison))}"


def _count_agreeing(within: int, judged: int) -> str:
    known = "with a published spread over trials or a bound"
    if judged == 0:
        return (
            "None of these numbers is judged: ours is missing, or the paper states neither a "
            "spread over trials nor a bound."
        )
    if judged == 1:
        verbs = "agrees: ours lies" if within else "does not agree: ours does not lie"
        return f"The one number {known} {verbs} within two published standard deviations."
    verbs = "agrees: ours lies" if within == 1 else "agree: ours lie"
    return (
        f"Of the {judged} numbers {known}, {within} {verbs} within two published standard "
        "deviations."
    )


def _describe_hits(hits: pd.DataFrame, labels: Mapping[str, str] | None) -> str:
    if hits.empty:
        return "No class names a motif, so there is nothing to compare hits with."
    words = (
        "A hit is the k-mer of a sequence that a readout points at, where it points at any; it is "
        "the motif's where Tomtom matches the two. Parts are of all sequences read. Means over "
        "seeds, then over classes. The rank of the motif among all of the database by the number "
        "of hits is the median, as are the hits that it rests on and the other motifs with as "
        "many: one by a hit or two, or with many ties, says little."
    )
    return f"{words}\n\n{format_markdown(render_hits(hits, labels))}"


def _describe_rankings(rankings: pd.DataFrame | None, labels: Mapping[str, str] | None) -> str:
    if rankings is None or rankings.empty:
        return ""
    words = (
        "Experiments, each a class of a cell, of which one of the first filters matches the "
        "class's motif: filters in the order of what the class wants by each measure, best inputs "
        "in that of their log odds, Tomtom against that motif alone. In brackets stands how many "
        "experiments a random order would give."
    )
    return f"{words}\n\n{format_markdown(render_rankings(rankings, labels))}"


def _describe_datasets(datasets: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]) -> str:
    lines = []
    for name, (splits, problems) in datasets.items():
        counts = [f"{row['sequences']:,} {row['split']}" for row in splits.to_dict("records")]
        length = int(splits["length"].iloc[0])
        lines.append(f"- **{name}**: {join_words(counts)} sequences of {length:,} nt.")
        lines += [f"  - To look at: {sentence}" for sentence in problems["sentence"]]
    return "\n".join(lines)


def _list_files(files: Mapping[str, str]) -> str:
    return "\n".join(f"- `{path}`: {content}" for path, content in files.items())
