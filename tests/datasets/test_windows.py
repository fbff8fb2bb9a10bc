import logging
import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from pyfaidx import Fasta
from shared_data import shared_data
from toy_genomes import open_toy, random_sequence, track_of

from motifgrid import dna
from motifgrid.datasets import selection as selection_module
from motifgrid.datasets import windows as windows_module
from motifgrid.datasets.bins import Bins
from motifgrid.datasets.intervals import merge_blacklists
from motifgrid.datasets.selection import WindowSettings
from motifgrid.datasets.splits import REST, SplitError, parse_region
from motifgrid.datasets.tracks import FitSettings, TrackError, fit_track
from motifgrid.datasets.windows import NO_REGIONS, label_bins, plan_windows, write_windows
from motifgrid.formats.dataset import (
    SPLITS,
    PoolMotif,
    read_classes,
    read_pool,
    read_provenance,
    read_split,
)
from motifgrid.formats.genome import GenomeError, index_genome, open_genome, unpack_genome
from motifgrid.formats.peaks import read_peaks

SEQUENCES = {
    "chr1": random_sequence(203, 1),
    "chr2": random_sequence(80, 2, "ACGTacgt"),
    "chr3": random_sequence(60, 3),
}
SIZES = {chrom: len(sequence) for chrom, sequence in SEQUENCES.items()}
BY_CHROMOSOME = {"train": REST, "valid": ["chr2"], "test": ["chr3"]}
PEAKS = {
    # covers more than half of the bins of 10 from 30, 40; just half of 50
    "A": [("chr1", 34, 55), ("chr2", 20, 30), ("chr3", 20, 40)],
    "B": [("chr1", 40, 43), ("chr1", 47, 50), ("chr1", 150, 160), ("chr2", 20, 26)],
}


def tracks_of(peaks, sizes=SIZES):
    return [track_of(name, sizes, *rows) for name, rows in peaks.items()]


def small(**changes):
    return WindowSettings(**{"bin": 10, "length": 30, "splits": BY_CHROMOSOME, **changes})


@pytest.fixture
def genome(tmp_path):
    return open_toy(tmp_path, SEQUENCES)


def rows_of(path, name):
    """The rows of a split: chromosome, start, end, strand, letters, labels."""
    split = read_split(path, name)
    return [
        (chrom.decode(), start, end, strand.decode(), dna.decode(x), tuple(y.tolist()))
        for (chrom, start, end, strand), x, y in zip(
            split.places.tolist(), split.x, split.y, strict=True
        )
    ]


def write(folder, genome, peaks=PEAKS, blacklist=NO_REGIONS, **changes):
    plan = plan_windows(tracks_of(peaks, genome.sizes), genome, small(**changes), blacklist)
    write_windows(folder / "a.h5", plan)
    return folder / "a.h5"


def starts(path):
    return {name: [row[1] for row in rows_of(path, name) if row[3] == "+"] for name in SPLITS}


# A small genome by hand


def test_windows_lie_around_positive_bins_with_their_labels(tmp_path, genome):
    path = write(tmp_path, genome)
    found = {name: [row[:4] + row[5:] for row in rows_of(path, name)] for name in SPLITS}
    assert found == {
        "train": [
            ("chr1", 20, 50, "+", (1, 0)),
            ("chr1", 30, 60, "+", (1, 1)),
            ("chr1", 140, 170, "+", (0, 1)),
        ],
        "valid": [("chr2", 10, 40, "+", (1, 1))],
        "test": [("chr3", 10, 40, "+", (1, 0)), ("chr3", 20, 50, "+", (1, 0))],
    }
    for name in SPLITS:
        for chrom, start, end, _strand, letters, _labels in rows_of(path, name):
            assert letters == SEQUENCES[chrom][start:end].upper()


def test_the_file_says_what_it_was_made_from(tmp_path, genome):
    pool = [PoolMotif("A", "MA1.1", np.full((4, 4), 0.25), ("MA1.1",))]
    lost = FitSettings(unknown_chromosome="drop")
    tracks = [
        track_of("A", SIZES, *PEAKS["A"], ("chr9", 1, 5), settings=lost),
        track_of("B", SIZES, *PEAKS["B"], ("chr1", 0, 10)),
    ]
    plan = plan_windows(tracks, genome, small())
    write_windows(tmp_path / "a.h5", plan, pool, {"genome": "toy.fa", "drops": "overwritten"})
    assert read_classes(tmp_path / "a.h5") == ("A", "B")
    assert [motif.identifier for motif in read_pool(tmp_path / "a.h5")] == ["MA1.1"]
    unknown = {"reason": "chromosome not in the genome", "unit": "peaks", "count": 1, "track": "A"}
    over = {
        "reason": "reaches over its chromosome's end",
        "unit": "windows",
        "count": 1,
        "track": "",
    }
    assert read_provenance(tmp_path / "a.h5") == {
        "genome": "toy.fa",
        "tracks": [
            {"name": "A", "source": "A.bed", "peaks": 3, "median_length": 20.0},
            {"name": "B", "source": "B.bed", "peaks": 5, "median_length": 6.0},
        ],
        "drops": [unknown, over],
    }


def test_coverage_is_the_part_that_must_be_exceeded(tmp_path, genome):
    assert starts(write(tmp_path, genome, coverage=0.3))["train"] == [20, 30, 40, 140]
    assert starts(write(tmp_path, genome, coverage=0.6))["train"] == [30, 140]
    only_touched = write(tmp_path, genome, {"A": [("chr1", 39, 41), *PEAKS["A"][1:]]}, coverage=0)
    assert starts(only_touched)["train"] == [20, 30]


def test_a_window_may_be_just_its_bin(tmp_path, genome):
    assert starts(write(tmp_path, genome, length=10))["train"] == [30, 40, 150]


def test_reverse_complements_follow_all_forward_windows(tmp_path, genome):
    path = write(tmp_path, genome, reverse_complement="all")
    for name in SPLITS:
        rows = rows_of(path, name)
        half = len(rows) // 2
        for forward, reverse in zip(rows[:half], rows[half:], strict=True):
            assert forward[3] + reverse[3] == "+-"
            assert forward[:3] + forward[5:] == reverse[:3] + reverse[5:]
            pairs = str.maketrans("ACGT", "TGCA")
            assert reverse[4] == forward[4][::-1].translate(pairs)


@pytest.mark.parametrize(
    ("setting", "strands"),
    [
        ("none", {"train": "+++", "valid": "+", "test": "++"}),
        ("train", {"train": "+++---", "valid": "+", "test": "++"}),
        ("all", {"train": "+++---", "valid": "+-", "test": "++--"}),
    ],
)
def test_reverse_complements_are_in_the_splits_that_want_them(tmp_path, genome, setting, strands):
    path = write(tmp_path, genome, reverse_complement=setting)
    found = {name: "".join(row[3] for row in rows_of(path, name)) for name in SPLITS}
    assert found == strands


def test_blocks_do_not_change_the_file(tmp_path, genome, monkeypatch):
    options = {"negative_bins": "all", "reverse_complement": "all", "maximum_unknown": 0.5}
    whole = write(tmp_path, genome, **options)
    rows = {name: rows_of(whole, name) for name in SPLITS}
    monkeypatch.setattr(selection_module, "BLOCK", 3)
    parts = write(tmp_path, genome, **options)
    assert {name: rows_of(parts, name) for name in SPLITS} == rows


def test_windows_over_an_end_can_be_padded(tmp_path, genome):
    peaks = {"A": [*PEAKS["A"], ("chr1", 0, 10), ("chr1", 190, 200)]}
    assert starts(write(tmp_path, genome, peaks))["train"] == [20, 30]
    path = write(tmp_path, genome, peaks, window_ends="pad")
    first, *_others, last = rows_of(path, "train")
    assert first[1:5] == (-10, 20, "+", "N" * 10 + SEQUENCES["chr1"][:20])
    assert last[1:5] == (180, 210, "+", SEQUENCES["chr1"][180:] + "N" * 7)


def test_the_shorter_last_bin_of_a_chromosome_is_in_no_dataset(tmp_path, genome):
    peaks = {"A": [*PEAKS["A"], ("chr1", 195, 203)]}
    path = write(tmp_path, genome, peaks, negative_bins="all", window_ends="pad")
    assert max(starts(path)["train"]) == 180


# The blacklist


def regions(*rows):
    return tuple(np.array(rows, dtype=np.int64).reshape(-1, 3).T)


@pytest.mark.parametrize(
    ("blacklist", "kept"),
    [
        (regions(), [20, 30, 140]),
        (regions((0, 0, 20), (0, 60, 140), (0, 170, 203)), [20, 30, 140]),
        (regions((0, 0, 21)), [30, 140]),
        (regions((0, 59, 60)), [20, 140]),
        (regions((0, 59, 141), (0, 5, 6), (0, 10, 22)), []),
        # beyond an end: cut, and not on the next chromosome
        (regions((0, 200, 10_000), (1, 75, 900), (0, 203, 260)), [20, 30, 140]),
        (regions((0, 100, 150), (0, 145, 151), (2, 0, 5)), [20, 30]),
    ],
)
def test_no_window_overlaps_the_blacklist(tmp_path, genome, blacklist, kept):
    peaks = {"A": [*PEAKS["A"], ("chr1", 150, 160)]}
    if not kept:
        with pytest.raises(SplitError, match="train"):
            write(tmp_path, genome, peaks, blacklist)
        return
    path = write(tmp_path, genome, peaks, blacklist)
    assert starts(path) == {"train": kept, "valid": [10], "test": [10, 20]}
    reasons = {drop["reason"]: drop["count"] for drop in read_provenance(path)["drops"]}
    assert reasons == ({"overlaps the blacklist": 3 - len(kept)} if len(kept) < 3 else {})


# Errors


def test_tracks_without_a_positive_bin_are_named_with_their_files(genome):
    peaks = {**PEAKS, "C": [("chr1", 35, 40)], "D": [("chr1", 0, 3), ("chr1", 195, 203)]}
    with pytest.raises(TrackError) as caught:
        plan_windows(tracks_of(peaks), genome, small())
    assert str(caught.value).splitlines() == [
        "Track C, C.bed: no positive bin. Its 1 peaks (median length 5) nowhere cover more than "
        "0.5 of a bin of 10 nucleotides. Lower bin or coverage, or leave the track out.",
        "Track D, D.bed: no positive bin. Its 2 peaks (median length 6) nowhere cover more than "
        "0.5 of a bin of 10 nucleotides. Lower bin or coverage, or leave the track out.",
    ]


def test_tracks_without_a_window_are_named_with_their_files(genome):
    peaks = {**PEAKS, "C": [("chr1", 0, 10)]}
    message = r"^Track C, C\.bed: no positive window is left; .* Widen splits, or leave the track"
    with pytest.raises(TrackError, match=message):
        plan_windows(tracks_of(peaks), genome, small())
    splits = {"train": ["chr1"], "valid": ["chr2"], "test": ["chr3:0-5"]}
    elsewhere = {**PEAKS, "C": [("chr3", 20, 30)]}
    with pytest.raises(TrackError, match=r"^Track C, C\.bed: no positive window is left"):
        plan_windows(tracks_of(elsewhere), genome, small(splits=splits))


def test_a_split_without_a_window_is_named():
    message = r"splits: test: \['chr3'\] has no window\. Name chromosomes or regions with peaks"
    with TemporaryDirectory() as folder, pytest.raises(SplitError, match=message):
        write(Path(folder), open_toy(Path(folder), SEQUENCES), {"B": PEAKS["B"]})


def test_a_chromosome_name_too_long_for_the_file_is_refused(tmp_path):
    sequences = {**SEQUENCES, "x" * 33: random_sequence(60, 4)}
    genome = open_toy(tmp_path, sequences)
    peaks = {"A": [*PEAKS["A"], ("x" * 33, 20, 30)]}
    with pytest.raises(GenomeError, match=r"^Chromosome x{33}: its name has 33 bytes.*at most 32"):
        write(tmp_path, genome, peaks)
    # one that no window lies on does not matter
    splits = {**BY_CHROMOSOME, "train": ["chr1"]}
    assert starts(write(tmp_path, genome, peaks, splits=splits))["train"] == [20, 30]


def test_a_failure_halfway_leaves_the_old_file(tmp_path, genome, monkeypatch):
    path = write(tmp_path, genome)
    before = path.read_bytes()
    reads = []

    def read_then_fail(*arguments):
        reads.append(arguments)
        if len(reads) > 2:
            raise OSError("no space left on device")
        return original(*arguments)

    original = type(genome).read_windows
    monkeypatch.setattr(type(genome), "read_windows", read_then_fail)
    with pytest.raises(OSError, match="no space left"):
        write(tmp_path, genome)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob(".a*"))


def test_the_same_plan_gives_the_same_bytes(tmp_path, genome):
    options = {"negative_bins": 1.5, "reverse_complement": "all", "seed": 3}
    first = write(tmp_path, genome, **options).read_bytes()
    assert write(tmp_path, genome, **options).read_bytes() == first
    assert write(tmp_path, genome, **{**options, "seed": 4}).read_bytes() != first


def test_progress_is_logged(tmp_path, genome, monkeypatch, caplog):
    monkeypatch.setattr(windows_module, "REPORT_SECONDS", -1)
    with caplog.at_level(logging.INFO):
        write(tmp_path, genome, reverse_complement="train")
    assert "train: 6 windows" in caplog.messages
    assert "train: 6 of 6 windows written" in caplog.messages


def test_many_tracks_and_a_long_provenance_fit_into_the_file(tmp_path, genome):
    track = track_of("A", SIZES, *PEAKS["A"])
    tracks = [replace(track, name=f"track-{number:04d}") for number in range(1000)]
    path = tmp_path / "a.h5"
    write_windows(path, plan_windows(tracks, genome, small()))
    assert len(read_provenance(path)["tracks"]) == 1000
    assert read_split(path, "test").y.shape == (2, 1000)
    assert read_split(path, "test").y.all()


def test_more_than_255_windows_of_a_track_are_not_lost(tmp_path):
    genome = open_toy(tmp_path, {**SEQUENCES, "chr4": random_sequence(2560, 1)})
    path = write(tmp_path, genome, {"A": [*PEAKS["A"], ("chr4", 0, 2560)]}, length=10)
    assert len(starts(path)["train"]) == 2 + 256


# Against plain Python


def paint(splits, sizes):
    """The split of every position that has one, by plain Python."""
    places = [(chrom, place) for chrom, size in sizes.items() for place in range(size)]
    codes = {place: name for name in SPLITS if splits[name] == REST for place in places}
    for whole in (True, False):
        for name in SPLITS:
            for region in [] if splits[name] == REST else map(parse_region, splits[name]):
                if (region.end is None) == whole:
                    end = region.end or sizes[region.chrom]
                    codes |= {(region.chrom, place): name for place in range(region.start, end)}
    return codes


def cover(rows):
    return {(chrom, place) for chrom, start, end in rows for place in range(start, end)}


def select_slowly(sequences, peaks, chosen, blacklist):
    """All whole bins: (chromosome, start, end, strand, letters, labels), split, reason to drop."""
    sizes = {chrom: len(sequence) for chrom, sequence in sequences.items()}
    split_of, bad = paint(chosen.splits, sizes), cover(blacklist)
    covered = [cover(rows) for rows in peaks.values()]
    side = (chosen.length - chosen.bin) // 2
    for chrom, sequence in sequences.items():
        for start in range(0, sizes[chrom] - chosen.bin + 1, chosen.bin):
            inside = [(chrom, place) for place in range(start, start + chosen.bin)]
            needed = Fraction(str(chosen.coverage)) * chosen.bin
            labels = tuple(int(len(track.intersection(inside)) > needed) for track in covered)
            window = range(start - side, start + chosen.bin + side)
            letters = [sequence[p].upper() if 0 <= p < sizes[chrom] else "N" for p in window]
            places = [(chrom, p) for p in window if 0 <= p < sizes[chrom]]
            split = split_of.get((chrom, start))
            unknown = Fraction(letters.count("N"), chosen.length)
            reasons = [
                (split is None, "in no split"),
                (
                    chosen.window_ends == "drop" and len(places) < len(window),
                    "reaches over its chromosome's end",
                ),
                (
                    any(split_of.get(place) != split for place in places),
                    "reaches over its split's border",
                ),
                (not bad.isdisjoint(places), "overlaps the blacklist"),
                (unknown > Fraction(str(chosen.maximum_unknown)), "too many unknown bases"),
            ]
            reason = next((reason for applies, reason in reasons if applies), None)
            row = (chrom, window[0], window[-1] + 1, "+", "".join(letters), labels)
            yield row, split, reason


def turn(row):
    chrom, start, end, _strand, letters, labels = row
    turned = letters[::-1].translate(str.maketrans("ACGT", "TGCA"))
    return chrom, start, end, "-", turned, labels


def expect(bins, names, chosen):
    """The rows of every split, the drops, or None where a plan must be refused."""
    wanted = [
        (row, split, reason)
        for row, split, reason in bins
        if any(row[5]) or chosen.negative_bins == "all"
    ]
    kept = [(row, split) for row, split, reason in wanted if reason is None]
    rows = {name: [row for row, split in kept if split == name] for name in SPLITS}
    positives = [row[5] for row, _split in kept if any(row[5])]
    if not all(any(labels[track] for labels in positives) for track in range(names)):
        return TrackError
    if not all(rows.values()):
        return SplitError
    for name in SPLITS:
        if chosen.reverse_complement in ("all", name):
            rows[name] += [turn(row) for row in rows[name]]
    drops = {}
    for row, _split, reason in wanted:
        if reason:
            key = reason if any(row[5]) else f"negative: {reason}"
            drops[key] = drops.get(key, 0) + 1
    return rows, drops


@st.composite
def spans(draw, sizes, least, most):
    """From `least` to `most` regions of up to 25 on every chromosome."""
    rows = []
    for chrom, size in sizes.items():
        for start in draw(st.lists(st.integers(0, size - 1), min_size=least, max_size=most)):
            rows.append((chrom, start, min(size, start + draw(st.integers(1, 25)))))
    return rows


@st.composite
def genomes(draw):
    """Three or four chromosomes of random bases, now and then with runs of N."""
    sequences = {}
    for number in range(1, draw(st.integers(3, 4)) + 1):
        rng = np.random.default_rng(draw(st.integers(0, 1000)))
        bases = rng.choice(list("ACGTacgt"), draw(st.integers(30, 110)))
        for start in draw(st.lists(st.integers(0, 100), max_size=2)):
            bases[start : start + draw(st.integers(1, 9))] = "N"
        sequences[f"chr{number}"] = "".join(bases)
    return sequences


@st.composite
def layouts(draw, sizes):
    """Splits that share nothing: whole chromosomes, and one region taken from the first."""
    first, second, third, *_others = sizes
    cut = draw(st.integers(1, sizes[first] - 1))
    return draw(
        st.sampled_from(
            [
                {"train": REST, "valid": [second], "test": [third]},
                {"train": [first], "valid": [second, f"{first}:0-{cut}"], "test": [third]},
                {"train": REST, "valid": [f"{first}:{cut}-{sizes[first]}"], "test": [second]},
                {"train": [f"{first}:0-{cut}"], "valid": [second], "test": REST},
            ]
        )
    )


@st.composite
def cases(draw):
    sequences = draw(genomes())
    sizes = {chrom: len(sequence) for chrom, sequence in sequences.items()}
    width = draw(st.integers(2, 7))
    chosen = WindowSettings(
        bin=width,
        length=width + 2 * draw(st.integers(0, 4)),
        coverage=draw(st.sampled_from([0, 0.3, 0.5, 0.7])),
        splits=draw(layouts(sizes)),
        negative_bins=draw(st.sampled_from([0, "all"])),
        reverse_complement=draw(st.sampled_from(["none", "train", "all"])),
        maximum_unknown=draw(st.sampled_from([1, 0.3, 0.1, 0])),
        window_ends=draw(st.sampled_from(["drop", "pad"])),
    )
    names = ["A", "B", "C"][: draw(st.integers(1, 3))]
    peaks = {name: draw(spans(sizes, 1, 4)) for name in names}
    return sequences, peaks, chosen, draw(st.just([]) | spans(sizes, 0, 1))


def plan_toy(folder, sequences, peaks, chosen, blacklist):
    genome = open_toy(folder, sequences)
    index = {chrom: number for number, chrom in enumerate(genome.sizes)}
    rows = [(index[chrom], start, end) for chrom, start, end in blacklist]
    return plan_windows(tracks_of(peaks, genome.sizes), genome, chosen, regions(*rows))


@settings(max_examples=150)
@given(cases())
def test_files_are_those_of_plain_python(case):
    sequences, peaks, chosen, blacklist = case
    bins = list(select_slowly(sequences, peaks, chosen, blacklist))
    expected = expect(bins, len(peaks), chosen)
    with TemporaryDirectory() as name:
        folder = Path(name)
        if isinstance(expected, type):
            event(expected.__name__)
            with pytest.raises(expected):
                plan_toy(folder, *case)
            return
        event("written")
        write_windows(folder / "a.h5", plan_toy(folder, *case))
        found = {split: rows_of(folder / "a.h5", split) for split in SPLITS}
        drops = {d["reason"]: d["count"] for d in read_provenance(folder / "a.h5")["drops"]}
    assert found == expected[0]
    assert drops == expected[1]
    kept = sum(row[3] == "+" and any(row[5]) for rows in found.values() for row in rows)
    dropped = sum(count for reason, count in drops.items() if not reason.startswith("negative"))
    assert kept + dropped == sum(any(row[5]) for row, _split, _reason in bins)


@settings(max_examples=60)
@given(cases(), st.sampled_from([0.5, 1, 2.5]), st.integers(0, 3))
def test_drawn_negatives_are_bins_that_plain_python_allows(case, ratio, seed):
    sequences, peaks, chosen, blacklist = case
    changes = {"negative_bins": ratio, "seed": seed, "reverse_complement": "none"}
    chosen = WindowSettings(**{**vars(chosen), **changes})
    bins = list(select_slowly(sequences, peaks, chosen, blacklist))
    with TemporaryDirectory() as name:
        folder = Path(name)
        try:
            plan = plan_toy(folder, sequences, peaks, chosen, blacklist)
        except (TrackError, SplitError) as error:
            event(type(error).__name__)
            return
        event("written")
        write_windows(folder / "a.h5", plan)
        found = {split: rows_of(folder / "a.h5", split) for split in SPLITS}
    missing = {drop.reason: drop.count for drop in plan.drops}
    for split in SPLITS:
        allowed = [row for row, where, reason in bins if where == split and not reason]
        positive = [row for row in allowed if any(row[5])]
        negative = [row for row in allowed if not any(row[5])]
        drawn = [row for row in found[split] if not any(row[5])]
        assert [row for row in found[split] if any(row[5])] == positive
        assert [row for row in negative if row in drawn] == drawn
        wanted = round(ratio * len(positive))
        assert len(drawn) == min(wanted, len(negative))
        lacking = missing.get(f"negative: no more such bins in {split}", 0)
        assert lacking == wanted - len(drawn)


# Real data


@pytest.fixture(scope="module")
def hg19(tmp_path_factory):
    source = shared_data("genome", "hg19_mini_chr1_chr17.fa.gz")
    folder = tmp_path_factory.mktemp("hg19")
    unpack_genome(source, folder / "hg19.fa")
    index_genome(folder / "hg19.fa", folder / "hg19.fai")
    yield open_genome(folder / "hg19.fa", folder / "hg19.fai")
    (folder / "hg19.fa").unlink()


REAL_SPLITS = {
    "train": ["chr1:0-6000000"],
    "valid": ["chr1:6,000,000-7,500,100", "chr17:500000-1000000"],
    "test": ["chr1:7500100-9876492"],
}
REAL_TRACKS = ("GM12878_EGR1", "A549_CTCF", "GM12878_SP1")


def bedtools(*arguments, stdin=None):
    """The lines that bedtools writes, split at tabs."""
    done = subprocess.run(
        ["bedtools", *map(str, arguments)], input=stdin, capture_output=True, text=True, check=True
    )
    return [line.split("\t") for line in done.stdout.splitlines()]


def text_of(rows):
    return "".join("\t".join(map(str, row)) + "\n" for row in rows)


def label_by_bedtools(folder, sizes):
    """By bin of 200: the labels of the real tracks, where there is one."""
    (folder / "sizes").write_text(text_of(sizes.items()))
    bins = bedtools("makewindows", "-g", folder / "sizes", "-w", 200)
    (folder / "bins.bed").write_text(text_of(bins))
    labels = {}
    for column, name in enumerate(REAL_TRACKS):
        peaks = shared_data("peaks_fcna_hg19", f"{name}.merged.bed.gz")
        for row in bedtools("coverage", "-a", folder / "bins.bed", "-b", peaks):
            if int(row[4]) > 100:
                labels.setdefault((row[0], int(row[1])), [0] * 3)[column] = 1
    return {place: tuple(values) for place, values in labels.items()}


def test_windows_of_hg19_are_those_of_bedtools_and_pyfaidx(hg19, tmp_path):
    if shutil.which("bedtools") is None:
        pytest.skip("needs the program bedtools on PATH")
    blacklist = shared_data("genome", "wgEncodeDacMapabilityConsensusExcludable.bed.gz")
    merge_blacklists([blacklist], hg19.sizes, 0, tmp_path / "blacklist.bed")
    bad = read_peaks(tmp_path / "blacklist.bed")
    bad_index = bad["chrom"].map({"chr1": 0, "chr17": 1}).astype(np.int64).to_numpy()
    # the piece of chr1 ends where its known part does
    fit = FitSettings(unknown_chromosome="drop", beyond_end="drop")
    files = {name: shared_data("peaks_fcna_hg19", f"{name}.merged.bed.gz") for name in REAL_TRACKS}
    tracks = [
        fit_track(name, str(path), read_peaks(path), hg19.sizes, fit)
        for name, path in files.items()
    ]
    chosen = WindowSettings(splits=REAL_SPLITS, maximum_unknown=0)
    where = (bad_index, bad["start"].to_numpy(), bad["end"].to_numpy())
    write_windows(tmp_path / "a.h5", plan_windows(tracks, hg19, chosen, where))

    labels = label_by_bedtools(tmp_path, hg19.sizes)
    windows = [(chrom, start - 400, start + 600) for chrom, start in labels if start >= 400]
    clean = bedtools("intersect", "-v", "-a", "stdin", "-b", blacklist, stdin=text_of(windows))
    fasta = Fasta(str(hg19.path), indexname=str(tmp_path / "own.fai"))
    total = 0
    for name in SPLITS:
        parts = [parse_region(text) for text in REAL_SPLITS[name]]
        (tmp_path / "part.bed").write_text(text_of((p.chrom, p.start, p.end) for p in parts))
        inside = bedtools(
            *("intersect", "-u", "-f", 1, "-a", "stdin", "-b", tmp_path / "part.bed"),
            stdin=text_of(clean),
        )
        rows = [(chrom, int(start), int(end)) for chrom, start, end in inside]
        letters = {row: fasta[row[0]][row[1] : row[2]].seq.upper() for row in rows}
        expected = [
            (*row, "+", letters[row], labels[row[0], row[1] + 400])
            for row in sorted(rows, key=lambda row: (row[0] != "chr1", row[1]))
            if "N" not in letters[row]
        ]
        assert rows_of(tmp_path / "a.h5", name) == expected
        total += len(expected)
    drops = read_provenance(tmp_path / "a.h5")["drops"]
    assert total > 1000
    assert total + sum(drop["count"] for drop in drops if drop["unit"] == "windows") == len(labels)
    for track, path in zip(tracks, files.values(), strict=True):
        dropped = sum(drop["count"] for drop in drops if drop["track"] == track.name)
        assert len(track.peaks) + dropped == len(read_peaks(path))


def test_labels_of_all_real_tracks_are_gathered_in_their_columns():
    sizes = dict(
        pd.read_csv(
            shared_data("genome", "hg19.autoX.chrom.sizes"), sep="\t", header=None
        ).itertuples(index=False, name=None)
    )
    paths = sorted(shared_data("peaks_fcna_hg19").glob("*.bed.gz"))
    fit = FitSettings(unknown_chromosome="drop")
    tracks = [fit_track(p.stem, str(p), read_peaks(p), sizes, fit) for p in paths]
    bins = Bins(sizes, 200)
    together = label_bins(tracks, bins, 0.5)
    for column, track in enumerate(tracks):
        alone = label_bins([track], bins, 0.5)
        matrix = together.matrix[:, [column]].toarray().ravel().astype(bool)
        np.testing.assert_array_equal(together.bins[matrix], alone.bins)
