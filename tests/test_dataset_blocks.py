import pytest

from motifgrid import dataset_blocks
from motifgrid.resources.sources import Source, SourceError

GENOME = {
    "kind": "genome",
    "genome": "hg19.fa.gz",
    "tracks": [
        {"name": "SP1", "peaks": "sp1.bed", "support": 1, "motif": "MA0079.3"},
        {"name": "YY1", "peaks": ["yy1.bed", "ENCFF001ABC"], "support": 2},
    ],
    "blacklist": ["bad.bed"],
    "bin": 200,
    "length": 1000,
    "negative_bins": 0,
    "splits": {"train": "rest", "valid": ["chr7"], "test": ["chr8:0-100"]},
}
SIMULATED = {
    "kind": "simulated",
    "classes": [{"name": "SP1", "motif": "MA0079.3"}, {"name": "YY1", "motif": "MA0095.2"}],
    "motif_counts": [0.5, 0.5],
    "splits": [0.7, 0.1, 0.2],
    "sequences": 100,
}
IMPLANTED = {
    "kind": "implanted",
    "class": {"name": "bound"},
    "motifs": [{"name": "SP1", "motif": "MA0079.3"}, {"name": "YY1", "motif": "MA0095.2"}],
    "sequences": 100,
    "length": 90,
    "positives": 0.5,
    "starts": [10, 50],
    "strands": "forward",
    "splits": [0.8, 0.1, 0.1],
    "seed": 3,
}
GRAMMAR = {
    "kind": "grammar",
    "classes": [
        {"name": "both", "label": {"and": ["GATA", "ebox"]}},
        {"name": "neither", "label": {"not": {"or": ["ebox", "GATA", "CGCTTG"]}}, "positives": 0.3},
    ],
    "patterns": {"ebox": {"letters": "CAGATG", "motif": "MA0091.1"}, "decoy": "AGATT"},
    "sequences": 100,
    "random": 20,
    "length": 90,
    "presence": 0.5,
    "strands": "forward",
    "minimum_spacer": 1,
    "chance_patterns": "removed",
    "splits": [0.6, 0.2, 0.2],
    "seed": 3,
}
CHIPSEQ = {
    "kind": "chipseq",
    "class": {"name": "SP1"},
    "peaks": "sp1.bed",
    "genome": "hg19.fa.gz",
    "length": 101,
    "splits": "alternate",
    "seed": 3,
    "beyond_end": "error",
}
DEEPSEA = {
    "kind": "deepsea",
    "train": "train.mat",
    "valid": "valid.mat",
    "test": "test.mat",
    "classes": [{"name": "SP1", "column": 3}],
}


def completed(block, **changes):
    block = {**block, **changes}
    dataset_blocks.complete_block("key", block)
    return block


def problems_of(**changes):
    return list(dataset_blocks.find_problems("key", {**GENOME, **changes}))


@pytest.mark.parametrize(
    ("block", "names"),
    [
        (GENOME, ["SP1", "YY1"]),
        (SIMULATED, ["SP1", "YY1"]),
        (IMPLANTED, ["bound"]),
        (GRAMMAR, ["both", "neither"]),
        (CHIPSEQ, ["SP1"]),
        (DEEPSEA, ["SP1"]),
    ],
)
def test_every_kind_has_classes(block, names):
    assert [entry["name"] for entry in dataset_blocks.list_classes(block)] == names


def test_the_ground_truth_is_of_classes_with_a_motif():
    assert [entry["name"] for entry in dataset_blocks.list_motifs(GENOME)] == ["SP1"]


def test_the_ground_truth_of_an_implanted_set_is_of_its_motifs():
    assert [entry["name"] for entry in dataset_blocks.list_motifs(IMPLANTED)] == ["SP1", "YY1"]


def test_the_ground_truth_of_a_grammar_is_of_patterns_with_a_motif():
    (entry,) = dataset_blocks.list_motifs(completed(GRAMMAR))
    assert (entry["name"], entry["motif"]) == ("ebox", "MA0091.1")


def test_every_file_of_a_block_is_listed_with_its_key():
    assert dataset_blocks.list_files(GENOME) == [
        ("genome", "hg19.fa.gz"),
        ("blacklist", "bad.bed"),
        ("tracks: SP1: peaks", "sp1.bed"),
        ("tracks: YY1: peaks", "yy1.bed"),
        ("tracks: YY1: peaks", "ENCFF001ABC"),
    ]
    assert dataset_blocks.list_files(SIMULATED) == []
    assert dataset_blocks.list_files(IMPLANTED) == []
    assert dataset_blocks.list_files(completed(GRAMMAR)) == []
    assert [text for _, text in dataset_blocks.list_files(CHIPSEQ)] == ["hg19.fa.gz", "sp1.bed"]
    assert [key for key, _ in dataset_blocks.list_files(DEEPSEA)] == ["train", "valid", "test"]


@pytest.mark.parametrize(
    "block", [GENOME, SIMULATED, IMPLANTED, completed(GRAMMAR), CHIPSEQ, DEEPSEA]
)
def test_good_blocks_have_no_problem(block):
    assert list(dataset_blocks.find_problems("key", block)) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"tracks": [GENOME["tracks"][0]] * 2},
            "key: tracks: SP1 occurs more than once (sp1.bed, sp1.bed).",
        ),
        ({"length": 1001}, "key: length: 1001 is not the bin (200) and the same number"),
        ({"length": 100}, "key: length: 100 is not the bin"),
        ({"tracks": GENOME["tracks"][:1]}, "key: negative_bins: with one track and 0"),
        (
            {"tracks": [*GENOME["tracks"], {"name": "MAX", "peaks": "max.bed", "support": 2}]},
            "key: tracks: MAX: support: 2 of 1 files.",
        ),
        (
            {"splits": {"train": "rest", "valid": ["chr7:9-3"], "test": ["chr8"]}},
            "key: splits: valid: chr7:9-3: the region ends at or before its start.",
        ),
    ],
)
def test_each_problem_names_its_key(changes, message):
    (problem,) = problems_of(**changes)
    assert message in problem


def test_a_simulated_class_alone_has_no_negatives():
    block = {**SIMULATED, "classes": SIMULATED["classes"][:1]}
    assert list(dataset_blocks.find_problems("toy", block)) == [
        "toy: classes: SP1 alone would be in every sequence, which leaves no negative to learn "
        "from. Expected two classes or more, or kind: implanted, which has negatives."
    ]
    assert list(dataset_blocks.find_problems("toy", SIMULATED)) == []


def test_a_simulated_split_must_not_be_empty():
    block = {**SIMULATED, "splits": [0.999, 0.001, 0.0]}
    assert [line.split(".")[0] for line in dataset_blocks.find_problems("key", block)] == [
        "key: splits: valid would be empty",
        "key: splits: test would be empty",
    ]


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        ({"splits": [0.8, 0.1, 0.2]}, ["key: splits: [0.8, 0.1, 0.2]. Expected fractions"]),
        (
            {"splits": [0.9, 0.1, 0.0]},
            [f"key: splits: test would have no {label}." for label in ("positive", "negative")],
        ),
        ({"positives": 0.06}, ["key: splits: valid would have no positive."]),
        ({"starts": [50, 10]}, ["key: starts: [50, 10]. Expected the first start"]),
        (
            {"motifs": [{"name": name, "motif": "MA0079.3"} for name in ("SP1", "SP2")]},
            ["key: motifs: MA0079.3 occurs more than once."],
        ),
        (
            {"motifs": [{"name": "SP1", "motif": name} for name in ("MA0079.3", "MA0516.1")]},
            ["key: motifs: SP1 occurs more than once."],
        ),
    ],
)
def test_each_problem_of_an_implanted_set_names_its_key(changes, messages):
    problems = list(dataset_blocks.find_problems("key", {**IMPLANTED, **changes}))
    for problem, message in zip(problems, messages, strict=True):
        assert problem.startswith(message)


def test_patterns_are_those_with_a_name_and_those_that_labels_spell():
    block = completed(GRAMMAR)
    for _again in range(2):
        assert list(block["patterns"].items()) == [
            ("CGCTTG", {"letters": "CGCTTG"}),
            ("GATA", {"letters": "GATA"}),
            ("decoy", {"letters": "AGATT"}),
            ("ebox", {"letters": "CAGATG", "motif": "MA0091.1"}),
        ]
        dataset_blocks.complete_block("key", block)


def named(label, name="both"):
    return {"classes": [{"name": name, "label": label}]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            named({"and": ["GATA", "e-box"]}),
            "key: classes: both: label: no pattern 'e-box'. Expected a name under patterns, or 2 "
            "to 32 letters A, C, G, T. Did you mean 'ebox'?",
        ),
        (named("GATN"), "key: classes: both: label: no pattern 'GATN'."),
        (named({"and": ["GATA", {"not": "GATA"}]}), "key: classes: both: label: it never holds"),
        (named("GATA", "mean"), "key: classes: no class may be called mean"),
        ({"length": 20}, "key: length: 20, but all 4 patterns together"),
        ({"patterns": {"ebox": "CAGATG", "CAT": "CAGG"}}, "key: patterns: CAT is spelled CAGG."),
        ({"patterns": {"ebox": "GATA"}}, "key: patterns: ebox is the same as GATA."),
        ({"splits": [0.6, 0.2, 0.1]}, "key: splits: [0.6, 0.2, 0.1]. Expected fractions"),
        ({"sequences": 10, "random": 0}, "key: splits: valid would have 0.4 positives of both"),
    ],
)
def test_each_problem_of_a_grammar_names_its_key(changes, message):
    problem, *_ = dataset_blocks.find_problems("key", completed(GRAMMAR, **changes))
    assert problem.startswith(message)


@pytest.mark.parametrize(
    ("motifs", "names"),
    [
        (["MA0079.3"], ["bound"]),
        (["MA0079.3", "MA0095.2"], ["MA0079.3", "MA0095.2"]),
        (["MA0079.3", {"name": "YY1", "motif": "MA0095.2"}], ["MA0079.3", "YY1"]),
        ([{"name": "YY1", "motif": "MA0095.2"}], ["YY1"]),
    ],
)
def test_a_motif_is_called_as_its_identifier_or_alone_as_its_class(motifs, names):
    block = {**IMPLANTED, "motifs": motifs}
    for _again in range(2):
        dataset_blocks.complete_block("key", block)
        assert [entry["name"] for entry in block["motifs"]] == names
    assert {entry["motif"] for entry in block["motifs"]} <= {"MA0079.3", "MA0095.2"}


def test_a_pattern_stands_for_one_track_per_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b x.narrowPeak.gz", "a.1.bed", "_c.broadPeak"):
        (tmp_path / name).touch()
    block = {"kind": "genome", "tracks": "*.*"}
    dataset_blocks.complete_block("key", block)
    assert block["tracks"] == [
        {"name": "c", "peaks": "_c.broadPeak", "support": 1},
        {"name": "a.1", "peaks": "a.1.bed", "support": 1},
        {"name": "b-x", "peaks": "b x.narrowPeak.gz", "support": 1},
    ]


def test_two_files_that_would_be_one_track_are_a_problem(tmp_path):
    for name in ("a.bed", "a.narrowPeak"):
        (tmp_path / name).touch()
    block = {**GENOME, "tracks": f"{tmp_path}/*"}
    dataset_blocks.complete_block("key", block)
    (problem,) = dataset_blocks.find_problems("key", block)
    assert problem.startswith("key: tracks: a occurs more than once (")
    assert "a.bed, " in problem and "a.narrowPeak)" in problem


def test_no_class_is_called_as_the_row_of_means():
    tracks = [{"name": name, "peaks": f"{name}.bed", "support": 1} for name in ("mean", "b")]
    assert problems_of(tracks=tracks) == [
        "key: tracks: no class may be called mean, a row of the score tables."
    ]


def test_a_column_of_the_bundle_is_one_class():
    classes = [{"name": "a", "column": 3}, {"name": "b", "column": 3}]
    block = {**DEEPSEA, "classes": classes}
    assert list(dataset_blocks.find_problems("key", block)) == [
        "key: classes: column 3 is given to more than one class."
    ]


@pytest.mark.parametrize(
    ("block", "assembly"),
    [
        ({"genome": "hg19"}, "hg19"),
        ({"genome": "hg19", "assembly": "hg38"}, "hg38"),
        ({"genome": "hg19.fa"}, None),
    ],
)
def test_a_genome_by_the_name_of_its_assembly_must_be_it(block, assembly):
    dataset_blocks.complete_block("key", block)
    assert block.get("assembly") == assembly


def test_a_pattern_without_files_says_where_it_looked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(dataset_blocks.BlockError) as error:
        dataset_blocks.complete_block("key", {"tracks": "peaks/*.bed"})
    assert "key: tracks: no file fits peaks/*.bed" in str(error.value)
    assert str(tmp_path) in str(error.value)


def test_sources_come_from_resources_or_from_the_text():
    named = Source(name="other.fa.gz", url="https://example.org/other.fa.gz", size=3)
    sources = dataset_blocks.list_sources({"a": GENOME}, {"hg19.fa.gz": named})
    assert sources["hg19.fa.gz"] is named
    assert sources["sp1.bed"].path == "sp1.bed"
    assert sources["ENCFF001ABC"].url.endswith("ENCFF001ABC.bed.gz")


def test_a_text_that_means_nothing_is_named_with_its_dataset_and_key():
    block = {**CHIPSEQ, "peaks": "ftp://example.org/a.bed"}
    with pytest.raises(SourceError, match=r"datasets: a: peaks: ftp://example\.org/a\.bed cannot"):
        dataset_blocks.list_sources({"a": block}, {})


def test_missing_local_files_are_named_and_downloads_are_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sp1.bed").touch()
    (tmp_path / "yy1.bed").mkdir()
    sources = dataset_blocks.list_sources({"a": GENOME}, {})
    missing = list(dataset_blocks.find_missing_files({"a": GENOME}, sources))
    assert [line.split(". ")[0] for line in missing] == [
        "datasets: a: genome: no file hg19.fa.gz",
        "datasets: a: blacklist: no file bad.bed",
        "datasets: a: tracks: YY1: peaks: no file yy1.bed",
    ]


@pytest.mark.parametrize(
    ("name", "genome"),
    [
        ("hg19.fa.gz", "hg19"),
        ("hs37d5.fasta.bgz", "hs37d5"),
        ("mm10.2bit", "mm10"),
        ("a b.fa", "a-b"),
    ],
)
def test_a_genome_is_called_after_its_file(name, genome):
    assert dataset_blocks.genome_name(Source(name=name, path=name)) == genome


def test_only_a_local_uncompressed_fasta_is_used_where_it_is():
    assert dataset_blocks.is_plain_fasta(Source(name="a.fa", path="x/a.fa"))
    assert not dataset_blocks.is_plain_fasta(Source(name="a.fa.gz", path="x/a.fa.gz"))
    assert not dataset_blocks.is_plain_fasta(Source(name="a.fa", url="https://example.org/a.fa"))


def test_two_genomes_of_one_name_are_refused():
    blocks = {"a": {**GENOME, "genome": "x/g.fa"}, "b": {**GENOME, "genome": "y/g.fa"}}
    with pytest.raises(SourceError, match=r"x/g.fa and y/g.fa would both be called g\."):
        dataset_blocks.list_genomes(blocks, dataset_blocks.list_sources(blocks, {}))


def test_settings_of_an_implanted_set_are_those_of_its_room():
    settings = dataset_blocks.get_implanted(IMPLANTED)
    assert settings == {
        key: value for key, value in IMPLANTED.items() if key not in ("kind", "class", "motifs")
    }


def test_settings_of_a_grammar_are_those_of_its_room():
    settings = dataset_blocks.get_grammar(GRAMMAR)
    assert settings == {
        key: value for key, value in GRAMMAR.items() if key not in ("kind", "classes", "patterns")
    }


def test_settings_of_a_single_factor_set_are_those_of_its_room():
    assert dataset_blocks.get_chipseq(CHIPSEQ) == {"width": 101, "splits": "alternate", "seed": 3}


WORDS = {**GRAMMAR, "patterns": {"a": {"word": "CAT"}}}


@pytest.mark.parametrize(
    ("block", "names"),
    [
        (GENOME, ["YY1"]),
        (SIMULATED, []),
        (IMPLANTED, []),
        ({"kind": "sequences", "class": {"name": "SP1"}}, ["SP1"]),
        (WORDS, [each["name"] for each in GRAMMAR["classes"]]),
        ({**WORDS, "patterns": {"a": {"word": "CAT"}, "b": {"motif": "MA0079.3"}}}, []),
    ],
)
def test_classes_of_which_no_motif_is_known(block, names):
    found = dataset_blocks.list_classes_without_motif(block)
    assert [entry["name"] for entry in found] == names


def test_experiments_of_a_class_are_numbered_and_completing_again_changes_nothing():
    classes = [
        {"name": "ctcf", "label": "CGCTTG", "missed": 0.2, "experiments": 2},
        {"name": "max", "label": "CACGTG"},
        {"name": "yy1", "label": "CAAGAT", "experiments": 1},
    ]
    block = {**GRAMMAR, "classes": classes}
    dataset_blocks.complete_block("toy", block)
    assert block["classes"] == [
        {"name": "ctcf-1", "label": "CGCTTG", "missed": 0.2},
        {"name": "ctcf-2", "label": "CGCTTG", "missed": 0.2},
        {"name": "max", "label": "CACGTG"},
        {"name": "yy1-1", "label": "CAAGAT"},
    ]
    again = dict(block)
    dataset_blocks.complete_block("toy", again)
    assert again == block
