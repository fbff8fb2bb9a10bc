"""A disk that is full when an output is written, one kind of output after the other."""

import shutil
import subprocess
import sys
import threading

import keras
import numpy as np
import pandas as pd
import pytest
from faults.quick_runs import QuickRun
from faults.small_disks import filled, small_disk
from matplotlib.figure import Figure
from resources.scripted_server import Answer, ScriptedServer
from running import ROOT

from motifgrid.formats.atomic import DiskFullError, write_csv, write_text
from motifgrid.formats.attributions import Identity, write_attributions
from motifgrid.formats.dataset import SPLITS, Dataset, Split, Stream, write_dataset, write_streams
from motifgrid.formats.feature_maps import write_feature_maps
from motifgrid.formats.genome import index_genome, unpack_genome
from motifgrid.formats.meme import Motif, write_meme
from motifgrid.formats.tomtom import COLUMNS, write_tomtom
from motifgrid.report.figures import save_figure
from motifgrid.resources.download import DownloadError, download
from motifgrid.resources.sources import Source
from motifgrid.training.cell import TrainedCell, save_cell
from motifgrid.training.checkpoints import Checkpoint, save_checkpoint

LEFT = 4096
"""Bytes that are left on the disk: fewer than any of the outputs has."""

random = np.random.default_rng(0)
LETTERS = random.integers(0, 4, (400, 200), dtype=np.uint8)
SPLIT = Split(LETTERS, random.integers(0, 2, (400, 2), dtype=np.uint8))
TABLE = pd.DataFrame(random.random((500, 3)), columns=["a", "b", "c"])
MAPS = random.normal(size=(40, 200, 4)).astype(np.float32)
WEIGHTS = [random.normal(size=(100, 100))]


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    with small_disk(tmp_path_factory.mktemp("small") / "disk") as folder:
        yield folder


@pytest.fixture(autouse=True)
def empty(disk):
    for path in disk.iterdir():
        path.unlink() if path.is_file() else shutil.rmtree(path)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ScriptedServer() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def put_dataset(path):
    write_dataset(path, Dataset(("a", "b"), dict.fromkeys(SPLITS, SPLIT)))


def put_streams(path):
    blocks = [
        (SPLIT.x[start : start + 100], SPLIT.y[start : start + 100]) for start in (0, 100, 200, 300)
    ]
    write_streams(path, ("a", "b"), {name: Stream(blocks) for name in SPLITS})


def put_model(path):
    inputs = keras.Input((100,))
    model = keras.Model(inputs, keras.layers.Dense(100)(inputs))
    others = {name: path.parent.parent / name for name in ("history", "scores", "facts")}
    save_cell(TrainedCell(model, TABLE[:0], TABLE[:0], {}), path, **others)


def put_attributions(path):
    write_attributions(path, [(Identity("saliency", "a"), [(np.arange(40), MAPS)])])


def put_comparison(path):
    row = ["filter", "MA0001.1", 0, 1e-9, 1e-6, 1e-6, 8, "ACGTACGT", "ACGTACGT", "+"]
    write_tomtom(path, pd.DataFrame([row] * 200, columns=list(COLUMNS)), {"engine": "memelite"})


def draw():
    figure = Figure()
    figure.add_subplot().plot(TABLE["a"])
    return figure


def put_genome(path):
    fasta = path.parent.parent / "genome.fa"
    fasta.write_text(">chr1\n" + "ACGTTGCA" * 3000 + "\n")
    unpack_genome(fasta, path)


def put_index(path):
    fasta = path.parent.parent / "many.fa"
    fasta.write_text("".join(f">contig_{number}\nACGT\n" for number in range(500)))
    index_genome(fasta, path)


OUTPUTS = {
    "tiny.h5": put_dataset,
    "streamed.h5": put_streams,
    "model.keras": put_model,
    "attributions.h5": put_attributions,
    "feature_maps.h5": lambda path: write_feature_maps(path, MAPS[None, :2], ["a", "b"], "x", 1),
    "cells.csv": lambda path: write_csv(path, TABLE),
    "motifs.meme": lambda path: write_meme(
        path, [Motif(f"m{number}", np.full((9, 4), 0.25), 9) for number in range(20)]
    ),
    "tomtom.tsv": put_comparison,
    "logos.svg": lambda path: save_figure(draw(), path, path.parent.parent / "logos.png"),
    "logos.png": lambda path: save_figure(draw(), path.parent.parent / "logos.svg", path),
    "tiny.html": lambda path: write_text(path, "<p>" * 5000),
    "cell.json": lambda path: write_text(path, "{}" * 5000),
    "0.npz": lambda path: save_checkpoint(path, Checkpoint(WEIGHTS, WEIGHTS, {}), "x"),
    "genome.fa": put_genome,
    "genome.fai": put_index,
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_without_space_leaves_the_old_one_and_can_be_written_later(disk, name):
    path = disk / name
    path.write_text("an earlier result")
    with filled(disk, LEFT):
        with pytest.raises(DiskFullError) as caught:
            OUTPUTS[name](path)
        assert str(caught.value).startswith(f"{path}: the disk is full, or your quota of it.")
        assert "run the same command again" in str(caught.value)
        assert {each.name for each in disk.iterdir()} == {"ballast", name}
        assert path.read_text() == "an earlier result"
    OUTPUTS[name](path)
    assert [each.name for each in disk.iterdir()] == [name]
    assert path.stat().st_size > LEFT


def test_a_download_without_space_goes_on_later(disk, tmp_path, server):
    body, target, lock = random.bytes(300_000), disk / "genome.2bit.bin", tmp_path / "lock.json"
    server.script[:] = [Answer(body)]
    source = Source(target.name, server.url(target.name))
    with filled(disk, 200_000), pytest.raises(DownloadError) as caught:
        download(source, target, lock, wait=0)
    assert f"{target.name}: no file from {source.url}" in str(caught.value)
    assert "could not be written: [Errno 28] No space left on device" in str(caught.value)
    assert not target.exists()
    download(source, target, lock, wait=0)
    assert target.read_bytes() == body
    assert [request.get("Range", "")[:6] for request in server.requests] == ["", "bytes="]


def test_an_error_is_on_the_terminal_where_the_log_takes_no_more(disk):
    code = (
        "import sys\nfrom motifgrid.logs import start_log\nstart_log(sys.argv[1])\n"
        "raise ValueError('what went wrong')"
    )
    (disk / "job.log").touch()
    with filled(disk, 0):
        job = subprocess.run(
            [sys.executable, "-c", code, str(disk / "job.log")],
            cwd=ROOT / "workflow_scripts",
            capture_output=True,
            text=True,
            check=False,
        )
    assert job.returncode != 0
    assert "what went wrong" in job.stderr


@pytest.mark.workflow
def test_a_workflow_on_a_full_disk_goes_on_when_there_is_space(tmp_path):
    target = "results/datasets/tiny.h5"
    with small_disk(tmp_path / "disk", size="4m") as folder:
        made = QuickRun(folder, "results/resources/motifs.meme")
        assert made.wait() == 0, made.text
        before = (folder / "results/resources/motifs.meme").stat().st_mtime_ns
        with filled(folder, 150_000):
            run = QuickRun(folder, target)
            assert run.wait() == 1
            assert f"DiskFullError: {target}: the disk is full, or your quota of it." in run.text
            assert not list((folder / "results/datasets").glob("*"))
        run = QuickRun(folder, target)
        assert run.wait() == 0, run.text
        assert run.rules == {"simulate"}
        assert (folder / target).exists()
        assert (folder / "results/resources/motifs.meme").stat().st_mtime_ns == before
