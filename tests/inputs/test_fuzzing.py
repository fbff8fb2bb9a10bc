"""Valid files, changed by bytes and lines: a value that keeps its promises, or an error of ours."""

import gzip

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inputs import broken_arrays, broken_models, broken_tables, broken_text

from motifgrid.configuration import ConfigurationError
from motifgrid.formats import attributions, dataset
from motifgrid.formats.csv_tables import TableError
from motifgrid.formats.genome import GenomeError
from motifgrid.formats.keras1 import Keras1Error, read_network
from motifgrid.formats.meme import MotifFileError, read_meme
from motifgrid.formats.peaks import FARTHEST, PeakFileError, read_peaks
from motifgrid.formats.sequence_sets import SequenceSetError, read_sequence_set
from motifgrid.formats.tomtom import TomtomFileError, read_tomtom
from motifgrid.resources.lock import LockError, read_lock
from motifgrid.training.cell import ModelFileError, load_model

SPLICES = [
    *(b"", b"\0", b"\n", b"\r\n", b"\t", b" ", b",", b'"', b"#", b"-", b".", b"e9", b"nan", b"inf"),
    *(b"True", b"1e400", b"9" * 30, b"\xff", b"\xef\xbb\xbf", "\u202e".encode(), b"N", b"U", b"*"),
    *(b">", b"<", b"[" * 50, b"{", b"&a [*a]", b"PK\x03\x04", b"\x1f\x8b", b"\xff" * 8),
]
"""What is put into a file, where bytes drawn at random would hardly hit."""

changes = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 12),
        st.one_of(st.sampled_from(SPLICES), st.binary(max_size=6)),
    ),
    min_size=1,
    max_size=3,
)
"""Where in a file, how many bytes are taken out, and what comes in their place."""


def fuzzed(examples):
    """Settings of a test that draws the same examples each time."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def change(content, drawn):
    for part, removed, added in drawn:
        place = int(part * (len(content) + 1))
        content = content[:place] + added + content[place + removed :]
    return content


def read_changed(path, content, drawn, read, error):
    """Read a changed file: return what comes out, or None where it is refused by its name."""
    path.write_bytes(change(content, drawn))
    try:
        return read(path)
    except error as refused:
        assert type(refused) is error and path.name in str(refused)
        assert len(str(refused)) < 2000
        return None


@fuzzed(150)
@given(changes, st.sampled_from(["bed", "narrowPeak", "gz"]))
def test_peaks(tmp_path, drawn, kind):
    content = {"bed": broken_text.GOOD * 3, "narrowPeak": broken_text.NARROW * 3}.get(kind)
    content = broken_text.PACKED if content is None else content
    table = read_changed(tmp_path / f"a.{kind}", content, drawn, read_peaks, PeakFileError)
    if table is not None:
        assert len(table) and (table["start"] >= 0).all()
        assert (table["start"] < table["end"]).all() and (table["end"] <= FARTHEST).all()
        summit = table[table["summit"] != -1]
        assert (summit["summit"] >= summit["start"]).all()
        assert (summit["summit"] <= summit["end"]).all()
        assert all(name and name.isprintable() for name in table["chrom"].astype(str))


@fuzzed(150)
@given(changes, st.sampled_from([broken_text.SEQUENCE, broken_arrays.ONE]), st.booleans())
def test_genomes(tmp_path, drawn, content, packed):
    source, fasta = tmp_path / "genome", tmp_path / "unpacked.fa"
    fasta.unlink(missing_ok=True)
    content = gzip.compress(content, mtime=0) if packed else content
    read_changed(source, content, drawn, broken_text.unpack, GenomeError)
    if fasta.exists():
        headers = [line for line in fasta.read_bytes().splitlines() if line.startswith(b">")]
        names = [header[1:].split()[0] for header in headers]
        letters = b"".join(line for line in fasta.read_bytes().split(b"\n") if line[:1] != b">")
        assert names and len(set(names)) == len(names)
        assert letters and set(letters) <= set(b"ACGTRYSWKMBDHVNXacgtryswkmbdhvnx")


@fuzzed(100)
@given(changes)
def test_indices(tmp_path, drawn):
    index = broken_text.LINE + b"chr2\t4\t30\t4\t5\n"
    genome = read_changed(
        tmp_path / "genome.fai", index, drawn, broken_text.open_with_index, GenomeError
    )
    if genome is not None:
        assert genome.sizes == {"chr1": 16, "chr2": 4}


@fuzzed(150)
@given(changes)
def test_motifs(tmp_path, drawn):
    motifs = read_changed(
        tmp_path / "a.meme", broken_text.motif(), drawn, read_meme, MotifFileError
    )
    for motif in motifs or []:
        assert motif.pwm.shape[1:] == (4,) and len(motif.pwm)
        np.testing.assert_allclose(motif.pwm.sum(axis=1), 1)
        assert (motif.pwm >= 0).all() and 0 < motif.nsites < np.inf
        assert motif.identifier and not set(motif.identifier) & set(" \t\n\x00\u202e")


@fuzzed(100)
@given(changes)
def test_comparisons(tmp_path, drawn):
    content = broken_text.pair("p-value", "1e-5")
    table = read_changed(tmp_path / "tomtom.tsv", content, drawn, read_tomtom, TomtomFileError)
    if table is not None:
        numbers = table[["p-value", "E-value", "q-value"]].to_numpy()
        assert np.isfinite(numbers).all() and (numbers >= 0).all()


@fuzzed(100)
@given(changes, st.sampled_from([broken_text.DEEPBIND, broken_text.ZENG]))
def test_sequence_sets(tmp_path, drawn, content):
    found = read_changed(tmp_path / "a.seq", content, drawn, read_sequence_set, SequenceSetError)
    if found is not None:
        assert found.x.shape == (len(found.y), found.x.shape[1]) and found.x.size
        assert set(found.y) <= {0, 1} and found.x.max() <= 4
        if found.places is not None:
            lengths = found.places["end"] - found.places["start"]
            assert (lengths == found.x.shape[1]).all() and (found.places["start"] >= 0).all()


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The bytes of good files, by their format."""
    folder, content = tmp_path_factory.mktemp("good"), {}
    writers = {
        "set.h5": broken_arrays.write_good,
        "maps.h5": broken_arrays.write_maps,
        "weights.h5": broken_arrays.network(),
        "train.mat": broken_arrays.matlab5,
        "train73.mat": broken_arrays.hdf5,
        "model.keras": broken_models.packed(),
    }
    for name, write in writers.items():
        write(folder / name)
        content[name] = (folder / name).read_bytes()
    return content


def read_set(path):
    return dataset.read_classes(path), dataset.read_split(path, "test"), dataset.read_pool(path)


@fuzzed(120)
@given(changes)
def test_datasets(tmp_path, good, drawn):
    found = read_changed(
        tmp_path / "set.h5", good["set.h5"], drawn, read_set, dataset.DatasetFileError
    )
    if found:
        classes, split, pool = found
        assert split.x.max(initial=0) <= 4 and split.y.shape == (len(split.x), len(classes))
        assert all(motif.pwm.shape[1] == 4 and (motif.pwm >= 0).all() for motif in pool)


@fuzzed(60)
@given(changes)
def test_maps(tmp_path, good, drawn):
    error = attributions.AttributionFileError
    blocks = read_changed(
        tmp_path / "maps.h5", good["maps.h5"], drawn, broken_arrays.read_maps, error
    )
    assert all(len(numbers) == len(maps) for numbers, maps in blocks or [])


@fuzzed(60)
@given(changes)
def test_weights(tmp_path, good, drawn):
    found = read_changed(
        tmp_path / "weights.h5", good["weights.h5"], drawn, read_network, Keras1Error
    )
    if found:
        assert all(np.isfinite(each.kernel).all() for each in [*found.convolutions, found.output])


@fuzzed(100)
@given(changes, st.sampled_from(["train.mat", "train73.mat"]))
def test_bundles(tmp_path, good, drawn, name):
    error = broken_arrays.deepsea.BundleError
    read_changed(tmp_path / name, good[name], drawn, broken_arrays.read_bundle, error)


@fuzzed(40)
@given(changes)
def test_models(tmp_path, good, drawn):
    model = read_changed(
        tmp_path / "model.keras", good["model.keras"], drawn, load_model, ModelFileError
    )
    if model:
        assert all(np.isfinite(weight).all() for weight in model.get_weights())


@fuzzed(80)
@given(changes)
def test_tables(tmp_path, drawn):
    content = broken_tables.TABLE
    read_changed(tmp_path / "scores.csv", content, drawn, broken_tables.read_scores, TableError)


@fuzzed(80)
@given(changes)
def test_locks(tmp_path, drawn):
    content = broken_tables.LOCK.encode()
    found = read_changed(tmp_path / "lock.json", content, drawn, read_lock, LockError)
    assert all(len(entry.sha256) == 64 for entry in (found or {}).values())


def resolve(path):
    """Read a configuration; what is no YAML is refused before us."""
    try:
        return broken_tables.resolve(path)
    except (broken_tables.WorkflowError, UnicodeDecodeError):
        return None


@fuzzed(60)
@given(changes)
def test_configurations(tmp_path, drawn):
    content = broken_tables.TINY.encode()
    read_changed(tmp_path / "config.yaml", content, drawn, resolve, ConfigurationError)


def test_what_is_changed_is_changed_and_nothing_else():
    assert change(b"abcdef", [(0.5, 2, b"xyz")]) == b"abcxyzf"
