"""Each other kind of dataset, through the workflow, from files as they were published."""

import genome_toys
import h5py
import numpy as np
import pytest
import yaml
from running import snakemake
from scipy.io import savemat

from motifgrid import dna
from motifgrid.formats.dataset import read_classes, read_pool, read_provenance, read_split

pytestmark = pytest.mark.workflow

DATASET = "results/datasets/toy.h5"
SEQUENCES = ["ACGTACGTACGTACGTACGTA", "GGGTTTCCCAAAGGGTTTCCC", "ATATATGCGCGCATATATGCG"]


LOGIC = "results/datasets/logic.h5"


def config(folder, others=None, **dataset):
    content = yaml.safe_load(genome_toys.CONFIG)
    content["datasets"] |= {"toy": dataset, **(others or {})}
    path = folder / "toy.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def made(folder, **dataset):
    run = snakemake(folder, DATASET, config=config(folder, **dataset))
    assert run.status == 0, run.output
    return folder / DATASET


def logic():
    label = {"and": ["gata", {"not": "CGCTTG"}]}
    return {
        "kind": "grammar",
        "classes": [{"name": "alone", "label": label, "positives": 0.5}],
        "patterns": {"gata": {"letters": "GATA", "motif": "MA0035.3"}},
        "sequences": 300,
        "random": 40,
        "length": 60,
        "splits": [0.6, 0.2, 0.2],
    }


def check_logic(path):
    """Sequences of the grammar are labelled by what is spelled in them."""
    assert read_classes(path) == ("alone",)
    for name, rows in (("train", 204), ("valid", 68), ("test", 68)):
        split = read_split(path, name)
        texts = [dna.decode(x) for x in split.x]
        held = ["GATA" in text and "CGCTTG" not in text for text in texts]
        assert split.y[:, 0].tolist() == held and len(texts) == rows
        assert len(split.truth) == sum(text.count(w) for text in texts for w in ("GATA", "CGCTTG"))
    assert [(motif.class_name, motif.relevant, motif.classes) for motif in read_pool(path)] == [
        ("CGCTTG", (), ()),  # must be absent
        ("gata", ("MA0035.3",), ("alone",)),
    ]
    facts = read_provenance(path)
    assert facts["motif_database"]["name"] == "JASPAR2016 CORE vertebrates"
    assert facts["by_chance"].keys() == {"gata", "CGCTTG"}


def test_one_motif_of_several_is_implanted_into_positives_beside_a_grammar(tmp_path):
    srf = {"name": "SRF", "motif": "MA0083.3", "relevant": ["MA0083.2", "MA0083.3"]}
    given = {"kind": "implanted", "class": {"name": "bound"}, "motifs": ["MA0079.3", srf]}
    settings = {"sequences": 500, "length": 60, "starts": [5, 40], "strands": "both"}
    file = config(tmp_path, {"logic": logic()}, **given, **settings)
    run = snakemake(tmp_path, "all_datasets", LOGIC, config=file)
    assert run.status == 0, run.output
    check_logic(tmp_path / LOGIC)
    path = tmp_path / DATASET
    assert read_classes(path) == ("bound",)
    for name, positives in (("train", 202), ("valid", 23), ("test", 25)):
        split = read_split(path, name)
        assert split.truth["sequence"].tolist() == np.flatnonzero(split.y[:, 0]).tolist()
        assert split.x.shape == (2 * positives, 60) and split.y.sum() == positives
        assert set(split.truth["motif"]) == {b"MA0079.3", b"MA0083.3"}
        assert set(split.truth["strand"]) == {b"+", b"-"}
    assert [(motif.class_name, motif.relevant) for motif in read_pool(path)] == [
        ("MA0079.3", ("MA0079.3",)),
        ("SRF", ("MA0083.2", "MA0083.3")),
    ]
    facts = read_provenance(path)
    assert (facts["kind"], facts["starts"], facts["seed"]) == ("implanted", [5, 40], 233)
    problems = (tmp_path / "results/tables/datasets/toy/problems.csv").read_text()
    assert problems == "problem,split,sentence\n"
    assert (tmp_path / "results/figures/datasets/toy.png").stat().st_size > 10_000


def deepbind(path, rows):
    lines = [f"A\t{name}\t{sequence}\t{label}\n" for name, sequence, label in rows]
    path.write_text("FoldID\tEventID\tseq\tBound\n" + "".join(lines))


def test_published_sequences_get_shuffles_where_there_are_positives_only(tmp_path):
    bound = [(f"seq_{i}_peak", s, 1) for i, s in enumerate(SEQUENCES * 10)]
    deepbind(tmp_path / "AC.seq", bound)
    deepbind(tmp_path / "B.seq", [("a_peak", SEQUENCES[0], 1), ("b_shuf", SEQUENCES[1], 0)])
    path = made(
        tmp_path,
        **{"class": {"name": "SP1", "motif": "MA0079.3"}},
        kind="sequences",
        train="AC.seq",
        test="B.seq",
    )
    train, test = read_split(path, "train"), read_split(path, "test")
    assert test.y[:, 0].tolist() == [1, 0]
    assert [dna.decode(x) for x in test.x] == SEQUENCES[:2]
    assert train.y.mean() == 0.5 and len(train.x) == 54
    (motif,) = read_pool(path)
    assert (motif.class_name, motif.identifier) == ("SP1", "MA0079.3")


def test_a_single_factor_set_is_made_from_summits(tmp_path):
    genome_toys.write_files(tmp_path)
    path = made(
        tmp_path,
        **{"class": {"name": "AP1"}},
        kind="chipseq",
        peaks="ap1.narrowPeak.gz",
        genome="genome.fa.gz",
        splits={"valid": ["chr2"], "test": ["chr3"]},
        length=21,
    )
    assert read_classes(path) == ("AP1",)
    for name, peaks in (("train", 74), ("valid", 24), ("test", 24)):
        split = read_split(path, name)
        bound = {dna.decode(x)[3:17] for x in split.x[split.y[:, 0] == 1]}
        assert bound == {genome_toys.MOTIF}  # the summit, at 97, is base 10 of 21
        assert split.y.sum() == peaks and len(split.y) == 2 * peaks
    assert read_provenance(path)["tracks"][0]["peaks"] == 122


def one_hot_agct(sequences):
    """One-hot (N, 4, L) in the bundle's order of channels, A G C T."""
    channels = [[[base == letter for base in text] for letter in "AGCT"] for text in sequences]
    return np.array(channels)


def test_classes_are_taken_out_of_the_deepsea_bundle(tmp_path):
    labels = np.array([[1, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0]], dtype=np.uint8)
    with h5py.File(tmp_path / "train.mat", "w") as file:
        file["trainxdata"] = one_hot_agct(SEQUENCES).transpose(2, 1, 0).astype(np.uint8)
        file["traindata"] = labels.T
    for name in ("valid", "test"):
        content = {f"{name}xdata": one_hot_agct(SEQUENCES).astype(np.uint8), f"{name}data": labels}
        savemat(tmp_path / f"{name}.mat", content)
    path = made(
        tmp_path,
        kind="deepsea",
        train="train.mat",
        valid="valid.mat",
        test="test.mat",
        classes=[{"name": "last", "column": 3}, {"name": "third", "column": 2}],
    )
    assert read_classes(path) == ("last", "third")
    for name in ("train", "valid", "test"):
        split = read_split(path, name)
        assert [dna.decode(x) for x in split.x] == SEQUENCES[:2]
        assert split.y.tolist() == [[1, 0], [0, 1]]
    drops = read_provenance(path)["drops"]
    assert [drop["count"] for drop in drops] == [1, 1, 1]
