"""A dataset and what readouts made of three networks, written without training: for dashboards."""

import numpy as np
import pandas as pd
from report_toys import pwm_of

from motifgrid import dna
from motifgrid.formats.atomic import write_csv
from motifgrid.formats.attributions import Identity, write_attributions
from motifgrid.formats.dataset import (
    PLACE_DTYPE,
    SPLITS,
    TRUTH_DTYPE,
    Dataset,
    PoolMotif,
    Split,
    write_dataset,
)
from motifgrid.formats.meme import Motif, write_meme
from motifgrid.motifs.hits import judge_hits
from motifgrid.report.dashboard_content import OptimumFiles, ReadingFiles, gather_content

CLASSES = {"SRF": ("MA0083.3", "TGCCATATATGGTAC"), "MAX": ("MA0058.3", "AACCACGTGCTT")}
NETWORKS = ("cnn-2", "cnn-25", "cnn-rnn")
STRIPS = {
    "saliency": "absolute",
    "integrated-gradients": "sum",
    "smoothgrad": "absolute",
    "mutagenesis": "loss",
}
DIRECTIONS = {"temporal-output": "forward", "temporal-backward": "backward"}
METHODS = {name: name.replace("-", "_") for name in STRIPS} | {
    "mutagenesis": "in_silico_mutagenesis"
}
WIDTH = 9


def write_toy(folder, sequences=50, length=101, known_sites=True, seed=0):
    """Write a dataset, a database, and seven readouts of sequences with one of classes.

    Returns:
        The arguments of `gather_content`, but for the number of sequences.
    """
    rng = np.random.default_rng(seed)
    pool = [
        PoolMotif(name, identifier, pwm_of(word, 0.9), (identifier, f"{identifier}.old"))
        for name, (identifier, word) in CLASSES.items()
    ]
    split = _make_split(rng, sequences, length, known_sites)
    write_dataset(
        folder / "toy.h5", Dataset(tuple(CLASSES), dict.fromkeys(SPLITS, split), pool=pool)
    )
    names = {identifier: name for name, (identifier, _word) in CLASSES.items()}
    known = [Motif(motif.identifier, motif.pwm, 100, names[motif.identifier]) for motif in pool]
    write_meme(folder / "motifs.meme", [*known, Motif("MA0001.1", pwm_of("GATTACA"), 20, "OTHER")])
    readings = [
        _write_reading(folder, rng, split, pool, readout, network)
        for network in NETWORKS
        for readout in (*STRIPS, *DIRECTIONS, "activation-window")
        if readout not in DIRECTIONS or network == "cnn-rnn"
    ]
    return {
        "name": "toy",
        "dataset": folder / "toy.h5",
        "database": folder / "motifs.meme",
        "readings": readings,
        "optima": [_write_optimum(folder, rng, network, length) for network in NETWORKS],
        "seeds": dict.fromkeys(NETWORKS, 0),
    }


def gather_toy(folder, most=50, **toy):
    return gather_content(**write_toy(folder, **toy), most=most)


def _make_split(rng, sequences, length, known_sites):
    """Rows are positive for the classes in turn; every third has a motif of the other, too."""
    x = rng.integers(0, 4, (sequences * len(CLASSES), length), dtype=np.uint8)
    y = np.zeros((len(x), len(CLASSES)), np.uint8)
    sites, motifs = [], list(CLASSES.values())
    for row in range(len(x)):
        own = row % len(CLASSES)
        y[row, own] = 1
        for number in (own, 1 - own)[: 1 + (row % 3 == 0)]:
            identifier, word = motifs[number]
            # own motifs lie in the front half, others behind
            start = int(rng.integers(0, length // 2 - 15)) + (number != own) * length // 2
            strand = "+-"[int(rng.integers(2))]
            bases = dna.encode(word)
            if strand == "-":
                bases = dna.reverse_complement(bases)
            x[row, start : start + len(word)] = bases
            sites.append((row, identifier, start, start + len(word), strand))
    places = [("chr8", row * length, (row + 1) * length, "+") for row in range(len(x))]
    return Split(
        x=x,
        y=y,
        truth=np.array(sorted(sites, key=lambda site: (site[0], site[2])), TRUTH_DTYPE)
        if known_sites
        else None,
        places=None if known_sites else np.array(places, PLACE_DTYPE),
    )


def _write_reading(folder, rng, split, pool, readout, network):
    path = folder / f"{readout}-{network}"
    parts, tables = [], []
    for index, name in enumerate(CLASSES):
        numbers = np.flatnonzero(split.y[:, index] == 1)
        x = split.x[numbers]
        marked = _mark_sites(rng, split, numbers)
        settings = _name_settings(readout)
        for method, maps in _make_maps(rng, readout, x, marked).items():
            parts.append((Identity(method, name, settings), [(numbers, maps)]))
        tables.append(_make_hits(rng, name, numbers, x, marked, _score(network, numbers)))
    write_attributions(path.with_suffix(".h5"), parts)
    hits = pd.concat(tables, ignore_index=True)
    comparison = pd.DataFrame(
        {
            "Query_ID": kmer,
            "Target_ID": [motif.identifier for motif in pool],
            "p-value": rng.random(len(pool)) / 100,
            "E-value": rng.random(len(pool)) / 5,
        }
        for kmer in dict.fromkeys(hits["kmer"])
    )
    comparison = comparison.explode(["Target_ID", "p-value", "E-value"], ignore_index=True)
    matched, _summary = judge_hits(hits, comparison, pool, split, evalue=0.1)
    write_csv(path.with_suffix(".csv"), matched)
    return ReadingFiles(readout, network, path.with_suffix(".csv"), path.with_suffix(".h5"))


def _name_settings(readout):
    """What a configuration says of a readout, as far as pages depend on it."""
    if readout in DIRECTIONS:
        return {"method": "temporal_output", "direction": DIRECTIONS[readout]}
    return {"method": METHODS.get(readout, readout), "strip": STRIPS.get(readout, "sum")}


def _mark_sites(rng, split, numbers):
    """Contributions (N, L): noise, and more where the first motif lies."""
    marked = rng.normal(0, 0.05, (len(numbers), split.x.shape[1]))
    for row, number in enumerate(numbers):
        start = 20
        if split.truth is not None:
            start = int(split.truth[split.truth["sequence"] == number]["start"][0])
        marked[row, start : start + WIDTH] += rng.gamma(2, 0.25, WIDTH)
    return marked


def _make_maps(rng, readout, x, marked):
    if readout in DIRECTIONS:
        total = np.cumsum(marked, axis=1) - 1.5
        back = np.cumsum(marked[:, ::-1], axis=1)[:, ::-1] - 1.5
        courses = {"forward": total, "backward": back}
        return {
            f"temporal_output_{name}": (1 / (1 + np.exp(-2 * course))).astype(np.float32)
            for name, course in courses.items()
        }
    if readout == "activation-window":
        return {}
    noise = rng.normal(0, 0.02, marked.shape)
    weights = -dna.one_hot(x) + (x < 4)[..., None] if readout == "mutagenesis" else dna.one_hot(x)
    sign = -1 if readout == "mutagenesis" else 1
    return {METHODS[readout]: (sign * (marked + noise)[..., None] * weights).astype(np.float32)}


def _score(network, numbers):
    """A network's probabilities, the same whichever readout asks."""
    rng = np.random.default_rng([NETWORKS.index(network), 7])
    return rng.beta(4, 1.5, numbers.max() + 1)[numbers]


def _make_hits(rng, name, numbers, x, marked, scores):
    starts = np.lib.stride_tricks.sliding_window_view(marked, WIDTH, axis=1).sum(-1).argmax(1)
    kmers = [each[start : start + WIDTH] for each, start in zip(x, starts, strict=True)]
    rows = [
        (name, number, False, score, start, start + WIDTH, dna.decode(bases), rng.random())
        for number, score, start, bases in zip(numbers, scores, starts, kmers, strict=True)
    ]
    shuffled = (name, numbers[0], True, 0.123456, 0, WIDTH, "ACGTACGTA", 0.1)
    columns = ["class", "sequence", "shuffled", "probability", "start", "end", "kmer", "score"]
    return pd.DataFrame([*rows, shuffled], columns=columns)


def _write_optimum(folder, rng, network, length):
    motifs, starts = [], []
    for name, (_identifier, word) in CLASSES.items():
        pwm = rng.dirichlet(np.ones(4) * 0.6, length)
        pwm[30 : 30 + len(word)] = pwm_of(word, 0.97)
        motifs.append(Motif(name, pwm, 20))
        odds = rng.normal(8, 2, 10)
        table = {"class": name, "start": range(10), "log_odds": odds, "converged": True}
        starts.append(pd.DataFrame(table))
    path = folder / f"optimum-{network}"
    write_meme(path.with_suffix(".meme"), motifs)
    write_csv(path.with_suffix(".csv"), pd.concat(starts))
    return OptimumFiles(
        *("class-optimisation", network, "deepmotif"),
        *(path.with_suffix(".meme"), path.with_suffix(".csv")),
    )
