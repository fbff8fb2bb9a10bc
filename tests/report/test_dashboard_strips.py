"""Strips of a dashboard, against maps written out and the strips that hits are found by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from motifgrid.formats.attributions import Identity, write_attributions
from motifgrid.readouts.attribution import position_strip
from motifgrid.report.dashboard_strips import (
    PARTS,
    finds_hits,
    name_strip,
    read_strips,
    round_values,
)

NUMBERS = np.array([2, 5, 7, 11])


def write_maps(path, method="saliency", strip="absolute", shape=(6, 4), class_name="SRF"):
    maps = np.random.default_rng(0).normal(size=(len(NUMBERS), *shape)).astype(np.float32)
    write_attributions(path, [(Identity(method, class_name, {"strip": strip}), [(NUMBERS, maps)])])
    return maps


@pytest.mark.parametrize("kind", ["sum", "loss"])
def test_values_with_a_sign_are_the_strip_that_hits_are_found_by(tmp_path, kind):
    maps = write_maps(tmp_path / "a.h5", strip=kind)
    (strip,) = read_strips(tmp_path / "a.h5", "saliency", "cnn-2", "SRF", NUMBERS)
    np.testing.assert_allclose(strip.values, position_strip(maps, kind), rtol=1e-6)
    assert not strip.probability


def test_an_absolute_strip_is_shown_with_its_sign(tmp_path):
    maps = write_maps(tmp_path / "a.h5", strip="absolute")
    (strip,) = read_strips(tmp_path / "a.h5", "saliency", "cnn-2", "SRF", NUMBERS)
    assert (strip.values < 0).any()
    np.testing.assert_allclose(np.abs(strip.values), position_strip(maps, "absolute"), rtol=1e-6)


def test_what_has_one_value_per_nucleotide_is_a_probability_as_it_stands(tmp_path):
    maps = write_maps(tmp_path / "a.h5", method="temporal_output_forward", shape=(6,))
    (strip,) = read_strips(tmp_path / "a.h5", "temporal-output", "rnn", "SRF", NUMBERS)
    assert strip.probability
    assert strip.name == "temporal output, forward"
    np.testing.assert_array_equal(strip.values, maps)


def test_only_sequences_that_are_asked_for_and_were_read_are_there(tmp_path):
    maps = write_maps(tmp_path / "a.h5", strip="sum")
    (strip,) = read_strips(tmp_path / "a.h5", "saliency", "cnn-2", "SRF", [5, 6, 11])
    assert strip.numbers.tolist() == [5, 11]
    np.testing.assert_allclose(strip.values, maps[[1, 3]].sum(axis=-1), rtol=1e-6)


def test_other_classes_have_no_strip_here(tmp_path):
    write_maps(tmp_path / "a.h5", class_name="MAX")
    assert read_strips(tmp_path / "a.h5", "saliency", "cnn-2", "SRF", NUMBERS) == []


def test_a_readout_without_maps_has_no_strips(tmp_path):
    write_attributions(tmp_path / "a.h5", [])
    assert read_strips(tmp_path / "a.h5", "activation-window", "cnn-2", "SRF", NUMBERS) == []


@pytest.mark.parametrize(
    ("method", "settings", "found_by"),
    [
        ("temporal_output_forward", {"direction": "forward"}, True),
        ("temporal_output_backward", {"direction": "forward"}, False),
        ("temporal_output_forward", {"direction": "backward"}, False),
        ("temporal_output_backward", {"direction": "backward"}, True),
        # a readout that was told nothing reads forward
        ("temporal_output_forward", {}, True),
        ("temporal_output_backward", {}, False),
        ("in_silico_mutagenesis", {"strip": "loss"}, True),
    ],
)
def test_hits_are_found_by_the_direction_that_was_read_alone(method, settings, found_by):
    assert finds_hits(Identity(method, "SRF", settings)) is found_by


@pytest.mark.parametrize(
    ("method", "readout", "name"),
    [
        ("saliency", "saliency", "saliency"),
        ("integrated_gradients", "integrated-gradients", "integrated gradients"),
        ("in_silico_mutagenesis", "mutagenesis", "in silico mutagenesis"),
        ("saliency", "corrected", "saliency (corrected)"),
        ("temporal_output_backward", "temporal", "temporal output, backward"),
    ],
)
def test_the_readout_is_named_where_the_method_does_not_tell_it(method, readout, name):
    assert name_strip(method, readout) == name


@given(
    arrays(
        np.float32,
        (3, 8),
        elements=st.floats(-1e6, 1e6, width=32).filter(
            lambda value: value == 0 or abs(value) > 1e-9
        ),
    )
)
def test_rounding_is_off_by_half_a_part_of_the_largest_at_most(values):
    largest, parts = round_values(values)
    restored = np.array(parts) / PARTS * np.array(largest)[:, None]
    # the largest itself has six digits
    allowed = np.array(largest) * (0.5 / PARTS + 1e-5)
    assert (np.abs(restored - values) <= allowed[:, None]).all()
    assert np.abs(parts).max() <= PARTS


def test_zeros_stay_zeros():
    assert round_values(np.zeros((1, 3), np.float32)) == ([1.0], [[0, 0, 0]])
