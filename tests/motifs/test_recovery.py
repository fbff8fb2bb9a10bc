import time

import numpy as np
import pytest

from motifgrid import dna
from motifgrid.datasets.implanted import ImplantedSettings, simulate_implanted
from motifgrid.formats.dataset import TRUTH_DTYPE, PoolMotif, Split
from motifgrid.formats.meme import Motif
from motifgrid.motifs.kernel_pwm import FLOOR
from motifgrid.motifs.recovery import COLUMNS, score_sites


def random_pwm(rng, width, concentration=0.2):
    return rng.dirichlet(np.full(4, concentration), size=width)


def pool_of(*pwms):
    return [PoolMotif(f"factor {i}", f"MA{i}", pwm, (f"MA{i}",)) for i, pwm in enumerate(pwms)]


def motifs_of(*pwms):
    return [Motif(f"filter_{number}", pwm, 20.0) for number, pwm in enumerate(pwms)]


def split_of(x, truth):
    return Split(x, np.zeros((len(x), 1), np.uint8), np.array(truth, TRUTH_DTYPE))


def toy(seed=0, sequences=600):
    """A pool of two motifs, and sequences of which half hold one of them, on either strand."""
    rng = np.random.default_rng(seed)
    pool = pool_of(random_pwm(rng, 7), random_pwm(rng, 10))
    settings = ImplantedSettings(sequences, 80, 0.5, (0, 71), "both", (0.05, 0.05, 0.9), seed)
    return rng, pool, simulate_implanted(pool, "bound", settings).splits["test"]


def floored(pwm):
    raised = np.maximum(pwm, FLOOR)
    return raised / raised.sum(axis=1, keepdims=True)


def brute_row(motifs, pool_motif, test, overlap=5):
    """The row of one motif: site by site, base by base, in the sequence's own coordinates."""
    records = [r for r in test.truth if r["motif"].decode() == pool_motif.identifier]
    site = len(pool_motif.pwm)

    def base_at(record, position):
        """Base at a position counted from the site's first base, in the motif's direction."""
        forward = record["strand"] == b"+"
        place = int(record["start"]) + position if forward else int(record["end"]) - 1 - position
        base = test.x[record["sequence"], place] if 0 <= place < test.x.shape[1] else 4
        return base if forward or base == 4 else 3 - base

    def mean_bits(matrix, offset):
        total = 0.0
        for record in records:
            for number, row in enumerate(matrix):
                base = base_at(record, offset + number)
                total += np.log2(row[base] / 0.25) if base < 4 else 0.0
        return total / len(records)

    best = (-np.inf,)
    for motif in motifs:
        width, pwm = len(motif.pwm), floored(motif.pwm)
        for offset in range(-width, site + 1):
            covered = len(set(range(offset, offset + width)) & set(range(site)))
            if covered < min(overlap, width, site):
                continue
            for strand, matrix in (("+", pwm), ("-", pwm[::-1, ::-1])):
                bits = mean_bits(matrix, offset)
                if bits > best[0]:
                    best = (bits, motif.identifier, offset, strand)
    truth = mean_bits(floored(pool_motif.pwm), 0)
    return {
        "motif": pool_motif.class_name,
        "sites": len(records),
        "filter": best[1],
        "bits": best[0],
        "offset": best[2],
        "strand": best[3],
        "truth_bits": truth,
        "share": best[0] / truth,
    }


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_column_agrees_with_brute_force(seed):
    rng, pool, test = toy(seed, sequences=60)
    part = dna.reverse_complement_matrix(pool[1].pwm)[2:]
    blurred = 0.5 * pool[0].pwm + 0.125
    motifs = motifs_of(random_pwm(rng, 3), part, random_pwm(rng, 19, 1.0), blurred)
    table = score_sites(motifs, pool, test)
    assert tuple(table) == COLUMNS
    for row, motif in zip(table.to_dict("records"), pool, strict=True):
        expected = brute_row(motifs, motif, test)
        assert row == {
            key: pytest.approx(value) if isinstance(value, float) else value
            for key, value in expected.items()
        }


def test_the_true_motifs_have_a_share_of_one_at_their_true_places():
    _, pool, test = toy()
    table = score_sites(motifs_of(*(motif.pwm for motif in pool)), pool, test)
    assert table["share"].to_numpy() == pytest.approx([1, 1])
    assert table["filter"].tolist() == ["filter_0", "filter_1"]
    assert table["offset"].tolist() == [0, 0] and table["strand"].tolist() == ["+", "+"]
    assert table["sites"].sum() == len(test.truth)


def test_the_bits_of_the_truth_are_close_to_its_information():
    _, pool, test = toy(sequences=6000)
    information = [2 * len(m.pwm) + (m.pwm * np.log2(m.pwm + 1e-99)).sum() for m in pool]
    table = score_sites([], pool, test, most_sites=3000)
    assert table["truth_bits"].to_numpy() == pytest.approx(information, rel=0.05)


def test_a_reversed_filter_is_the_same_filter_on_the_other_strand():
    _, pool, test = toy()
    pwm = pool[1].pwm
    forward = score_sites(motifs_of(pwm), pool, test).loc[1]
    reverse = score_sites(motifs_of(dna.reverse_complement_matrix(pwm)), pool, test).loc[1]
    assert reverse["bits"] == pytest.approx(forward["bits"])
    assert (forward["strand"], reverse["strand"]) == ("+", "-")


def test_a_blurred_filter_and_one_that_is_too_sure_describe_sites_worse():
    _, pool, test = toy()
    blurred = [0.5 * motif.pwm + 0.125 for motif in pool]
    sure = [np.eye(4)[motif.pwm.argmax(axis=1)] for motif in pool]
    for pwms in (blurred, sure):
        table = score_sites(motifs_of(*pwms), pool, test)
        assert (table["share"] < 0.95).all()


def test_a_filter_more_never_takes_bits_away():
    rng, pool, test = toy()
    motifs = motifs_of(*(random_pwm(rng, width, 1.0) for width in (8, 12, 19)))
    fewer, more = score_sites(motifs[:2], pool, test), score_sites(motifs, pool, test)
    assert (more["bits"] >= fewer["bits"]).all()


def test_of_equal_filters_the_first_is_named():
    _, pool, test = toy()
    table = score_sites(motifs_of(pool[0].pwm, pool[0].pwm), pool[:1], test)
    assert table["filter"].tolist() == ["filter_0"]


def test_without_a_living_filter_only_the_truth_has_bits():
    _, pool, test = toy()
    table = score_sites([], pool, test)
    assert table[["bits", "offset", "share"]].isna().all(axis=None)
    assert table["filter"].tolist() == table["strand"].tolist() == ["", ""]
    assert (table["truth_bits"] > 0).all() and (table["sites"] > 0).all()


def test_a_motif_without_a_site_has_a_row_without_numbers():
    rng, pool, test = toy()
    absent = PoolMotif("absent", "MA9", random_pwm(rng, 6), ("MA9",))
    table = score_sites(motifs_of(pool[0].pwm), [absent, *pool], test)
    assert table["motif"].tolist() == ["absent", "factor 0", "factor 1"]
    row = table.iloc[0]
    assert (row["sites"], row["filter"], row["strand"]) == (0, "", "")
    assert row[["bits", "offset", "truth_bits", "share"]].isna().all()


def test_a_site_at_the_end_of_a_sequence_is_scored_by_the_bases_that_there_are():
    x = dna.encode("ACGTACGTAA")[None]
    pwm = np.eye(4)[dna.encode("TAA")]
    wider = np.pad(pwm, ((0, 4), (0, 0)), constant_values=0.25)
    test = split_of(x, [(0, b"MA0", 7, 10, b"+")])
    table = score_sites(motifs_of(wider), pool_of(pwm), test)
    sure = 3 * np.log2(4 / (1 + 3 * FLOOR))
    assert table["bits"].tolist() == pytest.approx([sure])
    assert table["truth_bits"].tolist() == pytest.approx([sure])


def test_more_sites_than_are_scored_are_drawn_alike_for_every_network():
    rng, pool, test = toy()
    motifs = motifs_of(*(random_pwm(rng, 9, 1.0) for _ in range(3)))
    table = score_sites(motifs, pool, test, most_sites=20)
    assert table["sites"].tolist() == [20, 20]
    # the truth's bits tell which sites were drawn
    other = score_sites(motifs[:1], pool, test, most_sites=20)
    assert (other["truth_bits"] == table["truth_bits"]).all()
    redrawn = score_sites([], pool, test, most_sites=20, seed=1)
    assert (redrawn["truth_bits"] != table["truth_bits"]).all()
    everything = score_sites(motifs, pool, test)
    assert (everything["sites"] > 20).all()


def test_a_split_without_truth_is_refused():
    split = Split(np.zeros((1, 20), np.uint8), np.zeros((1, 1), np.uint8))
    with pytest.raises(ValueError, match="kind simulated, implanted or grammar"):
        score_sites([], [], split)


def test_a_pool_of_none_gives_an_empty_table():
    _, _, test = toy()
    assert tuple(score_sites([], [], test)) == COLUMNS


def test_thirty_filters_on_the_sites_of_twelve_motifs_take_about_a_second():
    rng = np.random.default_rng(0)
    pool = pool_of(*(random_pwm(rng, 12) for _ in range(12)))
    x = rng.integers(0, 4, size=(500, 200), dtype=np.uint8)
    truth = [(row, f"MA{i}".encode(), 20, 32, b"+") for i in range(12) for row in range(500)]
    motifs = motifs_of(*(random_pwm(rng, 19) for _ in range(30)))
    began = time.process_time()
    score_sites(motifs, pool, split_of(x, truth))
    assert time.process_time() - began < 3
