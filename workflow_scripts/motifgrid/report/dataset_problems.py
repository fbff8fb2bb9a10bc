"""What looks wrong in a dataset: found in its tables, and said in sentences."""

import logging
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from motifgrid.formats.dataset import SPLITS

TRAIN = SPLITS[0]
"""The split that co-occurrence, GC and rare classes are taken from: what a network learns from."""

FEW_POSITIVES = 50
"""Positives in train below which a class is named: too few to show a network a motif's variants,
and from 50 the standard error of an AUROC near 0.5 is still 0.04 (Hanley & McNeil 1982)."""

DROPPED_PART = 0.5
"""Part of a track's peaks above which their drop is named: losing most of a file is never a
trifle at the edges, but the wrong genome, the wrong assembly or the wrong filter."""

GC_AUROC = 0.7
"""AUROC of GC content alone from which a class is named, and 1 minus it for poor ones. Negatives
that are matched for GC stay near 0.5; from 0.7 a network can score well without any motif."""

UNKNOWN_PART = 0.01
"""Part of unknown bases above which a split is named. Around peaks hg19 has hardly any; more come
from a hard-masked genome (half of it unknown), from gaps, or from windows beyond the ends."""

DUPLICATE_PART = 0.05
"""Part of repeated sequences above which a split is named: a genome's own repeats are fewer among
windows of 100 nt and more; above it, peaks or files are probably in it twice."""

IDENTICAL_PART = 0.001
"""Part of a split's sequences above which those that another split has too are named. A genome's
own long repeats put single ones on several chromosomes; sets cut without care share far more."""

NAMED = 3
"""Names that a sentence lists before it says how many there are."""

PROBLEM_COLUMNS = ("problem", "split", "sentence")

Problem = tuple[str, str, str]
"""Its kind, the split (empty for all) and the sentence."""

logger = logging.getLogger(__name__)


def find_problems(
    splits: pd.DataFrame,
    classes: pd.DataFrame,
    cooccurrence: pd.DataFrame,
    drops: pd.DataFrame,
    tracks: pd.DataFrame,
    shared: pd.DataFrame,
) -> pd.DataFrame:
    """Find what a user must know about a dataset before training on it.

    Args:
        splits: as in `dataset_tables.DatasetTables`.
        classes: likewise.
        cooccurrence: likewise.
        drops: likewise.
        tracks: likewise.
        shared: one row per two splits: split, other, sequences (of split), identical,
            overlapping (how many of them are in, or overlap, the other).

    Returns:
        Columns problem, split (empty for all) and sentence; worst first, none if all is well.
    """
    rows = [
        *_empty_splits(splits),
        *_different_lengths(splits),
        *_shared_sequences(shared),
        *_one_sided_classes(classes),
        *_equal_classes(cooccurrence),
        *_rare_classes(classes, splits),
        *_dropped_peaks(drops, tracks),
        *_gc_confounded_classes(classes),
        *_unknown_bases(splits),
        *_duplicates(splits),
    ]
    return pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS))


def log_problems(problems: pd.DataFrame, dataset: str) -> None:
    """Log each problem of a dataset as a warning that begins with the dataset's name."""
    for sentence in problems["sentence"]:
        logger.warning("%s: %s", dataset, sentence)


def _empty_splits(splits: pd.DataFrame) -> Iterator[Problem]:
    for name in splits["split"][splits["sequences"] == 0]:
        yield "empty", name, f"{name} has no sequence: every dataset needs some in each split."


def _different_lengths(splits: pd.DataFrame) -> Iterator[Problem]:
    if len(set(splits["length"])) > 1:
        lengths = [f"{row.split} {row.length} nt" for row in splits.itertuples()]
        yield (
            "lengths",
            "",
            f"The splits' sequences differ in length ({', '.join(lengths)}): no network can take "
            "all of them.",
        )


def _shared_sequences(shared: pd.DataFrame) -> Iterator[Problem]:
    for row in shared[shared["overlapping"].fillna(0) > 0].itertuples():
        yield (
            "overlapping",
            row.split,
            f"{_share(row.overlapping, row.sequences)} of the windows of {row.split} overlap "
            f"windows of {row.other}: {_leak(row.split)} Split by whole chromosomes.",
        )
    for row in shared[shared["identical"] > IDENTICAL_PART * shared["sequences"]].itertuples():
        yield (
            "identical",
            row.split,
            f"{_share(row.identical, row.sequences)} of the sequences of {row.split} are in "
            f"{row.other} too, on the same or the other strand: {_leak(row.split)}",
        )


def _leak(split: str) -> str:
    if split == SPLITS[-1]:
        return f"scores on {split} will flatter."
    return "it will choose an epoch that has learnt by heart."


def _one_sided_classes(classes: pd.DataFrame) -> Iterator[Problem]:
    positives, negatives = classes["positives"] > 0, classes["negatives"] > 0
    filled = (classes["positives"] + classes["negatives"] + classes["missing"]) > 0
    for problem, lacking in (
        ("label", ~positives & ~negatives),
        ("positive", ~positives & negatives),
        ("negative", positives & ~negatives),
    ):
        for split, rows in classes[filled & lacking].groupby("split", sort=False):
            yield f"no_{problem}", split, _explain_one_sided(split, problem, list(rows["class"]))


def _explain_one_sided(split: str, lacking: str, names: Sequence[str]) -> str:
    one = len(names) == 1
    consequence = {
        TRAIN: f"a network cannot learn {'it' if one else 'them'}",
        SPLITS[1]: f"the best epoch is chosen without {'it' if one else 'them'}",
    }.get(split, f"{'its' if one else 'their'} AUROC will be missing")
    return f"{_list(names)} {'has' if one else 'have'} no {lacking} in {split}: {consequence}."


def _equal_classes(pairs: pd.DataFrame) -> Iterator[Problem]:
    # few labels may agree by chance
    same = (pairs["class_only"] == 0) & (pairs["other_only"] == 0)
    same &= (pairs["class"] != pairs["other"]) & (pairs["both"] >= FEW_POSITIVES)
    if same.any():
        names = [f"{row[0]} with {row[1]}" for row in pairs[same].to_numpy()]
        yield (
            "equal_classes",
            TRAIN,
            f"Classes with the same positives in {TRAIN}: {_list(names)}. Is one file in it twice?",
        )


def _rare_classes(classes: pd.DataFrame, splits: pd.DataFrame) -> Iterator[Problem]:
    # a window and its reverse complement are one example of a motif
    train = splits[splits["split"] == TRAIN]
    doubled = bool((train["reverse"] > 0).fillna(False).any())
    few = FEW_POSITIVES * (1 + doubled)
    rare = classes[(classes["split"] == TRAIN) & classes["positives"].between(1, few - 1)]
    rare = rare.sort_values("positives", kind="stable")
    if len(rare):
        names = [f"{row['class']} ({row['positives']})" for row in rare.to_dict("records")]
        yield (
            "few_positives",
            TRAIN,
            f"{_list(names)} {'has' if len(rare) == 1 else 'have'} fewer than {few} "
            f"positives in {TRAIN}{', reverse complements included' * doubled}: too few to learn "
            "a motif from.",
        )


def _dropped_peaks(drops: pd.DataFrame, tracks: pd.DataFrame) -> Iterator[Problem]:
    if tracks.empty:
        return
    lost = drops[drops["unit"] == "peaks"]
    table = lost.groupby("track", sort=False)["count"].sum().to_frame("lost")
    kept = pd.concat([tracks.set_index("name")["peaks"], pd.Series({"": tracks["peaks"].sum()})])
    table["part"] = table["lost"] / (table["lost"] + kept.reindex(table.index, fill_value=0))
    worst = table[table["part"] > DROPPED_PART].sort_values("part", ascending=False, kind="stable")
    if len(worst):
        names = [f"{n or 'all tracks'} ({_percent(part)})" for n, part in worst["part"].items()]
        reasons = lost[lost["track"].isin(worst.index)].groupby("reason", sort=False)["count"].sum()
        yield (
            "dropped_peaks",
            "",
            f"{_list(names)} lost more than half of {'its' if len(worst) == 1 else 'their'} peaks, "
            f"most for: {reasons.idxmax()}. Are genome and peaks of the same assembly?",
        )


def _gc_confounded_classes(classes: pd.DataFrame) -> Iterator[Problem]:
    enough = classes[["positives", "negatives"]].min(axis=1) >= FEW_POSITIVES
    distance = (classes["gc_auroc"] - 0.5).abs()
    chosen = (classes["split"] == TRAIN) & enough & (distance >= GC_AUROC - 0.5)
    if chosen.any():
        order = distance[chosen].sort_values(ascending=False, kind="stable").index
        names = [_describe_gc(row) for row in classes.loc[order].to_dict("records")]
        yield (
            "gc",
            TRAIN,
            f"GC content alone tells positives from negatives in {TRAIN}: {_list(names)}. A "
            "network may score well without any motif.",
        )


def _describe_gc(row: Mapping[str, object]) -> str:
    return (
        f"{row['class']} (AUROC {row['gc_auroc']:.2f}, GC {row['gc_positives']:.2f} against "
        f"{row['gc_negatives']:.2f})"
    )


def _unknown_bases(splits: pd.DataFrame) -> Iterator[Problem]:
    for row in splits[splits["unknown"] > UNKNOWN_PART].itertuples():
        yield (
            "unknown",
            row.split,
            f"{_percent(row.unknown)} of the bases of {row.split} are unknown (N): is the genome "
            "masked, or do windows reach over gaps and ends?",
        )


def _duplicates(splits: pd.DataFrame) -> Iterator[Problem]:
    for row in splits[splits["duplicates"] > DUPLICATE_PART * splits["sequences"]].itertuples():
        yield (
            "duplicates",
            row.split,
            f"{_share(row.duplicates, row.sequences)} of the sequences of {row.split} repeat an "
            "earlier one: are peaks or files in it twice?",
        )


def _list(names: Sequence[str]) -> str:
    if len(names) > NAMED:
        return f"{', '.join(names[:NAMED])} and {len(names) - NAMED:,} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _share(count: int, total: int) -> str:
    return f"{count:,} ({_percent(count / total)})"


def _percent(part: float) -> str:
    return "<0.1 %" if 0 < part < 0.001 else f"{100 * part:.1f} %"
