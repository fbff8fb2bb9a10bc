import email.utils
import gzip
import hashlib
import json
import logging
import os
import pty
import random
import re
import resource
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scripted_server import Answer

from motifgrid.resources import download as room
from motifgrid.resources.download import DownloadError, download, parse_retry_after, verify
from motifgrid.resources.lock import Locked, LockError, read_lock, record
from motifgrid.resources.sources import Source

SCRIPTS = Path(__file__).parents[2] / "workflow_scripts"
BODY = random.Random(7).randbytes(300_000)
CHANGED = BODY[:-1] + bytes([BODY[-1] ^ 1])
PACKED = gzip.compress(BODY, mtime=0) + gzip.compress(b"chr1\t7\t9\n", mtime=0)
PAGE = b"\n<!DOCTYPE html><html><body>We are moving</body></html>"
DROP = Answer(BODY, cut=100_000)
JOB = (
    "import logging, sys\n"
    "logging.basicConfig(level=logging.INFO)\n"
    "from motifgrid.resources.download import download\n"
    "from motifgrid.resources.sources import Source\n"
    "name, url, target, lock = sys.argv[1:]\n"
    "download(Source(name, url), target, lock, wait=0)\n"
)


def checksum(content):
    return hashlib.sha256(content).hexdigest()


class Place:
    """A folder to download into, and what a download of one file needs."""

    def __init__(self, folder, server, name="x.bin"):
        self.name, self.server = name, server
        self.target = folder / "downloads" / name
        self.lock = folder / "lock.json"

    def source(self, **stated):
        return Source(self.name, self.server.url(self.name), **stated)

    def fetch(self, attempts=3, wait=0, **stated):
        source = self.source(**stated)
        download(source, self.target, self.lock, attempts=attempts, wait=wait, timeout=10)

    def fail(self, **options):
        with pytest.raises(DownloadError) as caught:
            self.fetch(**options)
        return str(caught.value)

    def files(self):
        return sorted(path.name for path in self.target.parent.iterdir())

    def start(self, errors=subprocess.DEVNULL):
        """Start the download in a process of its own."""
        arguments = [self.name, self.server.url(self.name), str(self.target), str(self.lock)]
        command = [sys.executable, "-c", JOB, *arguments]
        return subprocess.Popen(command, cwd=SCRIPTS, stderr=errors, text=True)

    def wait_for_part(self, size):
        part = self.target.with_name(f".{self.name}.part")
        deadline = time.monotonic() + 60
        while not (part.exists() and part.stat().st_size >= size):
            assert time.monotonic() < deadline, "the part did not grow"
            time.sleep(0.01)


@pytest.fixture
def place(tmp_path, server):
    return Place(tmp_path, server)


@pytest.fixture
def packed(tmp_path, server):
    return Place(tmp_path, server, "x.bed.gz")


def test_a_download_is_there_whole_alone_and_in_the_lock_file(place):
    place.server.answers(Answer(BODY))
    place.fetch()
    assert place.target.read_bytes() == BODY
    assert place.files() == ["x.bin"]
    entry = Locked(place.server.url("x.bin"), len(BODY), checksum(BODY))
    assert read_lock(place.lock) == {"x.bin": entry}
    assert place.server.ranges == [None]
    assert place.server.requests[0]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(BODY, chunked=True),
        Answer(BODY, headers={"Content-Length": None}),
        Answer(BODY, headers={"ETag": None}),
        Answer(BODY, headers={"Content-Type": None}),
        Answer(BODY, headers={"Content-Length": "many"}),
    ],
)
def test_servers_that_say_little(place, answer):
    place.server.answers(answer)
    place.fetch(sha256=checksum(BODY), size=len(BODY))
    assert place.target.read_bytes() == BODY


def test_an_end_that_nobody_announces_is_a_warning_unless_it_is_known(place, caplog):
    place.server.answers(Answer(BODY, headers={"Content-Length": None}))
    place.fetch(size=len(BODY))
    assert "where the file ends" not in caplog.text
    place.lock.unlink()
    place.fetch()
    assert "x.bin: the server does not say where the file ends. State its `size`" in caplog.text


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_dropped_connection_is_continued(place, reset, chunked):
    place.server.answers(
        Answer(BODY, cut=100_000, reset=reset, chunked=chunked),
        Answer(BODY, cut=50_000),
        Answer(BODY),
    )
    place.fetch()
    assert place.target.read_bytes() == BODY
    first, second, third = place.server.ranges
    starts = [int(text.removeprefix("bytes=").removesuffix("-")) for text in (second, third)]
    assert first is None
    # a reset may throw away what the client has not read yet
    assert 0 < starts[0] <= 100_000 if reset else starts[0] == 100_000
    assert starts[1] == starts[0] + 50_000
    assert [headers.get("If-Range") for headers in place.server.requests] == [None, *['"v1"'] * 2]


def test_the_next_call_continues_what_the_last_one_left(place):
    place.server.answers(DROP)
    message = place.fail(attempts=1)
    assert "What has arrived is kept and will be continued" in message
    assert place.files() == [".x.bin.part", ".x.bin.part.json"]
    place.server.answers(Answer(BODY))
    place.fetch()
    assert place.server.ranges == [None, "bytes=100000-"]
    assert place.server.sent == len(BODY)
    assert place.target.read_bytes() == BODY
    assert place.files() == ["x.bin"]


def test_a_part_that_is_whole_needs_no_request(place):
    place.server.answers(DROP)
    place.fail(attempts=1)
    place.target.with_name(".x.bin.part").write_bytes(BODY)
    place.fetch()
    assert len(place.server.requests) == 1
    assert place.target.read_bytes() == BODY


@pytest.mark.parametrize(
    "later",
    [
        Answer(BODY, ranges=False),
        Answer(BODY, headers={"ETag": '"v2"'}),
        Answer(BODY, headers={"ETag": '"v2"'}, ranges=False),
    ],
    ids=["ranges ignored", "changed", "changed and ranges ignored"],
)
def test_an_answer_with_the_whole_file_starts_again(place, later):
    old = bytes(len(BODY))
    place.server.answers(Answer(old, cut=100_000), later)
    place.fetch()
    assert place.target.read_bytes() == BODY
    assert place.server.ranges == [None, "bytes=100000-"]


@pytest.mark.parametrize(
    "later",
    [
        Answer(BODY, status=416),
        Answer(BODY[:100_000]),
        Answer(BODY, headers={"Content-Range": f"bytes 0-{len(BODY) - 1}/{len(BODY)}"}),
        Answer(BODY, headers={"Content-Range": None}),
        Answer(BODY, headers={"Content-Range": f"bytes 100000-{len(BODY)}/{len(BODY) + 1}"}),
        # two validators, so that this server takes the one of the part and answers with another
        Answer(BODY, headers={"ETag": '"v2"', "Last-Modified": '"v1"'}),
    ],
    ids=["416", "shorter now", "other start", "no range", "other size", "other version"],
)
def test_an_answer_that_does_not_continue_is_asked_for_anew(place, later):
    place.server.answers(Answer(bytes(len(BODY)), cut=100_000), later, Answer(BODY))
    place.fetch()
    assert place.target.read_bytes() == BODY
    assert place.server.ranges == [None, "bytes=100000-", None]


@pytest.mark.parametrize(
    ("headers", "if_range"),
    [
        ({"ETag": 'W/"v1"', "Last-Modified": "Mon, 05 Jan 2015 10:00:00 GMT"}, "Mon, 05 Jan"),
        ({"ETag": None, "Last-Modified": "Mon, 05 Jan 2015 10:00:00 GMT"}, "Mon, 05 Jan"),
        ({"ETag": 'W/"v1"'}, None),
        ({"ETag": None}, None),
    ],
)
def test_only_a_version_that_can_be_told_is_continued(place, headers, if_range):
    place.server.answers(Answer(BODY, cut=100_000, headers=headers), Answer(BODY, headers=headers))
    place.fetch()
    assert place.target.read_bytes() == BODY
    second = place.server.requests[1]
    assert (second.get("If-Range") or "").startswith(if_range or "")
    assert ("Range" in second) == (if_range is not None)


@pytest.mark.parametrize(
    "notes", ["", "{", "[]", '{"url": "https://other.org/x.bin", "etag": "\\"v1\\""}', None]
)
def test_a_part_of_something_else_is_not_continued(place, notes):
    place.server.answers(DROP)
    place.fail(attempts=1)
    path = place.target.with_name(".x.bin.part.json")
    path.unlink() if notes is None else path.write_text(notes)
    place.server.answers(Answer(BODY))
    place.fetch()
    assert place.server.ranges == [None, None]
    assert place.target.read_bytes() == BODY


def test_a_killed_process_is_continued(place):
    released = threading.Event()
    place.server.answers(Answer(BODY, cut=200_000, hold=released), Answer(BODY))
    process = place.start()
    place.wait_for_part(150_000)
    process.send_signal(signal.SIGKILL)
    process.wait()
    released.set()
    assert place.files() == [".x.bin.part", ".x.bin.part.json"]
    kept = place.target.with_name(".x.bin.part").stat().st_size
    assert place.start().wait() == 0
    assert place.server.ranges == [None, f"bytes={kept}-"]
    assert place.server.sent == 200_000 + len(BODY) - kept
    assert place.target.read_bytes() == BODY
    assert place.files() == ["x.bin"]


def test_a_second_process_waits_and_takes_what_the_first_has_finished(place):
    released = threading.Event()
    place.server.answers(Answer(BODY, cut=200_000, hold=released), Answer(BODY))
    first = place.start()
    place.wait_for_part(150_000)
    with place.start(subprocess.PIPE) as second:
        assert "waiting for another process" in second.stderr.readline()
        released.set()
    assert (first.wait(), second.returncode) == (0, 0)
    assert place.server.sent == len(BODY)
    assert place.target.read_bytes() == BODY
    assert place.files() == ["x.bin"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_an_answer_that_is_final_is_not_asked_for_again(place, status):
    place.server.answers(Answer(b"no", status=status))
    message = place.fail()
    assert len(place.server.requests) == 1
    assert re.search(rf"Last: the server answered {status} [A-Z].*: check the URL", message)
    assert place.server.url("x.bin") in message
    assert place.files() == []
    assert not place.lock.exists()


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_an_answer_that_may_change_is_asked_for_again(place, status, caplog):
    place.server.answers(
        Answer(b"later", status=status), Answer(b"later", status=500), Answer(BODY)
    )
    place.fetch()
    assert place.target.read_bytes() == BODY
    assert re.search(
        rf"x\.bin: the server answered {status} .*\. Attempt 2 of 3 in 0 s", caplog.text
    )


def test_a_server_that_never_recovers(place):
    place.server.answers(Answer(b"later", status=503))
    message = place.fail(attempts=4)
    assert "the server answered 503 Service Unavailable (attempt 4 of 4)" in message
    assert len(place.server.requests) == 4
    assert place.files() == []


def test_an_error_in_between_keeps_what_has_arrived(place):
    place.server.answers(DROP, Answer(b"later", status=500), Answer(BODY))
    place.fetch()
    assert place.server.ranges == [None, "bytes=100000-", "bytes=100000-"]
    assert place.target.read_bytes() == BODY


def test_the_server_says_when_to_ask_again(place, caplog):
    busy = Answer(b"later", status=503, headers={"Retry-After": "1"})
    place.server.answers(busy, Answer(BODY))
    start = time.monotonic()
    place.fetch()
    assert time.monotonic() - start >= 1
    assert "503 Service Unavailable. Attempt 2 of 3 in 1 s" in caplog.text


def test_a_server_that_asks_for_patience_without_end_gets_some(monkeypatch, place):
    monkeypatch.setattr(room, "LONGEST_WAIT", 0.1)
    busy = Answer(b"later", status=429, headers={"Retry-After": "86400"})
    place.server.answers(busy, Answer(BODY))
    place.fetch()
    assert place.target.read_bytes() == BODY


NOW = datetime(2024, 2, 29, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("0", 0),
        (" 120 ", 120),
        (email.utils.format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (email.utils.format_datetime(NOW - timedelta(days=1), usegmt=True), 0),
        ("Thu, 29 Feb 2024 12:00:05 -0000", 5),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("9" * 400, None),
    ],
)
def test_retry_after(text, seconds):
    assert parse_retry_after(text, NOW) == seconds


def test_a_body_that_stays_short_is_no_file(place):
    short = Answer(BODY[:1000], headers={"Content-Length": "2000", "ETag": None})
    place.server.answers(short)
    message = place.fail()
    assert len(place.server.requests) == 3
    assert "1000 bytes read, 1000 more expected" in message
    assert place.files() == [".x.bin.part", ".x.bin.part.json"]


def test_more_than_announced_is_no_file(place):
    place.server.answers(DROP)
    place.fail(attempts=1)
    place.target.with_name(".x.bin.part").write_bytes(BODY + b"more")
    place.server.answers(Answer(BODY))
    place.fetch()
    assert place.target.read_bytes() == BODY


@pytest.mark.parametrize("chunked", [True, False])
def test_a_packed_file_that_ends_early_without_a_word(packed, chunked):
    headers = {} if chunked else {"Content-Length": None}
    packed.server.answers(Answer(PACKED[:-500], chunked=chunked, headers=headers))
    message = packed.fail()
    assert "what came is not a whole gzip file" in message
    assert packed.server.ranges == [None, None]
    assert packed.files() == []
    assert not packed.lock.exists()


def test_a_packed_file_whose_stream_ends_early_is_continued(packed):
    packed.server.answers(Answer(PACKED, chunked=True, cut=100_000), Answer(PACKED))
    packed.fetch()
    assert packed.server.ranges == [None, "bytes=100000-"]
    assert packed.target.read_bytes() == PACKED


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("x.bed.gz", BODY, "is not a whole gzip file .*Not a gzipped file"),
        ("x.bed.gz", PACKED[:5000] + b"\x00" + PACKED[5001:], "is not a whole gzip file"),
        ("x.bed.gz", PACKED[: len(PACKED) - 3], "is not a whole gzip file"),
        ("x.fa.bgz", PACKED + b"trailing", "is not a whole gzip file"),
        ("x.2bit", BODY, "is not a 2bit file"),
        ("x.bed", b"", "is empty"),
        ("x.bed", PAGE, "is a web page"),
        ("x.2bit", b"\xef\xbb\xbf<HTML><head>", "is a web page"),
    ],
)
def test_content_that_is_not_what_its_name_says(tmp_path, server, name, body, message):
    place = Place(tmp_path, server, name)
    server.answers(Answer(body))
    assert re.search(f"what came {message}.*It was removed", place.fail())
    assert len(server.requests) == 2
    assert place.files() == []
    assert not place.lock.exists()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("x.bed.gz", PACKED),
        ("x.2bit", b"\x43\x27\x41\x1a" + BODY),
        ("x.2bit", b"\x1a\x41\x27\x43" + BODY),
        ("x.bed", b"chr1\t7\t9\n"),
        ("x.html", PAGE),
    ],
)
def test_content_that_is_what_its_name_says(tmp_path, server, name, body):
    place = Place(tmp_path, server, name)
    kind = "text/html" if name.endswith("html") else "text/plain"
    server.answers(Answer(body, headers={"Content-Type": kind}))
    place.fetch()
    assert place.target.read_bytes() == body


@pytest.mark.parametrize("body", [PAGE, BODY])
def test_a_web_page_with_status_200_is_refused_at_once(place, body):
    place.server.answers(Answer(body, headers={"Content-Type": "Text/HTML; charset=utf-8"}))
    message = place.fail()
    assert "the server sent a web page (HTML) instead of the file" in message
    assert len(place.server.requests) == 1
    assert place.files() == []


def test_a_file_packed_on_the_way(tmp_path, server):
    server.answers(Answer(PACKED, headers={"Content-Encoding": "x-gzip"}))
    packed = Place(tmp_path, server, "x.bed.gz")
    packed.fetch()
    assert packed.target.read_bytes() == PACKED
    message = Place(tmp_path, server, "x.bed").fail()
    assert "the server sent the file packed (x-gzip), which was not asked for" in message


def test_a_wrong_checksum_is_tried_once_more_and_told(place):
    place.server.answers(Answer(CHANGED))
    message = place.fail(sha256=checksum(BODY))
    assert f"has SHA-256 {checksum(CHANGED)}, expected {checksum(BODY)}" in message
    assert "as the configuration says" in message
    assert "changed at its source, or on its way" in message
    assert place.server.ranges == [None, None]
    assert place.files() == []
    assert not place.lock.exists()


def test_a_wrong_checksum_of_a_continued_file_is_mended(place, caplog):
    place.server.answers(Answer(bytes(len(BODY)), cut=100_000), Answer(BODY), Answer(BODY))
    place.fetch(sha256=checksum(BODY))
    assert place.server.ranges == [None, "bytes=100000-", None]
    assert place.target.read_bytes() == BODY
    assert "Downloading it again" in caplog.text


def test_a_size_other_than_stated_is_found_before_the_transfer(place):
    place.server.answers(Answer(BODY))
    message = place.fail(size=7)
    assert "the server offers 300,000 bytes, expected 7 as the configuration says" in message
    assert len(place.server.requests) == 1
    assert place.server.sent < len(BODY) or place.files() == []


def test_a_size_that_no_server_announces_is_found_after_it(place):
    place.server.answers(Answer(BODY, chunked=True))
    message = place.fail(size=7)
    assert "what came has 300,000 bytes, expected 7 as the configuration says" in message
    assert place.files() == []


@pytest.mark.parametrize("changed", [CHANGED, BODY + b"more"], ids=["content", "length"])
def test_a_download_that_changed_since_it_was_recorded(place, changed):
    place.server.answers(Answer(BODY))
    place.fetch()
    recorded = place.lock.read_bytes()
    place.server.answers(Answer(changed))
    message = place.fail()
    assert f"as {place.lock} says (if the new file is right, delete the entry x.bin" in message
    assert place.lock.read_bytes() == recorded
    assert place.target.read_bytes() == BODY
    assert place.files() == ["x.bin"]
    place.lock.unlink()
    place.fetch()
    assert place.target.read_bytes() == changed


def test_a_lock_file_that_contradicts_or_is_damaged_stops_before_any_request(place):
    place.server.answers(Answer(BODY))
    place.fetch()
    with pytest.raises(LockError, match=r"entry x\.bin: the sha256 is"):
        place.fetch(sha256="0" * 64)
    place.lock.write_text("{")
    with pytest.raises(LockError, match="is no lock file"):
        place.fetch()
    assert len(place.server.requests) == 1
    assert place.target.read_bytes() == BODY
    assert place.files() == ["x.bin"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"no", status=404),
        Answer(b"no", status=500),
        Answer(PAGE, headers={"Content-Type": "text/html"}),
        Answer(BODY),
        Answer(PACKED[:-500]),
        Answer(PACKED, cut=1000),
        Answer(PACKED, cut=1000, ranges=False),
    ],
)
def test_a_finished_file_outlives_every_failure(packed, answer):
    packed.server.answers(Answer(PACKED))
    packed.fetch()
    packed.lock.unlink()
    before = packed.target.stat()
    packed.server.answers(answer)
    if answer.cut and answer.ranges:
        packed.fail(attempts=1)
    else:
        packed.fail()
    after = packed.target.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert packed.target.read_bytes() == PACKED
    assert not packed.lock.exists()


def refused_url():
    """A URL on a port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/x y.bed.gz".replace(" ", "%20")


def test_without_a_server_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.chdir(tmp_path)
    source = Source("x.bed.gz", refused_url())
    target = Path("results/my downloads/x.bed.gz")
    with pytest.raises(DownloadError) as caught:
        download(source, target, "lock.json", attempts=2, wait=0)
    assert str(caught.value).splitlines() == [
        f"x.bed.gz: no file from {source.url}",
        "  Last: the connection failed (Connection refused) (attempt 2 of 2).",
        f"  Without a network, put the file at {target} yourself, for example with",
        f"    curl -fL -o '{target}' {source.url}",
        "  or give its path in the configuration. A file put there by hand is checked by the",
        "  rule verify_downloads only.",
    ]
    assert list((tmp_path / "results/my downloads").iterdir()) == []


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://no-such-host.invalid/x.bin", r"the connection failed \(.*\)"),
        ("http://127.0.0.1:99999/x.bin", "the request failed"),
        ("ftp://127.0.0.1/x.bin", "the request failed"),
    ],
)
def test_urls_that_lead_nowhere(tmp_path, monkeypatch, url, message):
    monkeypatch.setenv("NO_PROXY", "*")
    with pytest.raises(DownloadError, match=message):
        download(Source("x.bin", url), tmp_path / "x.bin", tmp_path / "l", attempts=1, wait=0)


def test_a_server_that_falls_silent(place):
    released = threading.Event()
    place.server.answers(Answer(BODY, cut=100_000, hold=released), Answer(BODY))
    download(place.source(), place.target, place.lock, attempts=2, wait=0, timeout=0.3)
    released.set()
    assert place.server.ranges == [None, "bytes=100000-"]
    assert place.target.read_bytes() == BODY


def test_a_local_file_is_not_downloaded(tmp_path):
    with pytest.raises(DownloadError, match=r"is the local file data/x\.bed: it has no URL"):
        download(Source("x.bed", path="data/x.bed"), tmp_path / "x.bed", tmp_path / "lock.json")


def test_a_disk_that_takes_no_more(place):
    place.server.answers(Answer(BODY))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        message = place.fail()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "Last: the file could not be written: [Errno 27] File too large" in message
    assert "x.bin" not in place.files()
    place.fetch()
    assert place.server.ranges[-1] == "bytes=100000-"
    assert place.target.read_bytes() == BODY


def test_a_file_placed_by_hand_defines_nothing(place, caplog):
    place.target.parent.mkdir()
    place.target.write_bytes(CHANGED)
    verify(place.source(), place.target, place.lock)
    assert not place.lock.exists()
    assert (
        f"nothing to hold it against. Compare its SHA-256 with the publisher's: {checksum(CHANGED)}"
        in caplog.text
    )


def test_a_file_placed_by_hand_is_held_against_the_lock(place, caplog):
    record(place.lock, place.source(), len(BODY), checksum(BODY))
    place.target.parent.mkdir()
    place.target.write_bytes(BODY)
    verify(place.source(), place.target, place.lock)
    assert "nothing to hold it against" not in caplog.text
    place.target.write_bytes(CHANGED)
    with pytest.raises(DownloadError, match=rf"{place.target} has SHA-256 .*expected") as caught:
        verify(place.source(), place.target, place.lock)
    assert "Remove it or put the right file there" in str(caught.value)
    assert place.target.read_bytes() == CHANGED


def test_a_local_file_is_verified_and_not_recorded(tmp_path):
    path, lock = tmp_path / "x.bed", tmp_path / "lock.json"
    path.write_bytes(BODY)
    verify(Source("x.bed", path=str(path), size=len(BODY), sha256=checksum(BODY)), path, lock)
    assert not lock.exists()
    with pytest.raises(DownloadError, match="has 300,000 bytes, expected 7 as the configuration"):
        verify(Source("x.bed", path=str(path), size=7), path, lock)
    path.unlink()
    with pytest.raises(DownloadError, match=r"is missing\. Correct its path"):
        verify(Source("x.bed", path=str(path)), path, lock)


def test_a_missing_download_says_where_it_belongs(place):
    with pytest.raises(DownloadError, match=f"put the file at {place.target} yourself"):
        verify(place.source(), place.target, place.lock)


@pytest.mark.parametrize("chunked", [False, True])
def test_progress_without_a_terminal_is_lines_in_the_log(place, monkeypatch, caplog, chunked):
    monkeypatch.setattr(room, "SECONDS_BETWEEN_REPORTS", 0)
    place.server.answers(Answer(BODY, chunked=chunked))
    with caplog.at_level(logging.INFO, "motifgrid"):
        place.fetch()
    lines = [text for _name, _level, text in caplog.record_tuples]
    assert lines[0] == f"x.bin: downloading {place.server.url('x.bin')}"
    assert lines[-1] == f"x.bin: 300,000 bytes, SHA-256 {checksum(BODY)}"
    known = r"x\.bin: [0-9.]+k?B of 300kB \([0-9]+ %\), .*B/s, .* left"
    pattern = r"x\.bin: [0-9.]+k?B, .*B/s" if chunked else known
    assert len(lines) > 2
    assert [line for line in lines[1:-1] if not re.fullmatch(pattern, line)] == []


def test_progress_on_a_terminal_is_a_bar(place):
    place.server.answers(Answer(BODY))
    terminal, side = pty.openpty()
    termios.tcsetwinsize(side, (25, 80))
    os.set_blocking(terminal, False)
    assert place.start(side).wait() == 0
    shown = os.read(terminal, 100_000).decode()
    os.close(side)
    os.close(terminal)
    assert re.search(r"x\.bin: +0%\|.*\| 0\.00/300k", shown)


def test_the_notes_of_a_part_say_which_version_it_is(place):
    place.server.answers(DROP)
    place.fail(attempts=1)
    assert json.loads(place.target.with_name(".x.bin.part.json").read_text()) == {
        "url": place.server.url("x.bin"),
        "etag": '"v1"',
        "modified": "",
        "size": len(BODY),
    }
