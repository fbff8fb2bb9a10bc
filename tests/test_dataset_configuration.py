"""Blocks of every kind of dataset: what the schema fills in, takes and refuses."""

from dataclasses import asdict, fields
from pathlib import Path

import pytest
import yaml

from motifgrid.configuration import (
    ConfigurationError,
    list_datasets,
    list_sources,
    require_files,
    require_fit,
    require_known_motifs,
    resolve,
)
from motifgrid.dataset_blocks import (
    get_chipseq,
    get_fit,
    get_grammar,
    get_implanted,
    get_windows,
)
from motifgrid.datasets.chipseq import ChipSeqSettings
from motifgrid.datasets.grammars import GrammarSettings
from motifgrid.datasets.implanted import ImplantedSettings
from motifgrid.datasets.selection import WindowSettings
from motifgrid.datasets.tracks import FitSettings

ROOT = Path(__file__).parents[1]
SCHEMA = yaml.safe_load((ROOT / "schemas" / "config.schema.yaml").read_text())

GENOME = {
    "kind": "genome",
    "genome": "hg19",
    "tracks": [{"name": "A", "peaks": "a.bed"}, {"name": "B", "peaks": "b.bed"}],
}
CHIPSEQ = {"kind": "chipseq", "class": {"name": "A"}, "peaks": "a.bed", "genome": "g.fa"}
IMPLANTED = {"kind": "implanted", "class": {"name": "A"}, "motifs": ["MA0079.3"]}
XOR = {"xor": ["CGCTTG", "CAGATG"]}
GRAMMAR = {"kind": "grammar", "classes": [{"name": "A", "label": XOR}]}
SEQUENCES = {"kind": "sequences", "class": {"name": "A"}, "train": "a.gz", "test": "b.gz"}
DEEPSEA = {
    "kind": "deepsea",
    **{name: f"{name}.mat" for name in ("train", "valid", "test")},
    "classes": [{"name": "A", "column": 3}],
}


def resolved(block, **blocks):
    config = {
        "study": "toy",
        "datasets": {"toy": block},
        "architectures": {"cnn-25": {"family": "koo-eddy"}},
        "grid": [{"datasets": ["toy"], "architectures": ["cnn-25"], "seeds": [0]}],
        **blocks,
    }
    return resolve(config, SCHEMA)


def message_of(block, **blocks):
    with pytest.raises(ConfigurationError) as error:
        resolved(block, **blocks)
    return str(error.value)


def plain(settings):
    """Settings as plain lists and mappings, to compare with a configuration's."""
    values = {field.name: getattr(settings, field.name) for field in fields(settings)}
    if not isinstance(values.get("splits", ""), str):
        values["splits"] = {
            key: value if isinstance(value, str) else list(value)
            for key, value in values["splits"].items()
        }
    return values


def test_defaults_of_a_genome_are_those_of_its_rooms():
    block = resolved(GENOME)["datasets"]["toy"]
    assert get_windows(block) == plain(WindowSettings())
    assert get_fit(block) == plain(FitSettings())
    assert block["blacklist"] == [] and block["assembly"] == "hg19"
    assert [track["support"] for track in block["tracks"]] == [1, 1]


def test_defaults_of_single_factor_sets_are_those_of_their_room():
    block = resolved(CHIPSEQ)["datasets"]["toy"]
    assert get_chipseq(block) == plain(ChipSeqSettings())
    assert get_fit(block) == plain(FitSettings())
    settings = get_chipseq(resolved(SEQUENCES)["datasets"]["toy"])
    assert settings.items() <= plain(ChipSeqSettings()).items()
    assert {"negatives_per_positive", "valid_fraction", "seed"} == set(settings)


def test_defaults_of_an_implanted_set_are_those_of_its_room():
    block = resolved(IMPLANTED)["datasets"]["toy"]
    settings = asdict(ImplantedSettings())
    settings |= {key: list(settings[key]) for key in ("starts", "splits")}
    assert get_implanted(block) == settings
    assert block["motifs"] == [{"name": "A", "motif": "MA0079.3"}]


def test_defaults_of_a_grammar_are_those_of_its_room():
    block = resolved(GRAMMAR)["datasets"]["toy"]
    assert get_grammar(block) == asdict(GrammarSettings()) | {"splits": [0.7, 0.1, 0.2]}
    assert block["patterns"] == {word: {"letters": word} for word in XOR["xor"]}


def test_a_pattern_may_stand_for_a_motif_that_the_database_must_have():
    for identifier, word in (("MA0035.3", None), ("MA0035.33", "database has no 'MA0035.33'.")):
        gata = {"letters": "GATA", "motif": identifier}
        config = resolved({**GRAMMAR, "patterns": {"gata": gata}})
        if word is None:
            require_known_motifs(config)
            continue
        with pytest.raises(ConfigurationError, match="datasets: toy: class gata: motif") as error:
            require_known_motifs(config)
        assert word in str(error.value)


def labelled(label):
    return {**GRAMMAR, "classes": [{"name": "A", "label": label}]}


def test_motifs_of_an_implanted_set_must_be_in_the_database_and_fit():
    require_known_motifs(resolved({**IMPLANTED, "motifs": ["MA0079.3", "MA0083.3"]}))
    for changes, words in (
        ({"motifs": ["MA0079.33"]}, "datasets: toy: class A: motif: the motif database has no"),
        ({"starts": [100, 991]}, "toy: starts: [100, 991]: a motif of 11 nt that starts at 990"),
        ({"starts": [100, 2000]}, "Expected an end of at most 990, or a larger length."),
    ):
        with pytest.raises(ConfigurationError) as error:
            require_known_motifs(resolved({**IMPLANTED, **changes}))
        assert words in str(error.value)
    require_known_motifs(resolved({**IMPLANTED, "starts": [100, 990]}))


def test_an_implanted_motif_cannot_be_ignored():
    words = "matches: ignored: MA0079.3 is what class A of toy is found by."
    assert words in message_of(IMPLANTED, matches={"ignored": ["MA0079.3"]})


def test_splits_of_single_factor_sets_may_be_regions():
    block = resolved({**CHIPSEQ, "splits": {"test": ["chr1"]}})["datasets"]["toy"]
    assert block["splits"] == {"train": "rest", "valid": ["chr7"], "test": ["chr1"]}


def test_each_kind_is_listed():
    config = resolved(DEEPSEA)
    assert config["datasets"]["toy"]["keep"] == "positive"
    assert list_datasets(config, "deepsea") == ["toy"] and list_datasets(config, "genome") == []


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({}, "datasets: toy: missing kind."),
        ({**GENOME, "kind": "genom"}, "kind: 'genom' is not one of"),
        ({**GENOME, "sequences": 10}, "datasets: toy: unknown key 'sequences'."),
        ({**GENOME, "tracks": []}, "datasets: toy: tracks:"),
        (
            {**GENOME, "tracks": 3},
            "tracks: 3. Expected text or a list of one or more entries with keys",
        ),
        ({**GENOME, "coverage": 1}, "datasets: toy: coverage:"),
        ({**GENOME, "splits": {"train": "all"}}, "datasets: toy: splits: train:"),
        ({**GENOME, "splits": {"tets": ["chr1"]}}, "unknown key 'tets'. Did you mean 'test'?"),
        ({**GENOME, "negative_bins": -1}, "datasets: toy: negative_bins:"),
        ({**GENOME, "assembly": "hg20"}, "assembly: 'hg20' is not one of"),
        ({**GENOME, "tracks": [{"name": "A"}]}, "tracks: 0: missing peaks."),
        (
            {**GENOME, "tracks": [{"name": "A B", "peaks": "a.bed"}]},
            "datasets: toy: tracks: 0: name:",
        ),
        (
            {**GENOME, "tracks": [{"name": "A", "peaks": "a.bed", "relevant": ["MA0079.3"]}]},
            "datasets: toy: tracks: 0: relevant needs motif beside it.",
        ),
        ({**CHIPSEQ, "splits": "chromosome"}, "datasets: toy: splits:"),
        ({**CHIPSEQ, "negatives": "shuffel"}, "Did you mean 'shuffle'?"),
        ({**CHIPSEQ, "valid_fraction": 1}, "datasets: toy: valid_fraction:"),
        ({"kind": "implanted", "class": {"name": "A"}}, "datasets: toy: missing motifs."),
        ({**IMPLANTED, "class": {"name": "A", "motif": "M"}}, "class: unknown key 'motif'."),
        ({**IMPLANTED, "motifs": []}, "datasets: toy: motifs:"),
        ({**IMPLANTED, "motifs": ["a/b"]}, "toy: motifs: 0: 'a/b'. Expected letters, digits"),
        ({**IMPLANTED, "motifs": [{"motif": "MA0079.3"}]}, "toy: motifs: 0: missing name."),
        ({**IMPLANTED, "motifs": ["MA0079.3"] * 2}, "motifs: MA0079.3 occurs more than once."),
        ({**IMPLANTED, "positives": 1}, "datasets: toy: positives:"),
        ({**IMPLANTED, "starts": [100]}, "datasets: toy: starts:"),
        ({**IMPLANTED, "strands": "froward"}, "Did you mean 'forward'?"),
        ({**IMPLANTED, "splits": [0.8, 0.1, 0.2]}, "toy: splits: [0.8, 0.1, 0.2]. Expected frac"),
        ({"kind": "grammar"}, "datasets: toy: missing classes."),
        (labelled({"nand": ["GATA", "CAT"]}), "label: unknown key 'nand'. Did you mean 'and'?"),
        (labelled({"and": "GATA"}), "label: and: 'GATA'. Expected a list of 2 or more texts or"),
        (
            labelled({"or": ["GATA", {"not": ["CAT"]}]}),
            "or: 1: not: ['CAT']. Expected text or keys",
        ),
        (labelled({}), "label: {} is empty."),
        (labelled({"and": ["GATA", "CATN"]}), "label: no pattern 'CATN'."),
        ({**GRAMMAR, "patterns": {"x": "gata"}}, "patterns: x: 'gata'. Expected 2 to 32 letters"),
        ({**GRAMMAR, "patterns": {"x": {"motif": "M"}}}, "patterns: x: missing letters."),
        ({**GRAMMAR, "length": 1000, "presence": 1}, "datasets: toy: presence:"),
        ({**GRAMMAR, "chance_patterns": "keep"}, "'keep' is not one of removed, labelled."),
        ({**SEQUENCES, "genome": "g.fa"}, "unknown key 'genome'"),
        ({**DEEPSEA, "classes": [{"name": "A"}]}, "classes: 0: missing column."),
    ],
)
def test_a_wrong_block_is_named_with_its_key(block, words):
    assert words in message_of(block)


def test_every_missing_file_is_named_at_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.bed").touch()
    config = resolved({**GENOME, "genome": "g.fa"})
    with pytest.raises(ConfigurationError) as error:
        require_files(config)
    first, *problems = str(error.value).splitlines()
    assert first == "The configuration cannot run:"
    assert [line.split(":")[2].strip() for line in problems] == ["genome", "tracks"]
    assert "no file g.fa" in problems[0] and "no file b.bed" in problems[1]


LINE = f">chr1:1-101 {'A' * 101} 1\n"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"readouts": {"maps": {"method": "saliency", "width": 102}}},
            "readouts: maps: width: 102 is longer than the sequences of toy (101 nt). Expected 101 "
            "at most.",
        ),
        (
            {"readouts": {"filters": {"method": "filters", "window": 102}}},
            "readouts: filters: window: 102 is longer than the sequences of toy (101 nt). Expected "
            "101 at most, or receptive_field.",
        ),
        (
            {
                "architectures": {
                    "cnn-25": {
                        "family": "koo-eddy",
                        "widths": [102, 5],
                        "paddings": ["valid", "same"],
                    }
                }
            },
            "architectures: cnn-25: ",
        ),
    ],
    ids=["hits", "filters", "architectures"],
)
def test_what_is_longer_than_the_sequences_of_a_file_is_refused(
    tmp_path, monkeypatch, changes, words
):
    monkeypatch.chdir(tmp_path)
    config = resolved({**SEQUENCES, "train": "a.seq", "test": "b.seq"}, **changes)
    # before a file is there, or where it is not a set, only the job can tell
    require_fit(config, "downloads")
    (tmp_path / "a.seq").write_text("another format\n")
    require_fit(config, "downloads")
    (tmp_path / "a.seq").write_text(LINE)
    with pytest.raises(ConfigurationError) as error:
        require_fit(config, "downloads")
    assert str(error.value).startswith(f"The configuration cannot run:\n  {words}")


def test_lengths_of_downloads_are_known_once_they_are_here(tmp_path):
    train = "https://example.org/a.seq"
    readouts = {"maps": {"method": "saliency", "width": 102}}
    config = resolved({**SEQUENCES, "train": train}, readouts=readouts)
    require_fit(config, tmp_path)
    (tmp_path / "a.seq").write_text(LINE)
    with pytest.raises(ConfigurationError, match="width: 102 is longer"):
        require_fit(config, tmp_path)


def test_a_resource_stands_for_its_source():
    config = resolved(
        {**GENOME, "genome": "mine"},
        resources={"mine": {"url": "https://example.org/x.fa.gz", "size": 7}},
    )
    source = list_sources(config)["mine"]
    assert (source.url, source.size) == ("https://example.org/x.fa.gz", 7)


def test_two_downloads_that_would_be_one_file_are_refused():
    tracks = [
        {"name": "A", "peaks": "https://example.org/1/x.bed"},
        {"name": "B", "peaks": "https://example.org/2/x.bed"},
    ]
    with pytest.raises(ConfigurationError, match=r"would both\s+be the file x\.bed"):
        list_sources(resolved({**GENOME, "tracks": tracks}))
