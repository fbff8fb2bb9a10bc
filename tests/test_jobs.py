from hypothesis import given
from hypothesis import strategies as st

from motifgrid.configuration import Cell
from motifgrid.jobs import list_batches, list_jobs, list_reading_jobs, map_companions

CELLS = sorted(
    Cell(dataset, architecture, seed)
    for dataset in ("a", "b")
    for architecture in ("cnn-2", "cnn-25")
    for seed in (0, 1, 2)
)
NULL = [Cell("a", "cnn-2-untrained", 0)]


def test_seeds_of_one_architecture_on_one_dataset_share_a_job():
    jobs = list_jobs(CELLS, 2, "architecture")
    assert jobs[:2] == [CELLS[0:2], CELLS[2:3]]
    assert len(jobs) == 8


def test_untrained_cells_are_of_another_architecture():
    cells = sorted(CELLS + NULL)
    assert NULL in list_jobs(cells, 3, "architecture")
    assert list_jobs(cells, 7, "dataset")[0] == cells[:7]


def test_a_dataset_is_a_job_where_it_fits_in():
    assert list_jobs(CELLS, 6, "dataset") == [CELLS[:6], CELLS[6:]]
    assert [len(job) for job in list_jobs(CELLS, 4, "dataset")] == [4, 2, 4, 2]


def test_in_a_study_one_architecture_comes_after_the_other():
    first, second = list_jobs(CELLS, 6, "study")
    assert {cell.architecture for cell in first} == {"cnn-2"}
    assert {cell.dataset for cell in first} == {"a", "b"}
    assert {cell.architecture for cell in second} == {"cnn-25"}


@given(
    cells=st.sets(
        st.builds(Cell, st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(0, 4))
    ),
    size=st.integers(1, 7),
    together=st.sampled_from(["architecture", "dataset", "study"]),
)
def test_every_cell_has_one_job_that_is_not_too_large(cells, size, together):
    jobs = list_jobs(sorted(cells), size, together)
    assert sorted(cell for job in jobs for cell in job) == sorted(cells)
    assert all(0 < len(job) <= size for job in jobs)
    companions = map_companions(jobs)
    assert set(companions) == cells
    assert all(cell in companions[cell] for cell in cells)


def test_a_job_that_has_lost_a_cell_is_no_batch():
    jobs = list_jobs(CELLS, 3, "architecture")
    there = set(CELLS[:2])
    assert list_batches(jobs, there.__contains__) == jobs[1:]
    assert list_batches(jobs, lambda _cell: True) == jobs
    assert list_batches(list_jobs(CELLS, 1, "architecture"), lambda _cell: False) == []


def test_cells_of_one_architecture_on_one_dataset_depend_on_themselves_alone():
    for size in (1, 2, 3):
        companions = map_companions(list_jobs(CELLS, size, "architecture"))
        assert all(companions[cell] == [cell] for cell in CELLS)


def test_cells_of_several_architectures_in_a_job_depend_on_all_of_them():
    companions = map_companions(list_jobs(CELLS, 4, "dataset"))
    assert companions[CELLS[0]] == companions[CELLS[3]] == CELLS[:4]
    assert companions[CELLS[4]] == [CELLS[4]]


def test_cells_of_one_dataset_are_read_together_untrained_ones_too():
    jobs = list_reading_jobs(NULL + CELLS, 4)
    assert [(number, len(cells)) for number, cells in jobs] == [(0, 4), (1, 3), (0, 4), (1, 2)]
    assert NULL[0] in jobs[0][1]
    assert all(len({cell.dataset for cell in cells}) == 1 for _number, cells in jobs)


def test_alone_every_cell_is_read_by_itself():
    assert list_reading_jobs(CELLS, 1) == []
