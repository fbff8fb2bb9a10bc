import json
import multiprocessing
import os
import threading

import pytest

from motifgrid.resources.lock import (
    Locked,
    LockError,
    find_wrong_size,
    get_locked,
    hold,
    read_lock,
    record,
)
from motifgrid.resources.sources import Source

URL = "https://host.org/x.bed"
SHA, OTHER = "a" * 64, "b" * 64
SOURCE = Source("x.bed", URL)


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def lock(tmp_path):
    return tmp_path / "deep" / "lock.json"


def test_what_is_recorded_is_read(lock):
    record(lock, SOURCE, 7, SHA)
    record(str(lock), Source("a.bed", "https://host.org/a.bed"), 8, OTHER)
    expected = {"a.bed": Locked("https://host.org/a.bed", 8, OTHER), "x.bed": Locked(URL, 7, SHA)}
    assert read_lock(lock) == expected
    assert get_locked(lock, SOURCE) == Locked(URL, 7, SHA)
    assert get_locked(lock, Source("y.bed", URL)) is None
    assert names_in(lock.parent) == ["lock.json"]


def test_the_file_is_readable_json_with_sorted_keys(lock):
    record(lock, SOURCE, 7, SHA)
    record(lock, Source("a.bed", URL), 7, SHA)
    entry = f'{{\n    "sha256": "{SHA}",\n    "size": 7,\n    "url": "{URL}"\n  }}'
    assert lock.read_text() == f'{{\n  "a.bed": {entry},\n  "x.bed": {entry}\n}}\n'


def test_no_file_has_no_entries(lock):
    assert read_lock(lock) == {}
    assert get_locked(lock, SOURCE) is None
    assert not lock.parent.exists()


def test_recording_again_does_not_touch_the_file(lock):
    record(lock, SOURCE, 7, SHA)
    before = lock.stat()
    record(lock, SOURCE, 7, SHA)
    assert (lock.stat().st_ino, lock.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    ("source", "size", "sha256"),
    [(SOURCE, 8, SHA), (SOURCE, 7, OTHER), (Source("x.bed", "https://other.org/x.bed"), 7, SHA)],
)
def test_another_entry_is_not_overwritten(lock, source, size, sha256):
    record(lock, SOURCE, 7, SHA)
    before = lock.read_bytes()
    with pytest.raises(LockError, match=r"entry x\.bed: it says 7 bytes .* delete this entry of"):
        record(lock, source, size, sha256)
    assert lock.read_bytes() == before
    assert names_in(lock.parent) == ["lock.json"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (Source("x.bed", "https://other.org/x.bed"), "url is https://host.*says https://other"),
        (Source("x.bed", URL, size=8), "size is 7, but the configuration says 8"),
        (
            Source("x.bed", URL, sha256=OTHER),
            f"sha256 is {SHA}, but the configuration says {OTHER}",
        ),
    ],
)
def test_a_configuration_that_says_otherwise(lock, source, message):
    record(lock, SOURCE, 7, SHA)
    with pytest.raises(LockError, match=message) as caught:
        get_locked(lock, source)
    assert f"delete this entry of {lock}" in str(caught.value)
    assert "x.bed" in str(caught.value)


def test_a_configuration_that_says_the_same(lock):
    record(lock, SOURCE, 7, SHA)
    assert get_locked(lock, Source("x.bed", URL, "", 7, SHA)) == Locked(URL, 7, SHA)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Expecting value"),
        (b'{"x.bed": {', "line 1"),
        (b"\xff\xfe", "decode"),
        (b"[]", "it holds a list"),
        (b'{"x.bed": 7}', "entry x.bed has not exactly url, size and sha256"),
        (b'{"x.bed": {"url": "u", "size": 7}}', "entry x.bed has not exactly"),
        (json.dumps({"x.bed": {"url": 7, "size": 7, "sha256": SHA}}).encode(), "url is 7"),
        (json.dumps({"x.bed": {"url": "u", "size": True, "sha256": SHA}}).encode(), "size is True"),
        (json.dumps({"x.bed": {"url": "u", "size": 7, "sha256": "A"}}).encode(), "sha256 is 'A'"),
    ],
)
def test_a_damaged_file_is_named_and_kept(tmp_path, content, message):
    lock = tmp_path / "lock.json"
    lock.write_bytes(content)
    for ask in (lambda: read_lock(lock), lambda: record(lock, SOURCE, 7, SHA)):
        with pytest.raises(LockError, match=message) as caught:
            ask()
        assert str(caught.value).startswith(f"{lock} is no lock file")
        assert "Restore it; or delete it" in str(caught.value)
    assert lock.read_bytes() == content
    assert names_in(tmp_path) == ["lock.json"]


def record_some(lock, first):
    for number in range(first, first + 10):
        record(lock, Source(f"{number}.bed", f"https://host.org/{number}"), number, SHA)


def test_processes_that_record_at_once_keep_all_entries(lock):
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=record_some, args=(lock, 10 * n)) for n in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 6
    assert {name: entry.size for name, entry in read_lock(lock).items()} == {
        f"{number}.bed": number for number in range(60)
    }
    assert names_in(lock.parent) == ["lock.json"]


def test_a_file_that_was_removed_while_held_is_opened_anew(tmp_path):
    path = tmp_path / "held"
    opened = []

    def wait_for_it():
        with hold(path) as file:
            opened.append(os.fstat(file.fileno()).st_ino == path.stat().st_ino)

    with hold(path) as file:
        thread = threading.Thread(target=wait_for_it)
        thread.start()
        thread.join(0.2)
        assert thread.is_alive(), "the other did not wait"
        file.write(b"mine")
        path.replace(tmp_path / "finished")
    thread.join()
    assert opened == [True]
    assert (tmp_path / "finished").read_bytes() == b"mine"
    assert path.read_bytes() == b""


def test_a_file_of_another_size_than_locked_or_stated_is_described(lock, tmp_path):
    file = tmp_path / "x.bed"
    assert find_wrong_size(SOURCE, file, lock) == ""
    file.write_bytes(b"1234567")
    assert find_wrong_size(SOURCE, file, lock) == ""
    stated = Source("x.bed", URL, size=8)
    assert find_wrong_size(stated, file, lock).startswith(f"{file} has 7 bytes. Expected 8, as")
    record(lock, SOURCE, 7, SHA)
    assert find_wrong_size(SOURCE, file, lock) == ""
    file.write_bytes(b"12345")
    assert "has 5 bytes. Expected 7" in find_wrong_size(SOURCE, file, lock)
