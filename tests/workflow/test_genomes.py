"""Datasets from a genome and peaks, through the workflow as a user runs it."""

import gzip
import shutil

import genome_toys
import numpy as np
import pandas as pd
import pytest
import yaml
from running import ROOT, snakemake
from shared_data import shared_data

from motifgrid.formats.dataset import read_classes, read_places, read_provenance, read_split

pytestmark = pytest.mark.workflow

DATASET = "results/datasets/toy.h5"


@pytest.fixture
def folder(tmp_path):
    genome_toys.write_files(tmp_path)
    return tmp_path


@pytest.fixture
def needs_bedtools():
    if shutil.which("bedtools") is None:
        pytest.skip("needs the program bedtools on PATH")


def test_a_class_that_the_test_split_lacks_has_no_score_and_is_told_of(folder):
    run = snakemake(folder, config=genome_toys.config(folder))
    assert run.status == 0, run.output
    scores = pd.read_csv(folder / "results/cells/toy/small/0/scores.csv", index_col="class")
    assert np.isnan(scores.loc["rare", "auroc"]) and scores.loc["rare", "positives"] == 0
    assert 0 <= scores.loc["AP1", "auroc"] <= 1
    assert scores.loc["mean", "auroc"] == scores.loc["AP1", "auroc"]
    told = "rare has no positive in test"
    assert told in run.output
    assert told in (folder / "results/summary.md").read_text()
    problems = pd.read_csv(folder / "results/tables/datasets/toy/problems.csv")
    assert problems["sentence"].str.contains(told).any()
    assert (folder / "results/figures/datasets/toy.svg").stat().st_size > 10_000
    # without a motif of the classes nothing is called relevant
    matches = pd.read_csv(folder / "results/tables/matches.csv")
    assert matches["relevant"].isna().all() and matches["any"].notna().all()


def test_labels_follow_the_settings_and_nothing_else_runs_again(folder):
    run = snakemake(folder, "all_datasets", config=genome_toys.config(folder))
    assert run.status == 0, run.output
    assert run.jobs == {
        "unpack_genome": 1, "index_genome": 1, "label_windows": 1, "dataset_report": 1,
        "all_datasets": 1,
    }  # fmt: skip
    assert snakemake(folder, "all_datasets", config=genome_toys.config(folder)).jobs == {}
    before = len(read_split(folder / DATASET, "train").x)
    stricter = genome_toys.config(folder, negative_bins=0)
    run = snakemake(folder, "all_datasets", config=stricter)
    assert run.jobs == {"label_windows": 1, "dataset_report": 1, "all_datasets": 1}
    train = read_split(folder / DATASET, "train")
    assert 2 * len(train.x) == before
    assert train.y.any(axis=1).all()


def test_replicates_and_blacklists_are_united_by_bedtools(folder, needs_bedtools):
    (folder / "again.bed").write_text("chr1\t3650\t3900\nchr1\t7800\t8100\nchr2\t2200\t2400\n")
    (folder / "bad.bed").write_text("chr1\t8210\t8300\nchrUn\t0\t50\n")
    (folder / "worse.bed").write_text("chr2\t300\t500\n")
    tracks = [
        {"name": "AP1", "peaks": "ap1.narrowPeak.gz"},
        {"name": "rare", "peaks": ["rare.bed", "again.bed"], "support": 2},
    ]
    settings = {"tracks": tracks, "blacklist": ["bad.bed", "worse.bed"], "blacklist_margin": 20}
    run = snakemake(folder, DATASET, config=genome_toys.config(folder, **settings))
    assert run.status == 0, run.output
    united = (folder / "results/resources/replicates/toy/rare.bed").read_text()
    assert united == "chr1\t3650\t3800\nchr1\t7800\t8000\nchr2\t2200\t2400\n"
    blacklist = (folder / "results/resources/blacklists/toy.bed").read_text()
    assert blacklist == "chr1\t8190\t8320\nchr2\t280\t520\n"
    places = read_places(folder / DATASET, "train")
    assert not ((places["start"] < 8320) & (places["end"] > 8190)).any()
    y = read_split(folder / DATASET, "train").y
    assert places["start"][y[:, 1] == 1].tolist() == [3600, 7800]
    drops = read_provenance(folder / DATASET)["drops"]
    assert {"reason": "overlaps the blacklist", "unit": "windows", "track": "", "count": 1} in drops


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("rare.bed", "chr1\t10\t20\nchr1\tten\t20\n", ["rare.bed", "line 2", "ten"]),
        ("ap1.narrowPeak.gz", "chr1\t10\t20\n", ["ap1.narrowPeak.gz", "gzip"]),
        ("rare.bed", "chr1\t10\t400\nchrX\t10\t400\n", ["line 2", "chrX", "unknown_chromosome"]),
        ("rare.bed", "chr1\t10\t60\n", ["Track rare", "no positive bin", "coverage"]),
    ],
)  # fmt: skip
def test_bad_peaks_are_named_with_file_and_line(folder, name, content, words):
    (folder / name).write_bytes(content.encode())
    run = snakemake(folder, DATASET, config=genome_toys.config(folder))
    assert run.status != 0
    for word in words:
        assert word in run.output
    assert not (folder / DATASET).exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tracks": "peaks/*.bed"}, ["datasets: toy: tracks: no file fits peaks/*.bed"]),
        ({"genome": "no.fa"}, ["datasets: toy: genome: no file no.fa", "working directory"]),
        (
            {"tracks": [{"name": "a", "peaks": "rare.bed"}] * 2},
            ["datasets: toy: tracks: a occurs more than once"],
        ),
        ({"lenght": 1000}, ["unknown key 'lenght'", "Did you mean 'length'?"]),
        ({"kind": "genomes"}, ["datasets: toy: kind: 'genomes'", "Did you mean 'genome'?"]),
        ({"negative_bins": "some"}, ["datasets: toy: negative_bins"]),
    ],
)
def test_a_wrong_block_fails_before_the_first_job(folder, changes, words):
    run = snakemake(folder, "all_datasets", config=genome_toys.config(folder, **changes))
    assert run.status != 0 and run.jobs == {}
    for word in words:
        assert word in run.output


def test_a_split_that_the_genome_cannot_have_names_the_closest(folder):
    config = genome_toys.config(folder, splits={"valid": ["chr2"], "test": ["Chr3"]})
    run = snakemake(folder, DATASET, config=config)
    assert run.status != 0
    assert "splits: test: the genome has no chromosome Chr3. Did you mean 'chr3'?" in run.output


def your_own_peaks(folder, tracks):
    """docs/your-own-peaks.yaml with its five lines edited for a piece of hg19, and its files."""
    text = (ROOT / "docs" / "your-own-peaks.yaml").read_text()
    for number, (old, new) in enumerate(
        [
            ("genome: genome.fa.gz", "genome: hg19_piece.fa.gz"),
            ("tracks: peaks/*.narrowPeak.gz", "tracks: peaks/*.bed.gz"),
            ("valid: [chr7]", "valid: ['chr1:8000000-9000000']"),
            ("test: [chr8, chr9]", "test: ['chr1:6000000-8000000', chr17]"),
            ("negative_bins: 1", "negative_bins: 1.5"),
        ],
        start=1,
    ):
        (line,) = [line for line in text.splitlines() if f"# {number}." in line]
        assert old in line
        text = text.replace(line, line.replace(old, new))
    # a piece of a genome holds a part of the peaks
    config = yaml.safe_load(text)
    config["datasets"]["mine"].update(unknown_chromosome="drop", beyond_end="drop")
    (folder / "peaks").mkdir()
    for track in tracks:
        source = shared_data("peaks_fcna_hg19", f"{track}.merged.bed.gz")
        (folder / "peaks" / f"{track}.bed.gz").symlink_to(source)
    genome = shared_data("genome", "hg19_mini_chr1_chr17.fa.gz")
    (folder / "hg19_piece.fa.gz").symlink_to(genome)
    return config


def test_your_own_peaks_as_documented(tmp_path):
    tracks = ["A549_MAX", "GM12878_ELF1"]
    config = your_own_peaks(tmp_path, tracks)
    config["training"]["epochs"] = 2
    config["grid"][0].update(architectures=["cnn-25"], untrained_seeds=[])
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(config))
    run = snakemake(tmp_path, config=path)
    assert run.status == 0, run.output
    dataset = tmp_path / "results/datasets/mine.h5"
    assert list(read_classes(dataset)) == tracks
    splits = pd.read_csv(tmp_path / "results/tables/datasets/mine/splits.csv", index_col="split")
    assert splits.loc["train", "chromosomes"] == "chr1"
    assert splits.loc["test", "chromosomes"] == "chr1, chr17"
    assert (splits["overlapping_train"].dropna() == 0).all()
    assert abs(splits["with_a_positive"] / splits["sequences"] - 0.4).max() < 0.01
    drops = pd.read_csv(tmp_path / "results/tables/datasets/mine/drops.csv")
    with gzip.open(tmp_path / "peaks" / "A549_MAX.bed.gz", "rt") as file:
        everywhere = sum(1 for _ in file)
    (kept,) = [
        track["peaks"]
        for track in read_provenance(dataset)["tracks"]
        if track["name"] == "A549_MAX"
    ]
    dropped = drops.loc[drops["track"] == "A549_MAX", "count"].sum()
    assert kept + dropped == everywhere
    scores = pd.read_csv(tmp_path / "results/cells/mine/cnn-25/0/scores.csv", index_col="class")
    assert scores.loc["GM12878_ELF1", "auroc"] > 0.6
    page = (tmp_path / "results/summary.md").read_text()
    assert "**mine**:" in page and "sequences of 1,000 nt" in page
