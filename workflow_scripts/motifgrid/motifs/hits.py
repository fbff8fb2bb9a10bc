"""Hits: whether the k-mers that a readout points at are the class's motif, and lie at its sites."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from motifgrid.formats.dataset import PoolMotif, Split, iterate_labels, read_classes
from motifgrid.motifs.matches import select_hits

COLUMNS = ("class", "sequence", "shuffled", "probability", "start", "end", "kmer", "score")
"""Of a table of hits: one row per class and sequence in which a k-mer was found. `sequence` is the
row in the test split, `shuffled` whether a dinucleotide shuffle of it was read instead,
`probability` the class's for what was read; `start` and `end` are 0-based and half-open, `score` is
what the k-mer has more of than any other."""

SUMMARY = (
    "class",
    "sequences",
    "hits",
    "any",
    "relevant",
    "best_relevant",
    "shuffled_hits",
    "shuffled_relevant",
    "rank",
    "rank_hits",
    "rank_ties",
    "at_sites",
    "expected_at_sites",
)
"""Columns of `summarise_hits`."""


class Rank(NamedTuple):
    """Where a class's motif stands among all of the database, by the number of hits of each.

    Attributes:
        place: 1 where no motif that is not the class's has more hits than the best that is, 2 where
            one has, and so on; missing where the class's have none.
        hits: of the best that is the class's; missing where the class has no identifiers.
        ties: how many motifs that are not the class's have as many; missing as `place` is.
    """

    place: float
    hits: float
    ties: float


_RANK = ":"
"""Between class and rank: no class name may have it."""

UNKNOWN = Rank(np.nan, np.nan, np.nan)
"""Of a class without identifiers, or without hits."""


BLOCK = 65_536
"""Labels that are read at once."""


def count_read(dataset: Path | str, most: int) -> dict[str, int]:
    """Count the sequences that a readout of sequences reads of each class.

    Args:
        dataset: path of the dataset file.
        most: sequences of a class at most.

    Returns:
        By class, in their order: its positives in the test split, `most` at most; classes without
        any are left out.
    """
    positives = sum((labels == 1).sum(axis=0) for labels in iterate_labels(dataset, "test", BLOCK))
    counts = zip(read_classes(dataset), positives, strict=True)
    return {name: min(int(count), most) for name, count in counts if count}


def name_input(name: str, rank: int) -> str:
    """Name the motif of a class's best input by the class, of its second best by class:2."""
    return name if rank == 1 else f"{name}{_RANK}{rank}"


def read_input_name(identifier: str) -> tuple[str, int]:
    """Return the class and the rank that `name_input` made an identifier of."""
    name, _mark, rank = identifier.partition(_RANK)
    return name, int(rank or 1)


def judge_hits(
    hits: pd.DataFrame,
    comparison: pd.DataFrame,
    pool: Sequence[PoolMotif],
    test: Split | None,
    evalue: float,
    ignored: Collection[str] = (),
    read: Mapping[str, int] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say what is known of every hit, and count it.

    Args:
        hits: `COLUMNS`.
        comparison: Tomtom's columns, Query_ID being a k-mer.
        pool: the motifs of the ground truth, or of the classes.
        test: the sequences, with true sites where they are known; None where hits are of no
            sequence of a dataset.
        evalue: the cut.
        ignored: database identifiers that never count.
        read: from `count_read`; None where every sequence that was read has a hit.

    Returns:
        The hits with the columns of `match_hits`, and where sites are known of `find_sites`; and
        the table of `summarise_hits`.
    """
    # a file without a hit does not tell what its columns hold
    hits = hits.astype({"shuffled": bool})
    real = hits[~hits["shuffled"]]
    read = real["class"].value_counts(sort=False).to_dict() if read is None else read
    motifs = assign_motifs({*hits["class"], *read}, pool)
    relevant = {
        name: [identifier for motif in own for identifier in motif.relevant]
        for name, own in motifs.items()
    }
    matched = match_hits(hits, comparison, relevant, evalue, ignored)
    ranks = {
        name: rank_motif(real[real["class"] == name], comparison, relevant[name], evalue, ignored)
        for name in read
    }
    if test is None or test.truth is None:
        return matched, summarise_hits(matched, None, ranks, read)
    sites = find_sites(hits, test.truth, motifs, test.x.shape[1])
    return matched.join(sites), summarise_hits(matched, sites, ranks, read)


def assign_motifs(
    classes: Collection[str], pool: Sequence[PoolMotif]
) -> dict[str, list[PoolMotif]]:
    """Return the motifs of every class: those that say so, see `PoolMotif.classes`.

    Where none does, those of the class's name; all, where none bears a class's name: sets of
    several motifs behind one class, see `PoolMotif.class_name`.
    """
    if any(motif.classes for motif in pool):
        return {name: [motif for motif in pool if name in motif.classes] for name in classes}
    if not any(motif.class_name in classes for motif in pool):
        return {name: list(pool) for name in classes}
    return {name: [motif for motif in pool if motif.class_name == name] for name in classes}


def match_hits(
    hits: pd.DataFrame,
    comparison: pd.DataFrame,
    relevant: Mapping[str, Sequence[str]],
    evalue: float,
    ignored: Collection[str] = (),
) -> pd.DataFrame:
    """Say for every hit whether its k-mer matches the database and its class's motif.

    Source: Lanchantin et al. 2016, section 4 ("motif matches", Table 4): a hit counts where Tomtom
    matches its k-mer with the motif of the factor. A pair counts up to and including the cut.

    Args:
        hits: `COLUMNS`.
        comparison: Tomtom's columns, Query_ID being a k-mer.
        relevant: database identifiers by class; a class without any has none.
        evalue: the cut.
        ignored: database identifiers that never count.

    Returns:
        The hits, in their order, with columns any (some motif matches), relevant (one of the
        class's does), best_relevant (the best match is one of the class's; of equal p-values any)
        and target (the best match, the first by identifier; empty without one). relevant and
        best_relevant are missing where the class has no identifiers.
    """
    pairs = select_hits(comparison, evalue, ignored)
    best = pairs[pairs["p-value"] == pairs.groupby("Query_ID")["p-value"].transform("min")]
    targets = best.drop_duplicates("Query_ID").set_index("Query_ID")["Target_ID"]
    matched = hits.assign(target=hits["kmer"].map(targets).fillna(""))
    matched["any"] = matched["target"] != ""
    matched["relevant"] = _are_relevant(hits, pairs, relevant)
    matched["best_relevant"] = _are_relevant(hits, best, relevant)
    return matched[[*COLUMNS, "any", "relevant", "best_relevant", "target"]]


def rank_motif(
    hits: pd.DataFrame,
    comparison: pd.DataFrame,
    relevant: Sequence[str],
    evalue: float,
    ignored: Collection[str] = (),
) -> Rank:
    """Rank a class's motif among all of the database by the number of hits that match each.

    Args:
        hits: of one class, none shuffled.
        comparison: Tomtom's columns, Query_ID being a k-mer.
        relevant: the class's identifiers.
        evalue: the cut.
        ignored: database identifiers that never count.
    """
    if not relevant:
        return UNKNOWN
    counts = hits["kmer"].value_counts()
    pairs = select_hits(comparison, evalue, ignored).drop_duplicates(["Query_ID", "Target_ID"])
    found = pairs["Query_ID"].map(counts).groupby(pairs["Target_ID"]).sum()
    own = found.index.isin(list(relevant))
    most = found[own].max() if own.any() else 0
    if not most > 0:
        return UNKNOWN._replace(hits=0.0)
    others = found[~own]
    return Rank(1.0 + (others > most).sum(), float(most), float((others == most).sum()))


def find_sites(
    hits: pd.DataFrame, truth: np.ndarray, motifs: Mapping[str, Sequence[PoolMotif]], length: int
) -> pd.DataFrame:
    """Say for every hit whether it lies at a true site of its class, and how likely that is.

    A k-mer lies at a site where more than half of it does, or more than half of the site where
    that is the shorter.

    Args:
        hits: `COLUMNS`; those of shuffles have no sites.
        truth: `formats.dataset.TRUTH_DTYPE` records of the test split.
        motifs: of every class, see `assign_motifs`.
        length: nucleotides of a sequence.

    Returns:
        One row per hit with the hits' index: at_site, and chance, the part of all places in the
        sequence at which a k-mer would lie at a site. Both are missing for shuffles.
    """
    table = pd.DataFrame({"at_site": np.nan, "chance": np.nan}, index=hits.index)
    for name, of_class in hits[~hits["shuffled"]].groupby("class", sort=False):
        own = [motif.identifier.encode() for motif in motifs[name]]
        sites = truth[np.isin(truth["motif"], own)]
        by_sequence = {
            number: sites[sites["sequence"] == number] for number in set(of_class["sequence"])
        }
        for row in of_class.itertuples():
            lies = _lies_at(by_sequence[row.sequence], row.end - row.start, length)
            table.loc[row.Index] = lies[row.start], lies.mean()
    return table


def summarise_hits(
    matched: pd.DataFrame,
    sites: pd.DataFrame | None,
    ranks: Mapping[str, Rank],
    read: Mapping[str, int],
) -> pd.DataFrame:
    """Count the hits of every class.

    Args:
        matched: from `match_hits`.
        sites: from `find_sites`; None where sites are not known.
        ranks: from `rank_motif`, by class.
        read: how many sequences were read of each class.

    Returns:
        One row per class that was read, in that order, columns as in `SUMMARY`: sequences (that
        were read), hits (k-mers, one a sequence at most), any, relevant, best_relevant (how many
        match so), shuffled_hits and shuffled_relevant (the same of shuffled sequences, as many
        where they were read: what is found where nothing is), rank, rank_hits and rank_ties (see
        `Rank`), at_sites (hits that lie at a true site) and expected_at_sites (how many of them
        would by chance). What is not known is missing.
    """
    rows = []
    for name, sequences in read.items():
        hits = matched[matched["class"] == name]
        shuffled = hits["shuffled"]
        real, null = hits[~shuffled], hits[shuffled]
        row = {"class": name, "sequences": sequences}
        row |= {"hits": len(real), "any": int(real["any"].sum())}
        # of a class with identifiers, no hit is none of the motif
        known = not np.isnan(ranks.get(name, UNKNOWN).hits)
        none = 0.0 if known and not len(real) else np.nan
        row |= {key: _count(real[key], none) for key in ("relevant", "best_relevant")}
        row |= {"shuffled_hits": len(null), "shuffled_relevant": _count(null["relevant"])}
        row["rank"], row["rank_hits"], row["rank_ties"] = ranks.get(name, UNKNOWN)
        placed = None if sites is None else sites.loc[real.index]
        row["at_sites"] = np.nan if placed is None else _count(placed["at_site"])
        row["expected_at_sites"] = np.nan if placed is None else _count(placed["chance"])
        rows.append(row)
    return pd.DataFrame(rows, columns=list(SUMMARY))


def _are_relevant(
    hits: pd.DataFrame, pairs: pd.DataFrame, relevant: Mapping[str, Sequence[str]]
) -> pd.Series:
    """Return 1 or 0 per hit, missing where its class has no identifiers."""
    answer = pd.Series(np.nan, index=hits.index)
    for name, identifiers in relevant.items():
        own = set(pairs["Query_ID"][pairs["Target_ID"].isin(list(identifiers))])
        here = (hits["class"] == name) & bool(identifiers)
        answer[here] = hits["kmer"][here].isin(own).astype(float)
    return answer


def _lies_at(sites: np.ndarray, width: int, length: int) -> np.ndarray:
    """Say for every start of a k-mer whether it would lie at one of some sites."""
    starts = np.arange(length - width + 1)[:, None]
    first, last = sites["start"].astype(int), sites["end"].astype(int)
    shared = np.minimum(starts + width, last) - np.maximum(starts, first)
    return (2 * shared > np.minimum(width, last - first)).any(axis=1)


def _count(values: pd.Series, none: float = np.nan) -> float:
    """Add up what is known; `none` where nothing is."""
    return values.sum() if values.notna().any() else none
