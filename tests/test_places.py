import pytest

from motifgrid.places import name_readout, pair_files, require_writable


def test_files_of_one_cell_are_one_pair():
    assert pair_files("a.keras", "a.meme") == [("a.keras", "a.meme")]


def test_files_of_several_cells_are_paired_in_order():
    assert pair_files(["a", "b"], ("A", "B"), iter("12")) == [("a", "A", "1"), ("b", "B", "2")]


def test_a_list_of_one_is_of_one_cell():
    assert pair_files(["a"], "A") == [("a", "A")]


def test_files_that_are_not_as_many_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        pair_files(["a", "b"], ["A"])


def test_the_readout_of_a_file_is_told_by_its_place():
    assert name_readout("results/readouts/saliency/toy/cnn-2/0/hits.csv") == "saliency"
    assert name_readout("/a/readouts/results/readouts/roc/toy/cnn-2/0/roc.csv") == "roc"


@pytest.mark.parametrize("path", ["hits.csv", "results/cells/saliency/toy/cnn-2/0/hits.csv"])
def test_a_file_of_no_readout_is_refused(path):
    with pytest.raises(ValueError, match="is of no readout"):
        name_readout(path)


def test_a_folder_that_can_be_written_or_is_not_there_is_fine(tmp_path):
    (tmp_path / "results" / "cells").mkdir(parents=True)
    require_writable(tmp_path / "results")
    require_writable(tmp_path / "nothing")
