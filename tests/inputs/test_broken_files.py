"""Every broken file ends in an error of ours that names the file and the place in it."""

import pickle
import re
from collections import Counter
from pathlib import Path

import keras
import pytest
from inputs import broken_arrays, broken_models, broken_tables, broken_text

ALL = [*broken_text.ALL, *broken_arrays.ALL, *broken_tables.ALL, *broken_models.KERAS]


@pytest.mark.parametrize("broken", ALL, ids=lambda each: f"{each.kind}: {each.name}")
def test_a_broken_file_is_refused_with_its_place(tmp_path, broken):
    path = broken.write(tmp_path)
    with pytest.raises(broken.error) as caught:
        broken.read(path)
    message = str(caught.value)
    assert type(caught.value) is broken.error
    assert path.name in message and broken.says in message
    assert len(message) < 1500, "a message does not repeat a file"
    assert not (tmp_path / "ran").exists(), "code in a file was run"


@pytest.mark.parametrize("broken", broken_tables.NO_YAML, ids=lambda each: each.name)
def test_what_is_no_yaml_is_refused_by_snakemake_before_us(tmp_path, broken):
    with pytest.raises(broken.error, match=broken.says):
        broken.read(broken.write(tmp_path))


def test_the_files_are_many_and_all_different(tmp_path):
    assert len({(each.kind, each.name) for each in ALL}) == len(ALL) >= 200
    # the same bytes may be no index and no motifs
    written = [(each.read, each.file, each.content) for each in ALL if type(each.content) is bytes]
    assert len(set(written)) == len(written)


def test_the_bait_would_run_if_code_were_allowed(tmp_path):
    broken_models.instead_of_flatten(broken_models.code_layer)(tmp_path / "model.keras")
    keras.saving.load_model(tmp_path / "model.keras", compile=False, safe_mode=False)
    assert (tmp_path / "ran").exists()
    (tmp_path / "ran").unlink()
    broken_models.write_pickle(tmp_path / "model.pkl")
    pickle.loads((tmp_path / "model.pkl").read_bytes())
    assert (tmp_path / "ran").exists()


def test_the_table_of_the_page_has_the_numbers_of_files(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text()
    rows = re.findall(r"^\| ([^|]+?) +\| +(\d+) \|", page, re.MULTILINE)
    counts = Counter(each.kind for each in ALL)
    assert {name: int(count) for name, count in rows} == {**counts, "all": len(ALL)}
