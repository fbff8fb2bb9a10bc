"""A checkpoint that cannot be read is logged by its name; training starts from its beginning."""

import io
import logging
import pickle
import zipfile

import numpy as np
import pytest
from inputs.broken_models import Trap

from motifgrid.training.checkpoints import Checkpoint, load_checkpoint, save_checkpoint


def write_good(path):
    save_checkpoint(path, Checkpoint([np.zeros(3)], [np.ones(2)], {"epoch": 1}), "all")


def rewrite(**changes):
    """Return what writes a good checkpoint with members changed, or left out (None)."""

    def write(path):
        write_good(path)
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        members |= {f"{name}.npy": content for name, content in changes.items()}
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                if content is not None:
                    archive.writestr(name, content(path) if callable(content) else content)

    return write


def array(value, **options):
    stream = io.BytesIO()
    np.save(stream, value, **options)
    return stream.getvalue()


def endless():
    """An array that declares eight terabytes and has none of them."""
    stream = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": (2**40,)}
    np.lib.format.write_array_header_1_0(stream, header)
    return stream.getvalue()


def pickled(path):
    return array(np.array(Trap(path.with_name("ran")), dtype=object), allow_pickle=True)


def write_pickle(path):
    path.write_bytes(pickle.dumps(Trap(path.with_name("ran"))))


BROKEN = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_bytes(b"a checkpoint"),
    "a folder": lambda path: path.mkdir(),
    "a pickle": write_pickle,
    "a pickled head": rewrite(head=pickled),
    "pickled weights": rewrite(best_0=pickled),
    "no head": rewrite(head=None),
    "a head that is no JSON": rewrite(head=array(np.array("{"))),
    "a head that is a list": rewrite(head=array(np.array("[1]"))),
    "a head without end": rewrite(head=array(np.array("[" * 9000))),
    "a head without what it is good for": rewrite(head=array(np.array('{"facts": {}}'))),
    "a missing number": rewrite(state_0=None, state_2=array(np.zeros(2))),
    "weights without end": rewrite(best_0=endless()),
    "weights cut": rewrite(best_0=array(np.ones(2))[:-4]),
    "a member that is no array": rewrite(best_0=b"no"),
}


@pytest.mark.parametrize("write", BROKEN.values(), ids=BROKEN)
def test_a_broken_checkpoint_is_logged_and_none(tmp_path, caplog, write):
    path = tmp_path / "checkpoint.npz"
    write(path)
    with caplog.at_level(logging.WARNING):
        assert load_checkpoint(path, "all") is None
    assert "checkpoint.npz: not a readable checkpoint" in caplog.text
    assert not (tmp_path / "ran").exists()


def test_a_whole_one_is_read(tmp_path):
    write_good(tmp_path / "checkpoint.npz")
    found = load_checkpoint(tmp_path / "checkpoint.npz", "all")
    assert found.facts == {"epoch": 1} and found.best[0].tolist() == [1, 1]
