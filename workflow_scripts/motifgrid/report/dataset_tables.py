"""Tables of one dataset file: splits, classes, co-occurrence, drops and problems."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from motifgrid import dna
from motifgrid.formats.atomic import write_csv
from motifgrid.formats.dataset import (
    SPLITS,
    DatasetFileError,
    iterate_labels,
    iterate_sequences,
    read_classes,
    read_places,
    read_pool,
    read_provenance,
    read_shape,
    read_split,
)
from motifgrid.report.dataset_problems import TRAIN, find_problems
from motifgrid.report.names import natural_key

GC_BINS = 200
"""Bins of GC content from 0 to 1; the AUROC of GC counts sequences of one bin as ties."""

BLOCK_BYTES = 1 << 22
"""Bytes of a block of sequences or labels; what is derived from it takes about 20 times as much."""

NAMED_CHROMOSOMES = 12
"""Chromosomes, or runs of them, that a text lists before it says how many there are."""

CSV_TABLES = ("splits", "classes", "cooccurrence", "drops", "problems")
"""What `write_dataset_tables` writes."""

SPLIT_COUNTS = (
    "sequences",
    "forward",
    "reverse",
    "with_a_positive",
    "duplicates",
    "identical_in_train",
    "overlapping_train",
)
DROP_COLUMNS = ("reason", "unit", "track", "count")
TRACK_COLUMNS = ("name", "source", "peaks", "median_length")
PAIR_COLUMNS = ("class", "other", "both", "class_only", "other_only")
MOTIF_COLUMNS = ("name", "motif", "width", *SPLITS)


@dataclass(frozen=True, eq=False)
class DatasetTables:
    """What one dataset file holds; integers that are not known are <NA>, fractions NaN.

    Attributes:
        splits: one row per split: split, sequences, length (nt), forward and reverse (sequences
            by strand, where places are known), with_a_positive, gc (mean over sequences of the
            fraction of their known bases), unknown (fraction of bases), duplicates (sequences
            that equal an earlier one of the split), identical_in_train (sequences that train has
            too, on either strand), overlapping_train (sequences whose place shares a base with
            one of train), chromosomes (text).
        classes: one row per split and class: split, class, positives, negatives, missing,
            prevalence (positives of known labels), gc_positives, gc_negatives (means over
            sequences), gc_auroc (of GC content as the only predictor).
        cooccurrence: in train, one row per unordered pair of classes with a sequence positive for
            both, each class with itself too: class, other, both, class_only, other_only (positive
            for one and negative for the other).
        drops: reason, unit, track (empty for all), count, in the order of the provenance.
        tracks: name, source, peaks (those kept), median_length (nt); no row where not made of
            peaks.
        motifs: of datasets of kind implanted or grammar, one row per implanted motif or pattern:
            name, motif (identifier in the motif database, or a pattern's letters), width (nt), and
            its sites in train, valid and test.
        gc: histogram of GC content in train: gc (left edge of `GC_BINS` bins), with_a_positive
            and without (sequences).
        problems: what a user must read before training, worst first: problem, split (empty for
            all), sentence.
    """

    splits: pd.DataFrame
    classes: pd.DataFrame
    cooccurrence: pd.DataFrame
    drops: pd.DataFrame
    tracks: pd.DataFrame
    motifs: pd.DataFrame
    gc: pd.DataFrame
    problems: pd.DataFrame


@dataclass(frozen=True, eq=False)
class _Scan:
    """Counts over one split; the last of the C + 1 columns is "positive for any class".

    Attributes:
        sequences: N.
        length: L.
        unknown: bases.
        positive: float64 (GC_BINS + 2, C + 1) of positives: sequences by bin of GC, those without
            a known base, sum of the GC fractions.
        negative: the same of negatives.
        both: (C, C) sequences positive for both classes, or None where not counted.
        only: (C, C) sequences positive for the row's class and negative for the column's.
        forward: hashes of the sequences that have a known base.
        canonical: the same for each sequence or its reverse complement.
        places: `PLACE_DTYPE` (N,), or None where not known.
    """

    sequences: int
    length: int
    unknown: int
    positive: np.ndarray
    negative: np.ndarray
    both: np.ndarray | None
    only: np.ndarray | None
    forward: np.ndarray
    canonical: np.ndarray
    places: np.ndarray | None


def gather_dataset_tables(path: Path | str) -> DatasetTables:
    """Read a dataset file once, block by block, and tabulate what is in it.

    Memory grows with the number of sequences only by their places and hashes: about 200 bytes
    each while overlaps are counted.

    Args:
        path: a dataset file.

    Returns:
        All tables; rows in the order of `SPLITS` and of the file's classes.

    Raises:
        DatasetFileError: the file is not a dataset, or its provenance breaks the contract.
    """
    classes, provenance = read_classes(path), read_provenance(path)
    drops = _read_records(path, provenance, "drops", DROP_COLUMNS)
    tracks = _read_records(path, provenance, "tracks", TRACK_COLUMNS)
    scans = {name: _scan(path, name, len(classes), name == TRAIN) for name in SPLITS}
    shared = _tabulate_shared(scans)
    splits = pd.DataFrame([_describe_split(name, scans[name], shared) for name in SPLITS])
    splits = splits.astype(dict.fromkeys(SPLIT_COUNTS, "Int64"))
    by_class = pd.concat(
        [_tabulate_classes(name, scans[name], classes) for name in SPLITS], ignore_index=True
    )
    pairs = _tabulate_pairs(scans[TRAIN], classes)
    return DatasetTables(
        splits=splits,
        classes=by_class,
        cooccurrence=pairs,
        drops=drops,
        tracks=tracks,
        motifs=_tabulate_motifs(path, provenance),
        gc=_tabulate_gc(scans[TRAIN]),
        problems=find_problems(splits, by_class, pairs, drops, tracks, shared),
    )


def write_dataset_tables(tables: DatasetTables, paths: Mapping[str, Path | str]) -> None:
    """Write tables as CSV files.

    Args:
        tables: from `gather_dataset_tables`.
        paths: where each of `CSV_TABLES` goes.
    """
    for name in CSV_TABLES:
        write_csv(paths[name], getattr(tables, name))


def name_chromosomes(names: Iterable[str]) -> str:
    """Write chromosomes in few words: chr1, chr3-7, chrX.

    Args:
        names: in any order; runs of three and more successive numbers become ranges.

    Returns:
        The text; beyond `NAMED_CHROMOSOMES` parts the rest are counted.
    """
    ordered = list(pd.Series(sorted(set(names)), dtype=object).sort_values(key=natural_key))
    parts = []
    for _run, group in groupby(enumerate(ordered), lambda item: _run_key(*item)):
        run = [name for _place, name in group]
        if len(run) > 2:
            run = [f"{run[0]}-{_NUMBERED.fullmatch(run[-1])['number']}"]
        parts += run
    more = len(parts) - NAMED_CHROMOSOMES
    return ", ".join(parts[:NAMED_CHROMOSOMES]) + (f" and {more:,} more" if more > 0 else "")


def count_overlaps(places: np.ndarray, others: np.ndarray) -> int:
    """Count the places that share at least one base with some other place, on either strand.

    A shuffle (strand .) shares its place's composition and no sequence: it overlaps with nothing.

    Args:
        places: `PLACE_DTYPE` (N,), in any order; starts may be negative.
        others: `PLACE_DTYPE` (M,).

    Returns:
        How many of `places` do.
    """
    places, others = (some[some["strand"] != b"."] for some in (places, others))
    if not len(places) or not len(others):
        return 0
    both = np.concatenate([places, others])
    _names, chromosome = np.unique(both["chrom"], return_inverse=True)
    span = both["end"].max() - both["start"].min() + 1
    # one line for all chromosomes: each begins behind the end of the one before
    start, end = (chromosome * span + both[key] - both["start"].min() for key in ("start", "end"))
    order = len(places) + np.argsort(start[len(places) :], kind="stable")
    reach = np.concatenate([[-1], np.maximum.accumulate(end[order])])
    before = np.searchsorted(start[order], end[: len(places)], side="left")
    return int((reach[before] > start[: len(places)]).sum())


_NUMBERED = re.compile(r"(?P<prefix>(.*[^0-9])?)(?P<number>0|[1-9][0-9]*)")

_HIST = slice(GC_BINS)
_COUNTED = slice(GC_BINS + 1)
_GC_SUM = GC_BINS + 1
"""Rows of `_Scan.positive` and `negative`: bins of GC, all sequences, and the sum of GC."""


def _run_key(place: int, name: str) -> tuple[str, int]:
    """Give successive numbers behind one prefix the same key, and all else one of its own."""
    match = _NUMBERED.fullmatch(name)
    return (match["prefix"], int(match["number"]) - place) if match else (name, place)


def _read_records(
    path: Path | str, provenance: Mapping[str, object], key: str, columns: Sequence[str]
) -> pd.DataFrame:
    records = provenance.get(key, [])
    for number, record in enumerate(records):
        missing = [column for column in columns if column not in record]
        if missing:
            raise DatasetFileError(
                f"{path}: provenance, {key}, entry {number}: no {', '.join(missing)}. Expected "
                f"{', '.join(columns)}: make the dataset again."
            )
    return pd.DataFrame(records, columns=list(columns))


def _tabulate_motifs(path: Path | str, provenance: Mapping[str, object]) -> pd.DataFrame:
    """Count the sites of motifs and patterns; of other kinds the classes say what there is."""
    if provenance.get("kind") not in ("implanted", "grammar"):
        return pd.DataFrame(columns=list(MOTIF_COLUMNS))
    sites = {name: read_split(path, name).truth["motif"].tolist() for name in SPLITS}
    rows = [
        (motif.class_name, motif.identifier, len(motif.pwm), *_count(motif.identifier, sites))
        for motif in read_pool(path)
    ]
    return pd.DataFrame(rows, columns=list(MOTIF_COLUMNS))


def _count(identifier: str, sites: Mapping[str, list[bytes]]) -> list[int]:
    return [sites[name].count(identifier.encode()) for name in SPLITS]


def _scan(path: Path | str, name: str, classes: int, with_pairs: bool) -> _Scan:
    sequences, length = read_shape(path, name)
    rows = max(1, BLOCK_BYTES // max(length, classes, 1))
    unknown = 0
    positive, negative = np.zeros((2, GC_BINS + 2, classes + 1))
    both, only = np.zeros((2, classes, classes)) if with_pairs else (None, None)
    hashes = [np.zeros((2, 0), dtype=np.int64)]
    blocks = zip(iterate_sequences(path, name, rows), iterate_labels(path, name, rows), strict=True)
    for x, y in blocks:
        unknown += int(np.count_nonzero(x == dna.UNKNOWN))
        weights, (is_positive, is_negative) = _weigh_by_gc(x), _split_labels(y)
        positive += weights @ is_positive
        negative += weights @ is_negative
        if with_pairs:
            _add_pairs(both, only, is_positive[:, :-1], is_negative[:, :-1])
        hashes.append(_hash_sequences(x))
    forward, canonical = np.concatenate(hashes, axis=1)
    counts = (sequences, length, unknown, positive, negative, both, only)
    return _Scan(*counts, forward, canonical, read_places(path, name))


def _weigh_by_gc(x: np.ndarray) -> sparse.csr_array:
    """Return (GC_BINS + 2, N) with a 1 where a sequence is in a bin, and its GC in the last row."""
    known = np.count_nonzero(x != dna.UNKNOWN, axis=1)
    gc = np.count_nonzero((x == 1) | (x == 2), axis=1)
    some = np.maximum(known, 1)
    bins = np.where(known > 0, np.minimum(gc * GC_BINS // some, GC_BINS - 1), GC_BINS)
    rows = np.concatenate([bins, np.full(len(x), _GC_SUM)])
    weights = np.concatenate([np.ones(len(x)), gc / some])
    columns = np.tile(np.arange(len(x)), 2)
    return sparse.csr_array((weights, (rows, columns)), shape=(GC_BINS + 2, len(x)))


def _split_labels(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return float32 (N, C + 1) of positives and of negatives; "any class" is the last column."""
    positive = y == 1
    some = positive.any(axis=1, keepdims=True)
    parts = np.hstack([positive, some]), np.hstack([y == 0, ~some])
    return parts[0].astype(np.float32), parts[1].astype(np.float32)


def _add_pairs(
    both: np.ndarray, only: np.ndarray, positive: np.ndarray, negative: np.ndarray
) -> None:
    some = positive.any(axis=1)
    positive, negative = positive[some], negative[some]
    block = positive.T @ positive
    both += block
    if (positive + negative).all():
        only += positive.sum(axis=0)[:, None] - block
    else:
        only += positive.T @ negative


def _hash_sequences(x: np.ndarray) -> np.ndarray:
    """Return int64 (2, n) hashes of the n sequences with a known base: as is, and of either strand.

    With 64 bits, 10 million sequences have a false match with a probability of 3e-6.
    """
    x = x[(x != dna.UNKNOWN).any(axis=1)]
    forward, reverse = (_hash_rows(rows) for rows in (x, dna.reverse_complement(x)))
    return np.stack([forward, np.minimum(forward, reverse)])


def _hash_rows(x: np.ndarray) -> np.ndarray:
    rows = np.ascontiguousarray(x).view(f"V{x.shape[1]}").ravel().tolist()
    return np.fromiter(map(hash, rows), dtype=np.int64, count=len(rows))


def _tabulate_shared(scans: Mapping[str, _Scan]) -> pd.DataFrame:
    rows = []
    for other, split in combinations(SPLITS, 2):
        a, b = scans[split], scans[other]
        identical = int(np.isin(a.canonical, b.canonical).sum())
        known = a.places is not None and b.places is not None
        overlapping = count_overlaps(a.places, b.places) if known else None
        rows.append((split, other, a.sequences, identical, overlapping))
    columns = ["split", "other", "sequences", "identical", "overlapping"]
    return pd.DataFrame(rows, columns=columns).astype({"overlapping": "Int64"})


def _describe_split(name: str, scan: _Scan, shared: pd.DataFrame) -> dict[str, object]:
    some, none = scan.positive[:, -1], scan.negative[:, -1]
    known = some[_HIST].sum() + none[_HIST].sum()
    in_train = shared[(shared["split"] == name) & (shared["other"] == TRAIN)]
    return {
        "split": name,
        "sequences": scan.sequences,
        "length": scan.length,
        **_count_strands(scan.places),
        "with_a_positive": int(some[_COUNTED].sum()),
        "gc": float(_ratio(some[_GC_SUM] + none[_GC_SUM], known)),
        "unknown": float(_ratio(scan.unknown, scan.sequences * scan.length)),
        "duplicates": len(scan.forward) - len(np.unique(scan.forward)),
        "identical_in_train": next(iter(in_train["identical"]), None),
        "overlapping_train": next(iter(in_train["overlapping"]), None),
        "chromosomes": _describe_chromosomes(scan.places),
    }


def _count_strands(places: np.ndarray | None) -> dict[str, int | None]:
    strands = {"forward": b"+", "reverse": b"-"}
    if places is None:
        return dict.fromkeys(strands)
    return {key: int((places["strand"] == sign).sum()) for key, sign in strands.items()}


def _describe_chromosomes(places: np.ndarray | None) -> str:
    return "" if places is None else name_chromosomes(np.unique(places["chrom"]).astype(str))


def _tabulate_classes(name: str, scan: _Scan, classes: Sequence[str]) -> pd.DataFrame:
    positive, negative = scan.positive[:, :-1], scan.negative[:, :-1]
    positives, negatives = (part[_COUNTED].sum(axis=0) for part in (positive, negative))
    return pd.DataFrame(
        {
            "split": name,
            "class": list(classes),
            "positives": positives.astype(np.int64),
            "negatives": negatives.astype(np.int64),
            "missing": (scan.sequences - positives - negatives).astype(np.int64),
            "prevalence": _ratio(positives, positives + negatives),
            "gc_positives": _ratio(positive[_GC_SUM], positive[_HIST].sum(axis=0)),
            "gc_negatives": _ratio(negative[_GC_SUM], negative[_HIST].sum(axis=0)),
            "gc_auroc": _auroc_of_bins(positive[_HIST], negative[_HIST]),
        }
    )


def _auroc_of_bins(positive: np.ndarray, negative: np.ndarray) -> np.ndarray:
    """Return the AUROC of each column's bin number as a score; equal bins count as one half.

    It is the Mann-Whitney U statistic over the number of pairs.
    """
    below = np.cumsum(negative, axis=0) - negative
    wins = (positive * (below + negative / 2)).sum(axis=0)
    return _ratio(wins, positive.sum(axis=0) * negative.sum(axis=0))


def _tabulate_pairs(scan: _Scan, classes: Sequence[str]) -> pd.DataFrame:
    row, column = np.nonzero(np.triu(scan.both))
    names = np.array(classes, dtype=object)
    counts = scan.both[row, column], scan.only[row, column], scan.only[column, row]
    columns = [names[row], names[column], *(count.astype(np.int64) for count in counts)]
    return pd.DataFrame(dict(zip(PAIR_COLUMNS, columns, strict=True)))


def _tabulate_gc(scan: _Scan) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "gc": np.arange(GC_BINS) / GC_BINS,
            "with_a_positive": scan.positive[_HIST, -1].astype(np.int64),
            "without": scan.negative[_HIST, -1].astype(np.int64),
        }
    )


def _ratio(part: np.ndarray | float, whole: np.ndarray | float) -> np.ndarray:
    """Divide; NaN where there is nothing to divide by."""
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
