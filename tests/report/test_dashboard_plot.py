"""The empty plot of a dashboard, and the script that draws it."""

import json
import logging
import re

import pytest

from motifgrid.report.dashboard_plot import SOURCES, TARGET, draw_plot, read_library


def models(item, kind):
    """All models of a kind in a document, wherever they are nested."""
    found, waiting = [], [item]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            found += [each["attributes"]] if each.get("name") == kind else []
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return found


@pytest.fixture(scope="module")
def item():
    return json.loads(draw_plot(101))


def test_the_same_length_gives_the_same_text():
    assert draw_plot(101) == draw_plot(101)


def test_it_goes_where_the_page_has_room_for_it(item):
    assert item["target_id"] == TARGET


def test_all_tables_that_the_page_fills_are_there_and_empty(item):
    sources = {each["name"]: each["data"]["entries"] for each in models(item, "ColumnDataSource")}
    assert {name: [column for column, _ in data] for name, data in sources.items()} == {
        name: columns.split() for name, columns in SOURCES.items()
    }
    assert all(values == [] for data in sources.values() for _, values in data)


def test_what_is_said_of_a_spot_stands_in_a_table(item):
    said = [json.dumps(each["tooltips"]) for each in models(item, "HoverTool")]
    shown = sorted((set(re.findall(r"@(\w+)", text)) for text in said), key=len)
    assert shown == [
        {"name", "position", "base", "value"},
        {"name", "kmer", "place", "score", "match"},
    ]
    for name, columns in zip(("bars", "lanes"), shown, strict=True):
        assert columns <= set(SOURCES[name].split())


def test_the_axis_is_the_sequence_and_cannot_be_left(item):
    view = next(each for each in models(item, "Range1d") if each["name"] == "view")
    assert (view.get("start", 0), view["end"]) == (0, 101)
    assert view["bounds"] in ([0, 101], {"type": "tuple", "entries": [0, 101]})


def test_bokeh_finds_nothing_wrong_in_it(caplog):
    with caplog.at_level(logging.WARNING, logger="bokeh"):
        draw_plot(200)
    assert caplog.records == []


def test_the_script_is_the_core_of_bokeh_alone():
    script = read_library()
    assert "Bokeh" in script
    assert len(script) < 1_500_000
