import os

import pytest

from motifgrid.formats import checksums
from motifgrid.formats.checksums import hash_file, hash_once, hash_text

# FIPS 180-2, appendix B.1
OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.fixture
def large(tmp_path, monkeypatch):
    """A file that counts as large."""
    monkeypatch.setattr(checksums, "LARGE", 3)
    path = tmp_path / "genome.fa"
    path.write_bytes(b"abc")
    return path


def test_the_hash_of_a_file_is_of_its_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert hash_file(tmp_path / "a") == hash_text("abc") == OF_ABC
    (tmp_path / "b").write_bytes(b"abd")
    assert hash_file(tmp_path / "a") != hash_file(tmp_path / "b")


def test_a_large_file_is_read_once(large, tmp_path, monkeypatch):
    assert hash_once(large, tmp_path / "kept") == OF_ABC
    monkeypatch.setattr(checksums, "hash_file", lambda path: pytest.fail("read again"))
    assert hash_once(large, tmp_path / "kept") == OF_ABC


def test_of_a_small_file_nothing_is_kept(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert hash_once(tmp_path / "a", tmp_path / "kept") == OF_ABC
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize("content", [b"abcd", b"abd"])
def test_a_large_file_that_changed_is_read_again(large, tmp_path, content):
    hash_once(large, tmp_path / "kept")
    large.write_bytes(content)
    os.utime(large, (1, 1))
    assert hash_once(large, tmp_path / "kept") == hash_file(large) != OF_ABC


@pytest.mark.parametrize("damage", ["", "[]", "{}", '{"sha256": 1}', "no JSON"])
def test_what_is_kept_and_damaged_is_computed_again(large, tmp_path, damage):
    hash_once(large, tmp_path / "kept")
    (kept,) = (tmp_path / "kept").iterdir()
    kept.write_text(damage)
    assert hash_once(large, tmp_path / "kept") == OF_ABC
    assert OF_ABC in kept.read_text()


def test_two_files_of_one_size_and_time_are_two(large, tmp_path):
    other = large.with_name("other.fa")
    other.write_bytes(b"abd")
    for path in (large, other):
        os.utime(path, (1, 1))
    assert hash_once(large, tmp_path / "kept") != hash_once(other, tmp_path / "kept")


def test_where_nothing_can_be_kept_the_checksum_is_still_right(large, tmp_path):
    (tmp_path / "kept").write_text("a file where a folder should be")
    assert hash_once(large, tmp_path / "kept") == OF_ABC
