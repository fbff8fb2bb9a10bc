"""Importances as arrays, and what is known of the filters that neurons are."""

import numpy as np
import pandas as pd
import pytest
from class_toys import neurons_of, wide_of

from motifgrid.formats.meme import Motif
from motifgrid.report.importance_table import describe_neurons, spread_importances

CERTAIN, FLAT = np.eye(4), np.full((3, 4), 0.25)  # 8 bits, and none


def test_importances_are_spread_in_the_order_of_the_table():
    wide = wide_of(b=[1.0, -2.0, 3.0], a=[0.5, 0.0, -0.5])
    pd.testing.assert_frame_equal(spread_importances(neurons_of(wide)), wide)


def match(layer, name, dead=False, target="", evalue=np.nan, **others):
    row = {"layer": layer, "filter": name, "dead": dead, "any": target != "", "target": target}
    return {**row, "target_name": target and "SRF", "evalue": evalue, **others}


def test_neurons_are_known_by_their_filters():
    matches = pd.DataFrame(
        [
            match(1, "filter_00", target="MA0083.3", evalue=1e-4),
            match(1, "filter_01"),
            match(1, "filter_02", dead=True),
            match(2, "layer2_filter_00", target="MA0001.1", evalue=0.1),
        ]
    )
    motifs = [Motif("filter_00", CERTAIN, 20), Motif("filter_01", FLAT, 20)]
    facts = describe_neurons([0, 1, 2, 3], 1, matches, motifs)
    assert facts["motif"].tolist() == ["SRF", "", "", ""]
    assert facts["known"].tolist()[:2] == [True, False]
    assert facts["known"].isna().tolist() == [False, False, True, True]
    assert facts["bits"].tolist()[:2] == pytest.approx([8, 0])
    assert facts["bits"].isna().tolist() == [False, False, True, True]
    assert facts["evalue"].tolist()[0] == 1e-4
    second = describe_neurons([0], 2, matches, motifs)
    assert second[["motif", "evalue"]].to_numpy().tolist() == [["SRF", 0.1]]


def test_without_a_readout_of_filters_nothing_is_known():
    facts = describe_neurons([0, 1], 1, pd.DataFrame(), [])
    assert facts[["evalue", "known", "bits"]].isna().all(axis=None)
