"""Files from outside, through the workflow as a user runs it, from a server on this machine."""

import functools
import json
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import genome_toys
import pytest
from running import snakemake

pytestmark = pytest.mark.workflow

FASTA = "results/resources/genomes/genome.fa"
DOWNLOADED = "results/resources/downloads/genome.fa.gz"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        self.server.asked.append(self.path)


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server of the toy genome and its peaks; `asked` lists the paths of all requests."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    served = tmp_path / "served"
    served.mkdir()
    genome_toys.write_files(served)
    handler = functools.partial(Quiet, directory=served)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        running.asked = []
        running.folder = served
        running.url = f"http://127.0.0.1:{running.server_port}"
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "work"
    path.mkdir()
    return path


def remote(folder, server, **genome):
    """The toy configuration with genome and peaks by URL."""
    tracks = [
        {"name": "AP1", "peaks": f"{server.url}/ap1.narrowPeak.gz"},
        {"name": "rare", "peaks": f"{server.url}/rare.bed"},
    ]
    resources = {"toy-genome": {"url": f"{server.url}/genome.fa.gz", **genome}}
    return genome_toys.config(folder, genome="toy-genome", tracks=tracks, resources=resources)


def test_files_are_downloaded_once_and_locked(folder, server):
    config = remote(folder, server)
    run = snakemake(folder, "all_datasets", config=config)
    assert run.status == 0, run.output
    assert run.jobs["download"] == 3
    locked = json.loads((folder / "resources.lock.json").read_text())
    assert sorted(locked) == ["ap1.narrowPeak.gz", "genome.fa.gz", "rare.bed"]
    genome = server.folder / "genome.fa.gz"
    assert locked["genome.fa.gz"]["size"] == genome.stat().st_size
    assert (folder / DOWNLOADED).read_bytes() == genome.read_bytes()
    asked = len(server.asked)
    assert snakemake(folder, "all_datasets", config=config).jobs == {}
    assert len(server.asked) == asked
    # a file that was damaged, or put there by hand, is found by asking for it
    assert snakemake(folder, "verify_downloads", config=config).status == 0
    with (folder / DOWNLOADED).open("r+b") as file:
        file.seek(100)
        file.write(b"damaged")
    run = snakemake(folder, "verify_downloads", config=config)
    assert run.status != 0 and "genome.fa.gz" in run.output
    # one of another size than locked stops every run before the first job
    (folder / DOWNLOADED).write_bytes(b"short")
    run = snakemake(folder, "all_datasets", config=config)
    assert run.status != 0 and run.jobs == {}
    assert f"{DOWNLOADED} has 5 bytes. Expected" in run.output


def test_a_file_that_changed_at_its_source_is_refused(folder, server):
    config = remote(folder, server)
    assert snakemake(folder, DOWNLOADED, config=config).status == 0
    (folder / DOWNLOADED).unlink()
    genome_toys.write_files(server.folder, seed=1)
    run = snakemake(folder, DOWNLOADED, config=config)
    assert run.status != 0
    assert "genome.fa.gz" in run.output and "resources.lock.json" in run.output
    assert not (folder / DOWNLOADED).exists()


def test_a_stated_checksum_is_held_against_the_file(folder, server):
    config = remote(folder, server, sha256="0" * 64)
    run = snakemake(folder, FASTA, config=config)
    assert run.status != 0
    assert "0" * 64 in run.output
    assert not (folder / DOWNLOADED).exists() and not (folder / FASTA).exists()


def test_a_missing_file_says_which_and_where_to_put_it(folder, server):
    config = remote(folder, server)
    (server.folder / "genome.fa.gz").unlink()
    run = snakemake(folder, FASTA, config=config)
    assert run.status != 0
    for words in (f"{server.url}/genome.fa.gz", "404", DOWNLOADED):
        assert words in run.output
    # as the message says: a file that is put there is taken
    genome_toys.write_files(server.folder)
    (folder / DOWNLOADED).parent.mkdir(parents=True, exist_ok=True)
    (folder / DOWNLOADED).write_bytes((server.folder / "genome.fa.gz").read_bytes())
    run = snakemake(folder, FASTA, config=config)
    assert run.status == 0, run.output
    assert "download" not in run.jobs


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"url": "ftp://example.org/a.fa"}, ["resources: toy-genome", "Expected http or https"]),
        ({"path": "a.fa", "url": "https://example.org/a.fa"}, ["exactly one of url, path"]),
        ({"url": "https://example.org/a.fa", "sha256": "12"}, ["64 hexadecimal digits"]),
        ({"url": "https://example.org/a.fa", "md5": "12"}, ["unknown key 'md5'"]),
    ],
)
def test_a_wrong_resource_fails_before_the_first_job(folder, entry, words):
    config = genome_toys.config(folder, genome="toy-genome", resources={"toy-genome": entry})
    run = snakemake(folder, "all_datasets", config=config)
    assert run.status != 0 and run.jobs == {}
    for word in words:
        assert word in run.output
