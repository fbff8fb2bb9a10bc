import os
import time

import numpy as np
import pandas as pd
import pytest

from motifgrid.formats.atomic import remove_leftovers, replacing, write_csv, write_text


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_under_its_name_alone(tmp_path):
    with replacing(tmp_path / "a.txt") as temporary:
        temporary.write_text("new")
        assert not (tmp_path / "a.txt").exists()
        assert temporary.parent == tmp_path
    assert names_in(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "new"


def test_a_missing_folder_is_made(tmp_path):
    write_text(tmp_path / "deep" / "er" / "a.txt", "x")
    assert (tmp_path / "deep" / "er" / "a.txt").read_text() == "x"


@pytest.mark.parametrize("name", ["model.keras", "a.tar.gz", "history.csv"])
def test_the_temporary_name_is_hidden_and_keeps_the_suffix(tmp_path, name):
    with replacing(tmp_path / name) as temporary:
        temporary.write_text("x")
        assert temporary.name.startswith(".")
        assert temporary.name != name
        assert temporary.suffix == (tmp_path / name).suffix
    assert names_in(tmp_path) == [name]


@pytest.mark.parametrize("name", ["plain", ".hidden"])
def test_a_name_without_a_suffix_can_be_written(tmp_path, name):
    write_text(tmp_path / name, "x")
    assert names_in(tmp_path) == [name]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "a.txt").write_text("old")

    def write_half():
        with replacing(tmp_path / "a.txt") as temporary:
            temporary.write_text("half")
            raise RuntimeError("out of disk")

    with pytest.raises(RuntimeError, match="out of disk"):
        write_half()
    assert names_in(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_block_that_writes_nothing_is_an_error_and_leaves_the_old_file(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "a.txt"):
        pass
    assert (tmp_path / "a.txt").read_text() == "old"


def test_two_writers_at_once_do_not_meet(tmp_path):
    with replacing(tmp_path / "a.txt") as first, replacing(tmp_path / "a.txt") as second:
        assert first != second
        first.write_text("first")
        second.write_text("second")
    assert names_in(tmp_path) == ["a.txt"]


def test_text_is_utf8_with_unix_line_ends(tmp_path):
    write_text(str(tmp_path / "a.txt"), "µ\n")
    assert (tmp_path / "a.txt").read_bytes() == "µ\n".encode()


def test_a_csv_has_six_digits_no_index_and_unix_line_ends(tmp_path):
    table = pd.DataFrame(
        {"name": ["a", "b"], "value": [1 / 3, np.nan], "count": [1, 2], "hit": [True, False]}
    )
    write_csv(tmp_path / "a.csv", table)
    expected = b"name,value,count,hit\na,0.333333,1,True\nb,,2,False\n"
    assert (tmp_path / "a.csv").read_bytes() == expected


def test_old_leftovers_are_removed_and_nothing_else(tmp_path):
    names = [
        ".a.0123abcd.csv",
        ".b.c.0123abcd",
        ".a.part",
        ".lock",
        "a.0123abcd.csv",
        ".d.0123abcg",
    ]
    (tmp_path / "deep").mkdir()
    for path in [*(tmp_path / name for name in names), tmp_path / "deep" / ".e.0123abcd.h5"]:
        path.touch()
        os.utime(path, (time.time() - 3600,) * 2)
    (tmp_path / ".new.0123abcd.csv").touch()
    remove_leftovers(tmp_path)
    assert names_in(tmp_path) == sorted([*names[2:], ".new.0123abcd.csv", "deep"])
    assert names_in(tmp_path / "deep") == []
