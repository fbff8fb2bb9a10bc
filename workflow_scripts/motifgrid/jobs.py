"""Jobs: which cells of a grid are trained together, and what that makes them depend on."""

import itertools
from collections.abc import Callable, Iterable, Sequence

from motifgrid.configuration import Cell

ARCHITECTURE, DATASET, STUDY = "architecture", "dataset", "study"


def list_jobs(cells: Iterable[Cell], size: int, together: str) -> list[list[Cell]]:
    """List the cells of every job that makes any.

    Args:
        cells: of the grid, untrained ones too, in order.
        size: cells of a job at most.
        together: what a job may hold: cells of one architecture on one `dataset` (`architecture`),
            of one dataset (`dataset`), or any (`study`), those of one architecture first.
    """
    if together == STUDY:
        cells = sorted(cells, key=lambda cell: (cell.architecture, *cell))
    keys = {
        ARCHITECTURE: lambda cell: cell[:2],
        DATASET: lambda cell: cell.dataset,
        STUDY: lambda _cell: None,
    }
    groups = [list(group) for _, group in itertools.groupby(cells, key=keys[together])]
    return [group[start : start + size] for group in groups for start in range(0, len(group), size)]


def list_reading_jobs(cells: Iterable[Cell], size: int) -> list[tuple[int, list[Cell]]]:
    """List the cells that one job reads, of one dataset, with the job's number in it from 0.

    Args:
        cells: of the grid, untrained ones too, in order.
        size: cells of a job at most; where it is 1, every cell has a job of its own and none is
            listed.
    """
    if size == 1:
        return []
    groups = [list(group) for _, group in itertools.groupby(cells, key=lambda cell: cell.dataset)]
    return [
        (start // size, group[start : start + size])
        for group in groups
        for start in range(0, len(group), size)
    ]


def list_batches(
    jobs: Sequence[Sequence[Cell]], is_there: Callable[[Cell], bool]
) -> list[Sequence[Cell]]:
    """List the jobs of two or more cells of which all are there or none is.

    A cell of any other job has one of its own: one that is lost can be trained again alone.

    Args:
        jobs: from `list_jobs`.
        is_there: tells whether a cell has been trained.
    """
    return [job for job in jobs if len(job) > 1 and len({is_there(cell) for cell in job}) == 1]


def map_companions(jobs: Sequence[Sequence[Cell]]) -> dict[Cell, Sequence[Cell]]:
    """Map every cell to those that share its job; whatever decides one of them decides all.

    Where a job holds one architecture on one dataset, its cells have all that in common, and each
    is mapped to itself alone: then it does not matter how many share a job.
    """
    alike = [len({cell[:2] for cell in job}) == 1 for job in jobs]
    return {
        cell: [cell] if same else job for job, same in zip(jobs, alike, strict=True) for cell in job
    }
