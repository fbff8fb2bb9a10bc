"""Comparing motifs with a database by Tomtom: MEME's program, or memelite inside Python."""

import importlib.metadata
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from motifgrid import dna
from motifgrid.deadlines import get_seconds_left
from motifgrid.formats.atomic import write_text
from motifgrid.formats.lines import read_json
from motifgrid.formats.meme import Motif, write_meme
from motifgrid.formats.tomtom import COLUMNS, read_tomtom
from motifgrid.motifs import pwm
from motifgrid.motifs.databases import DatabaseInfo, warn_if_small

ENGINES = ("auto", "meme", "memelite")
"""What a configuration may ask for."""

PSEUDOCOUNT = 0.1
"""Tomtom's own: this many sites with the background's letters are added to every motif."""

BACKGROUND = 0.25
"""Frequency of each letter that the pseudocount assumes, as in the MEME files of `write_meme`."""

MEDIAN_BINS = 300_000
"""Tomtom shifts a query column's scores by their median, which memelite reads off a histogram. With
memelite's own 1,000 bins E-values were up to two times MEME's (3 of 1,451 published pairs lay on
the other side of E = 0.1, 16 on the other strand); with these none, and no E-value was more than
0.12 % away. They cost 0.02 s for 30 filters."""

_CACHE_VARIABLE = "NUMBA_CACHE_DIR"

_TYPES = {
    "Query_ID": str,
    "Target_ID": str,
    "Optimal_offset": int,
    "p-value": float,
    "E-value": float,
    "q-value": float,
    "Overlap": int,
    "Query_consensus": str,
    "Target_consensus": str,
    "Orientation": str,
}

_EXPECTED_ENGINE = (
    "Expected a JSON object with name, version and program: delete the file and let the workflow "
    "write it again."
)

_logger = logging.getLogger(__name__)


class EngineError(RuntimeError):
    """Tomtom is missing or failed; the message holds its own words and the fix."""


@dataclass(frozen=True)
class Engine:
    """The implementation of Tomtom that a comparison uses.

    Attributes:
        name: "meme" for MEME's program, "memelite" for the Python package.
        version: of that program or package.
        program: path of MEME's `tomtom`; empty for memelite.
    """

    name: str
    version: str
    program: str = ""

    def __post_init__(self) -> None:
        _require_choice(self.name, ENGINES[1:])


def read_engine(path: Path | str) -> Engine:
    """Read what `write_engine` wrote.

    Raises:
        ValueError: a file that is not such a description.
    """
    content = read_json(path, ValueError, _EXPECTED_ENGINE)
    try:
        if not all(isinstance(value, str) for value in content.values()):
            raise TypeError("a value is no text")
        return Engine(**content)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {str(error).rstrip('.')}. {_EXPECTED_ENGINE}") from None


def write_engine(path: Path | str, engine: Engine) -> None:
    """Write which engine is used as JSON, keys sorted."""
    write_text(path, json.dumps(asdict(engine), indent=2, sort_keys=True) + "\n")


def resolve_engine(choice: str) -> Engine:
    """Find the Tomtom that a configuration asks for.

    Args:
        choice: "meme", "memelite", or "auto" for MEME's program where one is on PATH and memelite
            otherwise.

    Returns:
        The engine with its version.

    Raises:
        ValueError: another choice.
        EngineError: an engine that is not installed, or a program that does not tell its version.
    """
    _require_choice(choice, ENGINES)
    program = shutil.which("tomtom")
    if choice == "memelite" or (choice == "auto" and program is None):
        return _find_memelite()
    if program is None:
        raise EngineError(
            "tomtom: engine: meme needs MEME's program `tomtom`, and none is on PATH. Run with "
            "--use-conda, or install the MEME suite, or set tomtom: engine: memelite."
        )
    return Engine("meme", _run([program, "-version"]).strip(), program)


def compare(
    queries: Sequence[Motif],
    targets: Sequence[Motif],
    engine: Engine,
    evalue: float = 10.0,
    threads: int = 1,
) -> pd.DataFrame:
    """Compare every query with every target by Tomtom.

    Source: Gupta et al. 2007 (Genome Biology 8: R24) with the complete scores of Tanaka et al. 2011
    (Bioinformatics 27: 1603), which are Tomtom's defaults as in `tomtom -evalue -thresh 0.1`:
    Euclidean distance, both strands of the target, 0.1 pseudocount, overlap of at least 1.

    The engines agree on pairs, offsets and strands. q-values are Benjamini-Hochberg per query over
    both strands of all targets in both; MEME also multiplies by the estimated share of true nulls
    (0.85 to 1 on the published filters), memelite's are without it, so a little larger. Where two
    letters of a column are exactly equal, MEME's consensus may name either.

    Args:
        queries: motifs with unique identifiers, none included.
        targets: motifs with unique identifiers, at least one; fewer than 50 are logged.
        engine: from `resolve_engine`.
        evalue: pairs with an E-value (p x number of targets) up to and including this are kept:
            like MEME's, the cut keeps equality.
        threads: how many processes of MEME's program, or threads of memelite, to use.

    Returns:
        Columns as in `formats.tomtom.COLUMNS`, ordered by query as given, then p-value, then
        target. Optimal_offset is the number of target positions to the left of the query's first
        (negative: the target begins inside the query), on the strand in Orientation, on which
        Target_consensus is written too.

    Raises:
        ValueError: no targets, a doubled identifier, or a matrix that is not one of probabilities.
        EngineError: a program that is missing or fails.
    """
    _require_valid("query", queries)
    _require_valid("target", targets)
    if not targets:
        raise ValueError("No target motifs. Expected at least one motif in the database.")
    warn_if_small(len(targets), "The target database")
    if not queries:
        return pd.DataFrame(columns=list(COLUMNS)).astype(_TYPES)
    if engine.name == "meme":
        table = _compare_meme(queries, targets, engine, evalue, threads)
    else:
        table = _compare_memelite(queries, targets, evalue, threads)
    return _ordered(table[list(COLUMNS)].astype(_TYPES), queries)


def compare_alone(
    queries: Sequence[Motif], target: Motif, engine: Engine, incomplete: bool = False
) -> np.ndarray:
    """Compare every query with one motif and nothing else.

    Source: Liu & Gifford 2017, Table 1. The motif's own positions are then all that the null is
    estimated from: a p-value of `compare` with a whole database says more.

    Args:
        queries: motifs with unique identifiers, at least one.
        target: the motif.
        engine: from `resolve_engine`.
        incomplete: with the scores of Gupta et al. 2007, before Tanaka et al. 2011 completed them:
            what the study used. Only MEME's program has them.

    Returns:
        p-values (queries,); with one target the E-values, too.

    Raises:
        ValueError: a doubled identifier, or a matrix that is not one of probabilities.
        EngineError: incomplete scores of memelite, or a program that is missing or fails.
    """
    _require_valid("query", queries)
    _require_valid("target", [target])
    if engine.name == "memelite":
        if incomplete:
            raise EngineError(
                "memelite has no incomplete scores: put MEME's program on PATH and set tomtom: "
                "engine: meme, or take complete ones."
            )
        table = _compare_memelite(queries, [target], 1.0, threads=1)
    else:
        table = _compare_meme(queries, [target], engine, 1.0, 1, incomplete)
    found = table.groupby("Query_ID")["p-value"].min()
    return found.reindex([query.identifier for query in queries], fill_value=1.0).to_numpy()


def use_cache(directory: Path | str) -> Path:
    """Say where memelite's compiled code is kept; compiling it takes about a minute.

    A NUMBA_CACHE_DIR that is already set wins: it is how a user or a cluster chooses a place.

    Args:
        directory: a writable folder that lasts; it is made where it is missing.

    Returns:
        The folder in use.

    Raises:
        RuntimeError: where memelite has been imported already, with another folder or none.
    """
    folder = Path(os.environ.get(_CACHE_VARIABLE) or directory).resolve()
    if "memelite" in sys.modules and os.environ.get(_CACHE_VARIABLE) != str(folder):
        raise RuntimeError(
            f"memelite was imported before its cache was set to {folder}: call use_cache first."
        )
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[_CACHE_VARIABLE] = str(folder)
    if "numba" in sys.modules:  # numba reads the variable only when it is imported
        sys.modules["numba"].config.CACHE_DIR = str(folder)
    return folder


def describe_comparison(engine: Engine, database: DatabaseInfo) -> dict[str, str]:
    """Return what stands at the end of every table of comparisons: the engine and the database."""
    return {
        "engine": f"{engine.name} {engine.version}",
        "database": f"{database.name}, {database.motifs} motifs",
        "database release": database.release or "user's file",
        "database sha256": database.sha256,
    }


def warm_up(engine: Engine) -> None:
    """Compile memelite into its cache, once, so that every later process only loads it.

    Args:
        engine: from `resolve_engine`; there is nothing to do for MEME's program.
    """
    if engine.name == "memelite":
        # The compiled code depends on types and memory layout alone, not on sizes.
        motif = Motif("warm_up", np.full((4, 4), 0.1) + 0.6 * np.eye(4), nsites=10)
        _align([motif], [motif, motif], threads=1)


def _require_choice(choice: str, choices: Sequence[str]) -> None:
    if choice not in choices:
        raise ValueError(
            f"Invalid value for `engine`. Expected one of {', '.join(choices)}. Received {choice}."
        )


def _find_memelite() -> Engine:
    try:
        return Engine("memelite", importlib.metadata.version("memelite"))
    except importlib.metadata.PackageNotFoundError:
        raise EngineError(
            "tomtom: engine: memelite needs the Python package memelite, which is not installed: "
            "install it, or put MEME's program `tomtom` on PATH and set tomtom: engine: meme."
        ) from None


def _require_valid(role: str, motifs: Sequence[Motif]) -> None:
    seen: set[str] = set()
    for motif in motifs:
        if motif.identifier in seen:
            raise ValueError(f"The {role} motif {motif.identifier} occurs more than once.")
        seen.add(motif.identifier)
        matrix = np.asarray(motif.pwm)
        if matrix.ndim != 2 or matrix.shape[1] != 4 or len(matrix) == 0:
            raise ValueError(
                f"The {role} motif {motif.identifier} has a matrix of shape {matrix.shape}. "
                "Expected (W, 4)."
            )
        # Negated, since NaN compares as false: memelite would give it p = 1 without a word.
        if not ((matrix >= 0).all() and np.allclose(matrix.sum(axis=1), 1.0, atol=1e-6)):
            raise ValueError(
                f"The {role} motif {motif.identifier} is not a matrix of probabilities: every "
                "position must have four values of at least 0 that sum to 1. A dead filter has no "
                "motif: leave it out."
            )


def _ordered(table: pd.DataFrame, queries: Sequence[Motif]) -> pd.DataFrame:
    rank = {motif.identifier: number for number, motif in enumerate(queries)}
    return table.sort_values(
        ["Query_ID", "p-value", "Target_ID"],
        key=lambda column: column.map(rank) if column.name == "Query_ID" else column,
        ignore_index=True,
    )


def _compare_meme(
    queries: Sequence[Motif],
    targets: Sequence[Motif],
    engine: Engine,
    evalue: float,
    threads: int,
    incomplete: bool = False,
) -> pd.DataFrame:
    parts = [part for part in (queries[start::threads] for start in range(threads)) if part]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_meme(folder / "targets.meme", targets)

        def run(number: int) -> pd.DataFrame:
            write_meme(folder / f"{number}.meme", parts[number])
            paths = folder / f"{number}.meme", folder / "targets.meme"
            return _run_tomtom(engine, *paths, evalue, incomplete)

        # Tomtom itself uses one core, and treats every query on its own.
        with ThreadPoolExecutor(len(parts)) as pool:
            return pd.concat(list(pool.map(run, range(len(parts)))), ignore_index=True)


def _run_tomtom(
    engine: Engine, queries: Path, targets: Path, evalue: float, incomplete: bool
) -> pd.DataFrame:
    # -text needs no Perl; -verbosity 1 leaves errors and drops a line of progress per query.
    options = ["-text", "-verbosity", "1", "-dist", "ed", "-evalue", "-thresh", repr(float(evalue))]
    options += ["-incomplete-scores"] if incomplete else []
    answer = queries.with_suffix(".tsv")
    answer.write_text(
        _run([engine.program, *options, str(queries), str(targets)]), encoding="utf-8"
    )
    return read_tomtom(answer)


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=get_seconds_left()
        )
    except subprocess.TimeoutExpired as error:
        raise EngineError(
            f"{command[0]} was ended after {error.timeout:.0f} s: it had not ended in the time of "
            "this job (job_minutes)."
        ) from None
    except OSError as error:
        raise EngineError(
            f"{command[0]}: {error.strerror}. Run with --use-conda, or install the MEME suite, or "
            "set tomtom: engine: memelite."
        ) from None
    if done.returncode != 0:
        raise EngineError(
            f"{' '.join(command)} ended with status {done.returncode}: {done.stderr.strip()}"
        )
    for line in done.stderr.splitlines():  # for example a query that is too wide for MEME
        _logger.warning("%s: %s", command[0], line)
    return done.stdout


def _compare_memelite(
    queries: Sequence[Motif], targets: Sequence[Motif], evalue: float, threads: int
) -> pd.DataFrame:
    pvalues, scores, offsets, overlaps = _align(queries, targets, threads)
    pvalues = pvalues * (2.0 - pvalues)  # the better of two strands: 1 - (1 - p)^2
    qvalues = _benjamini_hochberg(pvalues.reshape(len(queries), -1)).reshape(pvalues.shape)
    strands = _best_strands(scores, overlaps)
    pvalues, qvalues, offsets, overlaps = (
        np.take_along_axis(values, strands[:, None], axis=1)[:, 0]
        for values in (pvalues, qvalues, offsets, overlaps)
    )
    evalues = pvalues * len(targets)
    kept = np.nonzero(evalues <= evalue)
    names = _names(queries, targets, *kept, strands[kept])
    values = (offsets, pvalues, evalues, qvalues, overlaps)
    numbers = zip(COLUMNS[2:7], (value[kept] for value in values), strict=True)
    return pd.DataFrame({**names, **dict(numbers)})


def _align(queries: Sequence[Motif], targets: Sequence[Motif], threads: int) -> np.ndarray:
    """Align by memelite: p-values of one strand, scores, offsets and overlaps.

    Both strands are given as targets, rather than left to memelite, which takes the reverse strand
    wherever both are equally good; the p-values are the same.

    Returns:
        Array (4, queries, 2, targets), strands + and -.
    """
    import memelite  # with numba half a second, which nothing else should pay
    import numba

    forward = [_smoothed(motif) for motif in targets]
    both = forward + [dna.reverse_complement_matrix(matrix) for matrix in forward]
    with warnings.catch_warnings():
        # `warn_if_small` has said so, at MEME's limit.
        warnings.filterwarnings("ignore", message="tomtom was given", category=UserWarning)
        results = memelite.tomtom(
            [_smoothed(motif) for motif in queries],
            both,
            n_median_bins=MEDIAN_BINS,
            n_target_bins=None,  # exact: by default similar target columns are merged
            reverse_complement=False,
            n_jobs=min(threads, numba.config.NUMBA_NUM_THREADS),
        )
    return results[:4].reshape(4, len(queries), 2, len(targets))


def _smoothed(motif: Motif) -> np.ndarray:
    """Return a motif as memelite takes it, (4, W), with Tomtom's pseudocount, which it lacks."""
    weighted = motif.pwm * motif.nsites + PSEUDOCOUNT * BACKGROUND
    return weighted.T / (motif.nsites + PSEUDOCOUNT)


def _best_strands(scores: np.ndarray, overlaps: np.ndarray) -> np.ndarray:
    """Choose 0 (+) or 1 (-) per pair like Tomtom: the score, then the longer overlap, then +."""
    better = scores[:, 1] > scores[:, 0]
    longer = (scores[:, 1] == scores[:, 0]) & (overlaps[:, 1] > overlaps[:, 0])
    return (better | longer).astype(int)


def _benjamini_hochberg(pvalues: np.ndarray) -> np.ndarray:
    """Return q-values per row: the smallest false discovery rate at which a p-value is kept."""
    order = np.argsort(pvalues, axis=1)
    count = pvalues.shape[1]
    rates = np.take_along_axis(pvalues, order, axis=1) * count / np.arange(1, count + 1)
    smallest = np.minimum.accumulate(rates[:, ::-1], axis=1)[:, ::-1]
    qvalues = np.empty_like(pvalues)
    np.put_along_axis(qvalues, order, np.minimum(smallest, 1.0), axis=1)
    return qvalues


def _names(
    queries: Sequence[Motif],
    targets: Sequence[Motif],
    query: np.ndarray,
    target: np.ndarray,
    strand: np.ndarray,
) -> dict[str, list[str]]:
    """Name pairs, given as indices of query, target and strand."""
    forward = [pwm.consensus(motif.pwm) for motif in targets]
    reverse = [pwm.consensus(dna.reverse_complement_matrix(motif.pwm)) for motif in targets]
    spelt = [pwm.consensus(motif.pwm) for motif in queries]
    return {
        "Query_ID": [queries[number].identifier for number in query],
        "Target_ID": [targets[number].identifier for number in target],
        "Query_consensus": [spelt[number] for number in query],
        "Target_consensus": [
            (reverse if minus else forward)[number]
            for number, minus in zip(target, strand, strict=True)
        ],
        "Orientation": ["-" if minus else "+" for minus in strand],
    }
