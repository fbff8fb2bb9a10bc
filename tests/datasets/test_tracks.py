import re

import numpy as np
import pandas as pd
import pytest

from motifgrid.datasets.tracks import (
    Drop,
    FitSettings,
    TrackError,
    describe_drops,
    describe_tracks,
    fit_track,
    require_assembly,
)
from motifgrid.formats.peaks import read_peaks

SIZES = {"chr2": 500, "chr1": 1000, "chrM": 16}
MATCH = FitSettings(chromosome_names="match")
DROP = FitSettings(unknown_chromosome="drop", beyond_end="drop")


def peaks_of(*rows):
    """Rows of (chrom, start, end), in lines 2, 3, ... of a file."""
    table = pd.DataFrame(rows, columns=["chrom", "start", "end"]).astype({"chrom": "category"})
    return table.assign(summit=-1, score=np.nan, line=np.arange(2, 2 + len(rows)))


def fit(*rows, sizes=SIZES, settings=None):
    return fit_track("CTCF", "a/ctcf.bed", peaks_of(*rows), sizes, settings or FitSettings())


def refuse(message, *rows, **options):
    with pytest.raises(TrackError, match=r"^Track CTCF, a/ctcf\.bed") as caught:
        fit(*rows, **options)
    assert message in str(caught.value)


def test_peaks_that_fit_get_the_chromosomes_index_and_keep_the_rest():
    track = fit(("chr1", 5, 9), ("chr2", 499, 500), ("chr1", 0, 1000))
    assert (track.name, track.source, track.drops) == ("CTCF", "a/ctcf.bed", ())
    assert track.peaks["chromosome"].tolist() == [1, 0, 1]
    assert track.peaks["start"].tolist() == [5, 499, 0]
    assert track.peaks["end"].tolist() == [9, 500, 1000]
    assert track.peaks["line"].tolist() == [2, 3, 4]
    assert "chrom" not in track.peaks


def test_a_read_file_can_be_fitted(tmp_path):
    (tmp_path / "a.bed").write_text("#\nchr1\t5\t9\nchr9\t3\t4\n")
    track = fit_track("A", "a.bed", read_peaks(tmp_path / "a.bed"), SIZES, DROP)
    assert track.peaks["line"].tolist() == [2]
    assert track.drops == (Drop("chromosome not in the genome", "peaks", 1, "A"),)


def test_the_row_index_of_the_table_and_unused_names_do_not_matter():
    table = peaks_of(("1", 0, 9), ("chr2", 1, 9), ("chr1", 2, 9)).iloc[[2, 1]]
    track = fit_track("A", "a.bed", table, SIZES, FitSettings())
    assert track.peaks["start"].tolist() == [2, 1]
    assert track.peaks.index.tolist() == [0, 1]
    refused = peaks_of(("1", 0, 9), ("chr2", 1, 9)).iloc[[0]]
    with pytest.raises(TrackError, match="Set chromosome_names"):
        fit_track("A", "a.bed", refused, SIZES, DROP)


# Chromosomes that the genome has not


def test_an_unknown_chromosome_names_line_choices_and_fix():
    refuse(
        ", line 3: the genome has no chr3. 3 of 4 peaks lie",
        ("chr1", 0, 5),
        ("chr3", 0, 5),
        ("chr4", 0, 5),
        ("chr4", 5, 6),
    )
    refuse(
        "3 of 4 peaks lie on chromosomes that it has not (chr3, chr4); it has chr2, chr1, chrM. "
        "Set unknown_chromosome: drop",
        *[("chr1", 0, 5), ("chr3", 0, 5), ("chr4", 0, 5), ("chr4", 5, 6)],
    )


def test_many_unknown_chromosomes_are_counted():
    rows = [(f"scaffold{number}", 0, 5) for number in range(8)]
    refuse("(scaffold0, scaffold1, scaffold2, scaffold3, scaffold4 and 3 more)", *rows)


def test_unknown_chromosomes_can_be_dropped_and_are_counted():
    track = fit(("chr3", 0, 5), ("chr1", 1, 5), ("chr4", 0, 5), settings=DROP)
    assert track.peaks[["chromosome", "start"]].to_numpy().tolist() == [[1, 1]]
    assert track.drops == (Drop("chromosome not in the genome", "peaks", 2, "CTCF"),)


@pytest.mark.parametrize("settings", [FitSettings(), DROP])
def test_1_for_chr1_is_refused_with_the_fix_even_where_unknown_ones_are_dropped(settings):
    message = "the peaks say 1 where the genome says chr1. Set chromosome_names: match"
    refuse(message, ("1", 0, 5), ("X", 0, 5), settings=settings)


def test_chr1_for_1_is_refused_with_the_fix():
    refuse("the peaks say chr1 where the genome says 1", ("chr1", 0, 5), sizes={"1": 1000})


def test_where_some_names_fit_the_other_spelling_is_named():
    refuse(
        ", line 3: the genome has no 2. It has chr2: see chromosome_names. 1 of 2 peaks",
        ("chr1", 0, 5),
        ("2", 0, 5),
    )


def test_names_can_be_matched_both_ways():
    assert fit(("1", 0, 5), ("chr2", 0, 5), settings=MATCH).peaks["chromosome"].tolist() == [1, 0]
    track = fit(("chr1", 0, 5), sizes={"X": 9, "1": 1000}, settings=MATCH)
    assert track.peaks["chromosome"].tolist() == [1]


def test_a_name_that_the_genome_has_is_not_matched_to_another():
    track = fit(("1", 0, 5), sizes={"chr1": 1000, "1": 90}, settings=MATCH)
    assert track.peaks["chromosome"].tolist() == [1]


def test_names_that_match_nothing_stay_unknown():
    refuse("line 3: the genome has no 7.", ("1", 0, 5), ("7", 0, 5), settings=MATCH)


# Peaks beyond the end


def test_a_peak_beyond_the_end_names_line_length_and_fix():
    rows = [("chr2", 0, 500), ("chr1", 990, 1001), ("chr2", 600, 700)]
    refuse(
        ", line 3: the peak chr1:990-1001 ends beyond its chromosome, which has 1000 nucleotides "
        "in the genome; so do 1 more. Are the peaks of another assembly?",
        *rows,
    )
    refuse("or set beyond_end: drop to leave them out.", *rows)


def test_the_assembly_of_the_genome_is_named_where_it_is_known():
    refuse(
        "which has 249250621 nucleotides in the genome (hg19)",
        ("chr1", 0, 249_250_622),
        sizes={"chr1": 249_250_621},
    )


def test_a_matched_chromosome_has_its_length_in_the_message():
    refuse(
        "the peak 2:0-501 ends beyond its chromosome, which has 500", ("2", 0, 501), settings=MATCH
    )


def test_peaks_beyond_the_end_can_be_dropped_and_are_counted():
    settings = FitSettings(beyond_end="drop")
    track = fit(("chr2", 0, 501), ("chr2", 0, 500), ("chr1", 0, 501), settings=settings)
    assert track.peaks["end"].tolist() == [500, 501]
    assert track.drops == (Drop("beyond its chromosome's end", "peaks", 1, "CTCF"),)


def test_each_peak_is_dropped_for_one_reason():
    track = fit(("chr9", 0, 5), ("chr2", 0, 501), ("chr2", 0, 5), settings=DROP)
    assert [(drop.reason, drop.count) for drop in track.drops] == [
        ("chromosome not in the genome", 1),
        ("beyond its chromosome's end", 1),
    ]
    assert len(track.peaks) + sum(drop.count for drop in track.drops) == 3


def test_a_track_of_which_nothing_fits_is_refused_even_where_peaks_are_dropped():
    refuse(
        ": none of its 3 peaks lies on this genome: 1 reach beyond the end of their chromosome, "
        "and 2 are on chromosomes that it has not. The peaks are on chr2, chr7, chr8; the genome "
        "has chr2, chr1, chrM. Give the genome that they were called on.",
        *[("chr7", 0, 5), ("chr2", 0, 501), ("chr8", 0, 5)],
        settings=DROP,
    )


# Settings, assemblies, descriptions


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("chromosome_names", "fuzzy", "chromosome_names: 'fuzzy'. Expected one of exact, match."),
        ("unknown_chromosome", "dropped", "Expected one of error, drop. Did you mean 'drop'?"),
        ("beyond_end", True, "beyond_end: True. Expected one of error, drop."),
    ],
)
def test_a_setting_that_means_nothing_is_refused(key, value, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        FitSettings(**{key: value})


def test_another_assembly_than_stated_is_refused():
    message = (
        r"^hg19\.fa: chromosome 1 has 249250621 nucleotides, as in hg19, but the configuration "
        "states assembly: hg38"
    )
    for name in ("chr1", "1"):
        with pytest.raises(TrackError, match=message):
            require_assembly("hg38", {"chr9": 3, name: 249_250_621}, "hg19.fa")


@pytest.mark.parametrize(
    ("stated", "sizes"),
    [
        ("hg19", {"chr1": 249_250_621}),
        ("hg38", {"chr1": 248_956_422}),
        (None, {"chr1": 249_250_621}),
    ],
)
def test_the_stated_assembly_is_accepted(stated, sizes, caplog):
    require_assembly(stated, sizes, "genome.fa")
    assert not caplog.text


def test_a_genome_of_no_known_assembly_is_not_the_stated_one():
    with pytest.raises(TrackError, match="1000 nucleotides, as in no known assembly, but the con"):
        require_assembly("hg19", {"chr1": 1000}, "genome.fa")


def test_without_chromosome_1_the_assembly_cannot_be_told(caplog):
    require_assembly("hg19", {"chr2": 1000}, "genome.fa")
    assert "genome.fa: no chromosome 1, so that assembly: hg19 cannot be checked" in caplog.text


def test_tracks_and_drops_are_described_in_plain_values():
    track = fit(("chr1", 0, 10), ("chr1", 0, 21), ("chr9", 0, 5), settings=DROP)
    assert describe_tracks([track]) == [
        {"name": "CTCF", "source": "a/ctcf.bed", "peaks": 2, "median_length": 15.5}
    ]
    drop = {"reason": "chromosome not in the genome", "unit": "peaks", "count": 1, "track": "CTCF"}
    assert describe_drops(track.drops) == [drop]
