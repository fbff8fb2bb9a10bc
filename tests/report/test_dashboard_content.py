"""What a dashboard gathers, against the files that it is gathered from."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from dashboard_toys import CLASSES, NETWORKS, gather_toy, write_toy

from motifgrid.formats.attributions import iterate_attributions
from motifgrid.formats.dataset import read_split
from motifgrid.formats.meme import read_meme
from motifgrid.report.dashboard_content import HIT_COLUMNS, gather_content


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return write_toy(tmp_path_factory.mktemp("toy"), sequences=8)


@pytest.fixture(scope="module")
def content(toy):
    return gather_content(**toy, most=5)


def test_a_class_has_its_first_sequences_that_were_read(toy, content):
    test = read_split(toy["dataset"], "test")
    for index, shown in enumerate(content.classes):
        expected = np.flatnonzero(test.y[:, index] == 1)[:5]
        assert [each.number for each in shown.sequences] == expected.tolist()


def test_fewer_sequences_than_asked_for_are_all_shown(tmp_path):
    content = gather_toy(tmp_path, sequences=3, most=50)
    assert [len(shown.sequences) for shown in content.classes] == [3, 3]


def test_hits_are_the_rows_of_the_tables_digit_by_digit(toy, content):
    for files in toy["readings"]:
        table = pd.read_csv(files.hits, dtype=str, keep_default_na=False)
        table = table[table["shuffled"] == "False"].set_index(["class", "sequence"])
        for shown in content.classes:
            for sequence in shown.sequences:
                expected = table.loc[(shown.name, str(sequence.number))]
                hits = sequence.hits
                own = hits[
                    (hits["readout"] == files.readout)
                    & (hits["architecture"] == files.architecture)
                ]
                assert len(own) == 1
                for column in set(HIT_COLUMNS) & set(table.columns):
                    assert own.iloc[0][column] == expected[column], column


def test_hits_in_shuffled_sequences_are_left_out(content):
    for shown in content.classes:
        for sequence in shown.sequences:
            assert "0.123456" not in set(sequence.hits["probability"])


def test_matched_motifs_have_the_names_of_the_database(toy, content):
    names = {motif.identifier: motif.name for motif in read_meme(toy["database"])}
    hits = pd.concat(each.hits for shown in content.classes for each in shown.sequences)
    assert (hits["target_name"] == hits["target"].map(names).fillna("")).all()
    assert (hits["target_name"] != "").any()


def test_true_sites_are_those_of_the_dataset_and_know_whose_they_are(toy, content):
    truth = read_split(toy["dataset"], "test").truth
    for shown in content.classes:
        for sequence in shown.sequences:
            sites = truth[truth["sequence"] == sequence.number]
            assert [(each.start, each.end) for each in sequence.implants] == [
                (int(site["start"]), int(site["end"])) for site in sites
            ]
            assert [each.own for each in sequence.implants] == [
                each.name == shown.name for each in sequence.implants
            ]
            for each in sequence.implants:
                assert each.identifier == CLASSES[each.name][0]


def test_sequences_from_a_genome_have_a_place_and_no_true_sites(tmp_path):
    content = gather_toy(tmp_path, sequences=3, known_sites=False)
    sequence = content.classes[0].sequences[1]
    assert sequence.place == "chr8:202-303"
    assert sequence.implants is None
    assert set(sequence.hits["at_site"]) == {""}


def test_strips_are_what_the_attribution_files_say(toy, content):
    files = next(each for each in toy["readings"] if each.readout == "integrated-gradients")
    ((numbers, maps),) = iterate_attributions(files.maps, "integrated_gradients", "MAX", 100)
    shown = next(each for each in content.classes if each.name == "MAX")
    strip = next(
        each
        for each in shown.strips
        if (each.readout, each.architecture) == (files.readout, files.architecture)
    )
    assert strip.numbers.tolist() == numbers[:5].tolist()
    np.testing.assert_allclose(strip.values, maps[:5].sum(axis=-1), rtol=1e-6)


def test_strips_of_a_readout_stand_together_forward_before_backward(content):
    strips = content.classes[0].strips
    assert [each.readout for each in strips] == sorted(each.readout for each in strips)
    temporal = [(each.name, each.found_by) for each in strips if each.probability]
    assert temporal == [
        ("temporal output, forward (temporal-backward)", False),
        ("temporal output, backward (temporal-backward)", True),
        ("temporal output, forward", True),
        ("temporal output, backward", False),
    ]


def test_known_motifs_are_the_relevant_ones_that_the_database_has(content):
    shown = content.classes[0]
    assert [motif.identifier for motif in shown.known] == ["MA0083.3"]
    assert shown.absent == ["MA0083.3.old"]


def test_each_network_has_its_best_input(toy, content):
    for shown in content.classes:
        assert [each.architecture for each in shown.optima] == list(NETWORKS)
        for files, optimum in zip(toy["optima"], shown.optima, strict=True):
            starts = pd.read_csv(files.starts)
            odds = starts[starts["class"] == shown.name]["log_odds"]
            assert float(optimum.log_odds) == odds.max()
            assert optimum.starts == len(odds)
            motifs = {motif.identifier: motif.pwm for motif in read_meme(files.motifs)}
            np.testing.assert_array_equal(optimum.pwm, motifs[shown.name])


@pytest.mark.parametrize("converged", [True, False])
def test_of_a_best_input_it_is_known_whether_that_start_converged(toy, tmp_path, converged):
    files = toy["optima"][0]
    starts = pd.read_csv(files.starts)
    best = starts.groupby("class")["log_odds"].idxmax()
    starts["converged"] = starts.index.isin(best) == converged
    starts.to_csv(tmp_path / "optima.csv", index=False)
    shown = gather_content(
        **{**toy, "optima": [replace(files, starts=tmp_path / "optima.csv")]}, most=1
    )
    assert [each.optima[0].converged for each in shown.classes] == [converged] * len(best)


def test_a_study_without_best_inputs_has_none(toy):
    assert gather_content(**{**toy, "optima": []}, most=1).classes[0].optima == []


def test_nothing_to_show_is_an_error_that_names_the_dataset(toy):
    with pytest.raises(ValueError, match="toy: no sequence was read"):
        gather_content(**toy, most=0)
