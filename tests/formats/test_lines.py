import gzip

import pytest

from motifgrid.formats.lines import read_lines


class ToyError(ValueError):
    pass


def write(folder, content, name="a.txt"):
    path = folder / name
    path.write_bytes(content)
    return path


def refuse(folder, content, message, name="a.txt.gz"):
    with pytest.raises(ToyError, match=message):
        read_lines(write(folder, content, name), ToyError)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"a\nb\n", [b"a", b"b"]),
        (b"a\nb", [b"a", b"b"]),
        (b"a\n\nb\r\n", [b"a", b"", b"b\r"]),
        (b"a\n\n", [b"a", b""]),
        (b"", [b""]),
    ],
)
def test_lines_have_no_line_feeds_and_none_is_behind_the_last(tmp_path, content, lines):
    assert read_lines(write(tmp_path, content), ToyError) == lines
    packed = write(tmp_path, gzip.compress(content), "a.txt.gz")
    assert read_lines(packed, ToyError) == lines


def test_gzip_is_told_by_its_bytes_and_not_by_its_name(tmp_path):
    assert read_lines(write(tmp_path, gzip.compress(b"a\nb\n")), ToyError) == [b"a", b"b"]


def test_gzip_of_several_members_is_read_whole(tmp_path):
    packed = gzip.compress(b"a\n") + gzip.compress(b"b\n")
    assert read_lines(write(tmp_path, packed, "a.txt.gz"), ToyError) == [b"a", b"b"]


def test_an_empty_file_may_be_named_as_gzip(tmp_path):
    assert read_lines(write(tmp_path, b"", "a.txt.gz"), ToyError) == [b""]


def test_a_gz_that_is_not_gzip(tmp_path):
    message = r"a\.txt\.gz: not gzip, though named \.gz; it begins with b'<html>.*download"
    refuse(tmp_path, b"<html>404</html>", message)


@pytest.mark.parametrize("end", [-1, -9, 12])
def test_a_truncated_gzip(tmp_path, end):
    packed = gzip.compress(b"chr1\t5\t9\n" * 50)
    refuse(tmp_path, packed[:end], r"a\.txt\.gz: damaged gzip .*Expected a whole file")


def test_a_gzip_with_a_flipped_bit(tmp_path):
    packed = bytearray(gzip.compress(bytes(range(32, 127)) * 3))
    packed[40] ^= 1
    refuse(tmp_path, bytes(packed), "damaged gzip")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_byte_order_mark(tmp_path, encoding, pack):
    content = "\ufeffa\n" if encoding == "utf-16-be" else "a\n"
    message = r"a\.txt, line 1: begins with a byte order mark.*without BOM"
    refuse(tmp_path, pack(content.encode(encoding)), message, "a.txt")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ToyError, match=r"none\.txt: cannot be read \(No such file"):
        read_lines(tmp_path / "none.txt", ToyError)


def test_a_folder_in_place_of_a_file(tmp_path):
    with pytest.raises(ToyError, match=r"cannot be read \(Is a directory\)"):
        read_lines(tmp_path, ToyError)
