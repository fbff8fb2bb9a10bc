import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motifgrid import dna
from motifgrid.readouts import filters as module
from motifgrid.readouts.filters import (
    AlignmentSettings,
    Window,
    align_layers,
    describe_filters,
    stack_layers,
)

TEXT = AlignmentSettings()
SCRIPTS = AlignmentSettings(fraction=0.5, positions="all", ends="pad", weighting="activation")
COLUMNS = [
    "filter",
    "dead",
    "max_activation",
    "cutoff",
    "nsites",
    "start",
    "end",
    "information",
    "consensus",
]

both_conventions = pytest.mark.parametrize("chosen", [TEXT, SCRIPTS], ids=["text", "scripts"])


def in_batches(x, activations, batch=None):
    """A function that gives the same batches at every call."""
    batch = batch or len(x)
    return lambda: (
        (x[start : start + batch], [activations[start : start + batch]])
        for start in range(0, len(x), batch)
    )


def align(batches, width, chosen):
    """The alignment of one layer with "same" padding."""
    (aligned,) = align_layers(batches, [Window(width, -((width - 1) // 2))], chosen)
    return aligned


def reference(x, activations, width, chosen):
    """The same counts and numbers of windows, window by window and base by base."""
    count, length, filters = activations.shape
    counts, windows = np.zeros((filters, width, 4)), [0] * filters
    for number in range(filters):
        peak = max(float(activations[n, p, number]) for n in range(count) for p in range(length))
        for row in range(count):
            track = [float(value) for value in activations[row, :, number]]
            places = [track.index(max(track))] if chosen.positions == "maximum" else range(length)
            for place in places:
                if peak <= 0 or track[place] <= chosen.fraction * peak:
                    continue
                start = place - (width - 1) // 2
                if chosen.ends == "discard" and not 0 <= start <= length - width:
                    continue
                windows[number] += 1
                weight = track[place] if chosen.weighting == "activation" else 1.0
                for column in range(width):
                    inside = 0 <= start + column < length
                    if inside and x[row, start + column] < 4:
                        counts[number, column, x[row, start + column]] += weight
    return counts, windows


def random_case(seed, count=6, length=12, filters=4, whole=False):
    """Sequences with unknown bases; whole activations have many ties, others none."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 5, (count, length), dtype=np.uint8)
    shape = (count, length, filters)
    values = rng.integers(0, 5, shape) if whole else np.maximum(rng.normal(size=shape), 0)
    return x, values.astype(np.float32)


def one_window(sequence, place, peak=2.0):
    """One sequence and one filter that is active at one place."""
    activations = np.zeros((1, len(sequence), 1), np.float32)
    activations[0, place, 0] = peak
    return dna.encode(sequence)[None], activations


def letters(counts):
    """The bases behind the counts of one window, a dash where there is none."""
    return "".join(dna.ALPHABET[row.argmax()] if row.any() else "-" for row in counts)


# Against a reference that goes window by window


@pytest.mark.parametrize("whole", [False, True], ids=["real", "ties"])
@pytest.mark.parametrize("width", [1, 2, 5, 6, 12])
@both_conventions
def test_windows_one_by_one(chosen, width, whole):
    for seed in range(3):
        x, activations = random_case(seed, whole=whole)
        counts, windows, largest = align(in_batches(x, activations), width, chosen)
        expected, number = reference(x, activations, width, chosen)
        np.testing.assert_allclose(counts, expected, rtol=1e-6)
        assert windows.tolist() == number
        np.testing.assert_array_equal(largest, activations.max(axis=(0, 1)))


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 15),
    st.builds(
        AlignmentSettings,
        fraction=st.sampled_from([0.0, 0.25, 0.5, 0.7, 0.95]),
        positions=st.sampled_from(["maximum", "all"]),
        ends=st.sampled_from(["discard", "pad"]),
        weighting=st.sampled_from(["equal", "activation"]),
    ),
    st.booleans(),
)
@settings(max_examples=60)
def test_any_mixture_of_the_conventions_one_by_one(seed, width, chosen, whole):
    x, activations = random_case(seed, count=4, length=11, filters=3, whole=whole)
    counts, windows, _largest = align(in_batches(x, activations, 3), width, chosen)
    expected, number = reference(x, activations, width, chosen)
    np.testing.assert_allclose(counts, expected, rtol=1e-6)
    assert windows.tolist() == number


@both_conventions
def test_the_size_of_a_batch_changes_nothing(chosen):
    x, activations = random_case(0, count=25, length=30, filters=7)
    whole = align(in_batches(x, activations), 5, chosen)
    for batch in (1, 4, 24, 100):
        parts = align(in_batches(x, activations, batch), 5, chosen)
        for ours, same in zip(parts, whole, strict=True):
            np.testing.assert_allclose(ours, same, rtol=1e-12)


def test_the_largest_activation_of_the_last_batch_counts_for_the_first():
    x = np.zeros((2, 9), np.uint8)
    activations = np.zeros((2, 9, 1), np.float32)
    activations[0, 4], activations[1, 4] = 1.0, 10.0
    _counts, windows, largest = align(in_batches(x, activations, 1), 3, TEXT)
    assert (windows.tolist(), largest.tolist()) == ([1], [10.0])


# Windows in letters


@pytest.mark.parametrize(
    ("width", "place", "text", "scripts"),
    [
        (5, 4, "GTTAC", "GTTAC"),
        (5, 2, "ACGTT", "ACGTT"),
        (5, 7, "ACCAG", "ACCAG"),
        # over an end: discarded, or padded
        (5, 1, None, "-ACGT"),
        (5, 0, None, "--ACG"),
        (5, 9, None, "CAG--"),
        # an even width has one position more behind than before, as "same" padding has
        (4, 4, "TTAC", "TTAC"),
        (4, 1, "ACGT", "ACGT"),
        (4, 7, "CCAG", "CCAG"),
        (4, 0, None, "-ACG"),
        (4, 8, None, "CAG-"),
        (1, 0, "A", "A"),
        (2, 9, None, "G-"),
        # wider than the sequence
        (13, 5, None, "-ACGTTACCAG--"),
    ],
)
def test_the_window_behind_an_activation(width, place, text, scripts):
    batches = in_batches(*one_window("ACGTTACCAG", place))
    counts, windows, _largest = align(batches, width, TEXT)
    assert windows.tolist() == [0 if text is None else 1]
    assert letters(counts[0]) == (text or "-" * width)
    counts, windows, _largest = align(batches, width, SCRIPTS)
    assert windows.tolist() == [1]
    assert letters(counts[0]) == scripts
    assert counts.max() == 2.0


@both_conventions
def test_unknown_bases_do_not_count_but_their_window_does(chosen):
    batches = in_batches(*one_window("ACNNTAC", 3))
    counts, windows, _largest = align(batches, 5, chosen)
    assert letters(counts[0]) == "C--TA"
    assert windows.tolist() == [1]


def test_of_equal_activations_the_first_is_the_maximum():
    x = dna.encode("AAAACCCCGGGG")[None]
    activations = np.zeros((1, 12, 1), np.float32)
    activations[0, [5, 9], 0] = 3.0
    counts, windows, _largest = align(in_batches(x, activations), 3, TEXT)
    assert letters(counts[0]) == "CCC"
    assert windows.tolist() == [1]


def test_a_sequences_maximum_over_an_end_is_not_replaced_by_another():
    x, activations = one_window("ACGTTACCAG", 0, 10.0)
    activations[0, 5, 0] = 9.0
    _counts, windows, _largest = align(in_batches(x, activations), 5, TEXT)
    assert windows.tolist() == [0]


def test_an_activation_at_the_cut_is_not_above_it():
    x = np.zeros((1, 9), np.uint8)
    activations = np.zeros((1, 9, 1), np.float32)
    activations[0, [2, 4, 6], 0] = [4.0, 2.0, 2.5]
    _counts, windows, _largest = align(in_batches(x, activations), 3, SCRIPTS)
    assert windows.tolist() == [2]


def test_weights_are_activations():
    x = np.array([[0, 0, 0, 3, 3, 3]], np.uint8)
    activations = np.zeros((1, 6, 1), np.float32)
    activations[0, [1, 4], 0] = [4.0, 3.0]
    counts, windows, _largest = align(in_batches(x, activations), 3, SCRIPTS)
    assert counts[0].tolist() == [[4, 0, 0, 3]] * 3
    assert windows.tolist() == [2]
    motifs, _table = describe_filters(counts, windows, np.array([4.0]), SCRIPTS)
    np.testing.assert_allclose(motifs[0].pwm, [[4 / 7, 0, 0, 3 / 7]] * 3)
    assert motifs[0].nsites == 2


def test_a_fraction_of_zero_takes_every_activation_above_zero():
    x = np.zeros((1, 9), np.uint8)
    activations = np.zeros((1, 9, 2), np.float32)
    activations[0, 3:6, 0] = [0.1, 5.0, 0.01]
    chosen = AlignmentSettings(fraction=0.0, positions="all")
    _counts, windows, _largest = align(in_batches(x, activations), 3, chosen)
    assert windows.tolist() == [3, 0]


def test_a_constant_activation():
    x, activations = np.zeros((3, 9), np.uint8), np.full((3, 9, 1), 0.5, np.float32)
    # the first position is the maximum of every sequence, and its window is over the end
    assert align(in_batches(x, activations), 3, TEXT)[1].tolist() == [0]
    assert align(in_batches(x, activations), 1, TEXT)[1].tolist() == [3]
    counts, windows, _largest = align(in_batches(x, activations), 3, SCRIPTS)
    assert windows.tolist() == [27]
    assert counts[0, :, 0].tolist() == [12.0, 13.5, 12.0]


# Any window


def spelled(window, sequence, place, chosen):
    """The bases of the only window, where there is one."""
    x, activations = one_window(sequence, place)
    (aligned,) = align_layers(lambda: [(x, [activations])], [window], chosen)
    return letters(aligned.counts[0]) if aligned.windows[0] else None


@pytest.mark.parametrize(
    ("window", "place", "text", "scripts"),
    [
        # as "valid" padding has it: a position's window begins there
        (Window(4, 0), 0, "ACGT", "ACGT"),
        (Window(4, 0), 6, "CCAG", "CCAG"),
        (Window(4, 0), 7, None, "CAG-"),
        # as "causal" padding has it: it ends there
        (Window(3, -2), 2, "ACG", "ACG"),
        (Window(3, -2), 1, None, "-AC"),
        (Window(3, -1, 2), 1, "CGT", "CGT"),
        (Window(3, -1, 2), 4, "CAG", "CAG"),
        (Window(3, -1, 2), 0, None, "-AC"),
        # wholly before and behind the sequence
        (Window(2, -4), 0, None, "--"),
        (Window(2, 4), 9, None, "--"),
        (Window(1, -10), 9, None, "-"),
    ],
)
def test_a_window_begins_where_it_says(window, place, text, scripts):
    assert spelled(window, "ACGTTACCAG", place, TEXT) == text
    assert spelled(window, "ACGTTACCAG", place, SCRIPTS) == scripts


@pytest.mark.parametrize("width", [*range(1, 8), 18, 19, 20, 23])
@pytest.mark.parametrize("field", [Window(19, -9), Window(23, -11), Window(9, -4), Window(3, -1)])
def test_a_resized_window_begins_half_its_width_before_the_position(field, width):
    # learning_sequence_motifs: from position - int(window / 2)
    assert field.resize(width) == Window(width, -(width // 2))


def test_a_resized_window_keeps_its_middle_and_step():
    assert Window(7, 0, 4).resize(3) == Window(3, 2, 4)
    assert Window(3, 2, 4).resize(7) == Window(7, 0, 4)
    assert Window(6, -2).resize(6) == Window(6, -2)
    # an odd nucleotide is added before, or cut off behind
    assert Window(6, -2).resize(7) == Window(7, -3)
    assert Window(6, -2).resize(5) == Window(5, -2)


@both_conventions
def test_layers_together_are_layers_alone(chosen):
    x, first = random_case(6, count=20, length=30, filters=3)
    # a layer of other filters and other positions
    second = random_case(7, count=20, length=13, filters=5)[1]
    windows = [Window(5, -2), Window(6, 1, 2)]
    batches = [(x[:9], [first[:9], second[:9]]), (x[9:], [first[9:], second[9:]])]
    together = align_layers(lambda: batches, windows, chosen)
    for number, aligned in enumerate(together):
        alone = align_layers(
            lambda number=number: [(x, [maps[number]]) for x, maps in batches],
            [windows[number]],
            chosen,
        )
        for ours, same in zip(aligned, alone[0], strict=True):
            np.testing.assert_array_equal(ours, same)
    for ours, same in zip(together[0], align(in_batches(x, first), 5, chosen), strict=True):
        np.testing.assert_allclose(ours, same, rtol=1e-12)


def test_layers_and_windows_must_agree():
    x, activations = random_case(0)
    with pytest.raises(ValueError, match=r"zip\(\) argument 2"):
        align_layers(lambda: [(x, [activations])], [Window(5, -2)] * 2, TEXT)


@pytest.mark.parametrize("block", [1, 12, 100])
@both_conventions
def test_counting_in_blocks_changes_nothing(chosen, block, monkeypatch):
    x, activations = random_case(8, count=25, length=30, filters=7)
    whole = align(in_batches(x, activations), 6, chosen)
    monkeypatch.setattr(module, "BLOCK", block)
    for ours, same in zip(align(in_batches(x, activations), 6, chosen), whole, strict=True):
        np.testing.assert_allclose(ours, same, rtol=1e-12)


# Dead filters


@both_conventions
@pytest.mark.parametrize("value", [0.0, -1.0])
def test_a_filter_that_never_activates_is_dead(chosen, value):
    x, activations = random_case(1, filters=3)
    activations[:, :, 1] = value
    counts, windows, largest = align(in_batches(x, activations), 5, chosen)
    motifs, table = describe_filters(counts, windows, largest, chosen)
    assert table["dead"].tolist() == [False, True, False]
    assert [motif.identifier for motif in motifs] == ["filter_0", "filter_2"]
    dead = table.iloc[1]
    assert (dead["nsites"], dead["start"], dead["end"]) == (0, 0, 0)
    assert (dead["information"], dead["consensus"], dead["max_activation"]) == (0.0, "", value)


def test_a_filter_whose_windows_are_all_over_an_end_is_dead():
    batches = in_batches(*one_window("ACGTTACCAG", 1))
    counts, windows, largest = align(batches, 5, TEXT)
    motifs, table = describe_filters(counts, windows, largest, TEXT)
    assert motifs == []
    assert table["dead"].tolist() == [True]
    np.testing.assert_allclose(table[["max_activation", "cutoff"]].values, [[2.0, 1.4]])
    counts, windows, largest = align(batches, 5, SCRIPTS)
    assert len(describe_filters(counts, windows, largest, SCRIPTS)[0]) == 1


@pytest.mark.parametrize(("minimum", "alive"), [(1, [1, 2, 3]), (2, [2, 3]), (3, [3]), (4, [])])
def test_a_filter_with_too_few_windows_is_dead(minimum, alive):
    counts = np.full((4, 5, 4), 1.0)
    chosen = AlignmentSettings(minimum_windows=minimum)
    motifs, table = describe_filters(counts, np.arange(4), np.full(4, 8.0), chosen)
    assert [motif.identifier for motif in motifs] == [f"filter_{number}" for number in alive]
    assert table["dead"].tolist() == [number not in alive for number in range(4)]
    # what there was is told, of dead ones too
    assert table["nsites"].tolist() == [0, 1, 2, 3]
    assert table["end"].tolist() == [5 if number in alive else 0 for number in range(4)]


def test_the_fewest_windows_are_counted_whatever_they_weigh():
    x = np.zeros((2, 9), np.uint8)
    activations = np.zeros((2, 9, 2), np.float32)
    activations[0, 4], activations[1, 4, 1] = 9.0, 8.0
    chosen = AlignmentSettings(weighting="activation", minimum_windows=2)
    aligned = align(in_batches(x, activations), 3, chosen)
    assert describe_filters(*aligned, chosen)[1]["dead"].tolist() == [True, False]


def test_all_filters_may_be_dead():
    x, activations = random_case(2, filters=12)
    counts, windows, largest = align(in_batches(x, activations * 0), 5, TEXT)
    motifs, table = describe_filters(counts, windows, largest, TEXT)
    assert motifs == []
    assert table["filter"].tolist() == [f"filter_{number:02d}" for number in range(12)]
    assert table["dead"].all()


# Motifs and their table


@pytest.mark.parametrize(
    ("filters", "first", "last"),
    [(1, "filter_0", "filter_0"), (10, "filter_0", "filter_9"), (30, "filter_00", "filter_29")],
)
def test_names_have_as_many_digits_as_needed(filters, first, last):
    x, activations = random_case(3, filters=filters)
    table = describe_filters(*align(in_batches(x, activations), 3, TEXT), TEXT)[1]
    assert (table["filter"].iloc[0], table["filter"].iloc[-1]) == (first, last)


def test_names_may_say_the_layer():
    x, activations = random_case(3, filters=11)
    aligned = align(in_batches(x, activations), 3, SCRIPTS)
    motifs, table = describe_filters(*aligned, SCRIPTS, "layer2_filter_")
    assert table["filter"].tolist() == [f"layer2_filter_{number:02d}" for number in range(11)]
    assert [motif.identifier for motif in motifs] == table["filter"].tolist()


def test_a_motif_is_trimmed_and_its_place_in_the_filter_is_kept():
    counts = np.full((1, 19, 4), 10.0)
    counts[0, 7:10] = [[40, 0, 0, 0], [0, 40, 0, 0], [0, 0, 0, 40]]
    motifs, table = describe_filters(counts, np.array([40]), np.array([8.0]), TEXT)
    (motif,) = motifs
    assert motif.identifier == "filter_0"
    assert motif.nsites == 40
    assert motif.pwm.shape == (9, 4)
    np.testing.assert_allclose(motif.pwm[:3], 0.25)
    np.testing.assert_allclose(motif.pwm[3:6], np.eye(4)[[0, 1, 3]])
    assert table.columns.tolist() == COLUMNS
    row = table.iloc[0].to_dict()
    assert (row["start"], row["end"], row["consensus"]) == (4, 13, "AAAACTAAA")
    np.testing.assert_allclose([row["information"], row["cutoff"]], [6.0, 5.6])
    assert (row["nsites"], row["max_activation"]) == (40, 8.0)


@pytest.mark.parametrize(
    ("minimum_bits", "padding", "bounds"), [(0.5, 0, (7, 10)), (0.5, 1, (6, 11)), (2.0, 3, (0, 19))]
)
def test_trimming_follows_its_settings(minimum_bits, padding, bounds):
    counts = np.full((1, 19, 4), 10.0)
    counts[0, 7:10] = [40, 0, 0, 0]
    chosen = AlignmentSettings(minimum_bits=minimum_bits, padding=padding)
    motifs, table = describe_filters(counts, np.array([40]), np.array([8.0]), chosen)
    assert (table["start"][0], table["end"][0]) == bounds
    assert len(motifs[0].pwm) == bounds[1] - bounds[0]


def test_an_uninformative_filter_is_kept_whole():
    counts = np.full((1, 19, 4), 10.0)
    motifs, table = describe_filters(counts, np.array([40]), np.array([8.0]), TEXT)
    assert motifs[0].pwm.shape == (19, 4)
    assert (table["start"][0], table["end"][0], table["dead"][0]) == (0, 19, False)


def test_a_position_without_any_base_is_uniform():
    batches = in_batches(*one_window("ACGTTACCAG", 0))
    motifs, _table = describe_filters(*align(batches, 7, SCRIPTS), SCRIPTS)
    (motif,) = motifs
    np.testing.assert_allclose(motif.pwm.sum(axis=1), 1.0)
    np.testing.assert_allclose(motif.pwm[:3], 0.25)
    np.testing.assert_allclose(motif.pwm[3:], np.eye(4)[dna.encode("ACGT")])


@both_conventions
def test_motifs_are_probabilities_and_nsites_are_numbers_of_windows(chosen):
    x, activations = random_case(4, count=40, length=30, filters=5)
    counts, windows, largest = align(in_batches(x, activations), 5, chosen)
    motifs, table = describe_filters(counts, windows, largest, chosen)
    expected = reference(x, activations, 5, chosen)[1]
    assert [motif.nsites for motif in motifs] == expected == table["nsites"].tolist()
    for motif, row in zip(motifs, table.itertuples(), strict=True):
        np.testing.assert_allclose(motif.pwm.sum(axis=1), 1.0)
        assert motif.identifier == row.filter
        assert len(motif.pwm) == row.end - row.start == len(row.consensus)


def test_layers_are_stacked_in_order():
    tables = [(1, pd.DataFrame({"filter": ["a", "b"]})), (2, pd.DataFrame({"filter": ["a"]}))]
    stacked = stack_layers(tables)
    assert stacked.columns.tolist() == ["layer", "filter"]
    assert stacked.values.tolist() == [[1, "a"], [1, "b"], [2, "a"]]
    assert stacked.index.tolist() == [0, 1, 2]


# What cannot be aligned


@pytest.mark.parametrize("value", [np.nan, np.inf])
@both_conventions
def test_activations_that_are_no_numbers_are_an_error(chosen, value):
    x, activations = random_case(5)
    activations[3, 2, 1] = value
    message = r"not finite: the network diverged\. Train the cell again, with a clip: or a smaller"
    with pytest.raises(ValueError, match=message):
        align(in_batches(x, activations, 2), 5, chosen)


def test_no_sequences_are_an_error():
    with pytest.raises(ValueError, match="No sequences to align"):
        align(lambda: iter(()), 5, TEXT)
