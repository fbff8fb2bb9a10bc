import pytest
from report_toys import cells_of, fractions_of

from motifgrid.report.tables import summarise


@pytest.fixture
def summary():
    """CNN-25 from two seeds, CNN-2 and an untrained CNN-25 from one."""
    cells = cells_of(
        ("cnn-25", 0, 0.95),
        ("cnn-25", 1, 0.97),
        ("cnn-2", 0, 0.968),
        ("cnn-25-untrained", 0, 0.5),
    )
    matches = fractions_of(
        ("cnn-25", 0, 0.9),
        ("cnn-25", 1, 1.0),
        ("cnn-2", 0, 0.0),
        ("cnn-25-untrained", 0, 0.1),
    )
    return summarise(cells, matches)
