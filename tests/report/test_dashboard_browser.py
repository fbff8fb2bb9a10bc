"""The dashboard in a browser: it loads alone, and shows what is chosen."""

import json
import re
import shutil
import signal
import subprocess
from html.parser import HTMLParser
from threading import Timer
from urllib.parse import unquote

import pandas as pd
import pytest
from dashboard_toys import write_toy

from motifgrid.report.dashboard_content import gather_content
from motifgrid.report.dashboard_page import render_page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ALONE = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
OFFLINE = ["--host-resolver-rules=MAP * ~NOTFOUND"]
BY_NETWORK = "http://", "https://", "ws://", "wss://"
THE_BROWSER = "not an origin"
DONE = "The page is done: "
VIEW = "#class=MAX&sequence=3&architecture=cnn-25"


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return write_toy(tmp_path_factory.mktemp("toy"), sequences=5)


@pytest.fixture(scope="module")
def page(toy):
    return render_page(gather_content(**toy, most=4))


@pytest.fixture(scope="module")
def visit(page, tmp_path_factory):
    """Return what a browser makes of the page: its elements, and what it logs.

    `act` is run in the page once it is ready: what a reader would do.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip(f"needs a browser to open the page: one of {', '.join(BROWSERS)} on PATH")
    folder = tmp_path_factory.mktemp("pages")

    def open_page(fragment="", act="", size=(1280, 900), policy=True):
        path = folder / "toy.html"
        text = page if policy else re.sub("<meta http-equiv[^>]*>", "", page)
        path.write_text(text.replace("</body>", f"{when_ready(act)}</body>"))
        command = [
            *(browser, *QUIET, *ALONE, *OFFLINE, f"--user-data-dir={folder / 'profile'}"),
            *(f"--window-size={size[0]},{size[1]}", f"--log-net-log={folder / 'net.json'}"),
            *("--enable-logging=stderr", path.as_uri() + fragment),
        ]
        dom, log = read_log(command)
        return Visit(dom, log, folder / "net.json")

    return open_page


def read_log(command):
    """Return the page that the browser logs when all is done, and what it logged before."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as run:
        watch = Timer(120, run.kill)
        watch.start()
        lines = []
        for line in run.stderr:
            lines.append(line)
            if DONE in line:
                break
        watch.cancel()
        run.send_signal(signal.SIGINT)  # at a SIGTERM it would not end its log of requests
        run.communicate()
    *log, last = lines
    assert DONE in last, f"the page was not ready in time: {''.join(lines)}"
    return unquote(last.partition(DONE)[2].partition('"')[0]), "".join(log)


def when_ready(act):
    return f"""<script>
    (async () => {{
      const pass = (time) => new Promise((done) => setTimeout(done, time));
      const frame = () => new Promise(requestAnimationFrame);
      // what the page draws in the next frame is there after it
      const pause = () => pass(200).then(frame).then(frame);
      while (!document.body.dataset.ready || !plot.inner_width) await pass(50);
      const pick = (id, value) => {{
        element(id).value = value;
        element(id).dispatchEvent(new Event("change"));
      }};
      {act};
      await pause();
      document.body.dataset.address = location.hash;
      document.body.dataset.view = JSON.stringify([view.start, view.end]);
      document.body.dataset.bands = JSON.stringify(drawn.bands.map((band) => band.caption));
      const tops = ["own_hits", "other_hits"].flatMap((name) => [...source(name).data.top]);
      document.body.dataset.boxes = JSON.stringify(Object.fromEntries(drawn.bands.map(
        (band) => [band.caption.split(", p =")[0], tops.filter(
          (top) => top >= band.top - CAPTION && top < band.bottom).length])));
      document.body.dataset.letters = source("letters").data.xs.length;
      const logos = [...document.querySelectorAll(".logos")].filter((each) => !each.hidden);
      document.body.dataset.logos = JSON.stringify(
        logos.flatMap((each) => [...each.querySelectorAll("b")].map((title) => title.textContent)));
      document.body.dataset.width = document.documentElement.scrollWidth;
      document.querySelectorAll("script, style").forEach((each) => each.remove());
      console.log("{DONE}" + encodeURIComponent(document.documentElement.outerHTML));
    }})();
    </script>"""


class Visit(HTMLParser):
    """The visible text of every element with an identifier, and the rows of tables."""

    def __init__(self, dom, log, net):
        super().__init__()
        self.log, self.net = log, net
        self.texts, self.rows, self.attributes, self.options = {}, {}, {}, {}
        self._open, self._chosen = [], None
        self.feed(dom)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "body":
            self.attributes = attributes
        if tag in ("meta", "br", "link", "input"):
            return
        hidden = "hidden" in attributes or any(hidden for *_, hidden in self._open)
        self._open.append((tag, attributes.get("id"), hidden))
        if tag == "tr":
            self.rows.setdefault(self._inside(), []).append([])

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if any(hidden for *_, hidden in self._open):
            return
        tag = self._open[-1][0] if self._open else ""
        if tag == "option":
            self.options.setdefault(self._inside(), []).append(data)
        if tag in ("td", "th"):
            self.rows[self._inside()][-1].append(data)
        for _tag, identifier, _hidden in self._open:
            if identifier:
                self.texts[identifier] = self.texts.get(identifier, "") + data

    def _inside(self):
        return next((name for _, name, _ in reversed(self._open) if name), "")

    def read(self, name):
        return json.loads(self.attributes[f"data-{name}"])

    def list_requests(self):
        """Addresses on a network that the page asked for; those that the browser does are not."""
        events = json.loads(self.net.read_text())["events"]
        started = [each["params"] for each in events if "initiator" in each.get("params", "")]
        asked = {each["url"] for each in started if each["initiator"] != THE_BROWSER}
        return sorted(url for url in asked if url.startswith(BY_NETWORK))


@pytest.fixture(scope="module")
def first(visit):
    return visit()


def test_it_starts_without_an_error(first):
    assert "data-ready" in first.attributes
    messages = [line for line in first.log.splitlines() if "CONSOLE" in line]
    assert not [line for line in messages if "INFO:CONSOLE" not in line or "Uncaught" in line]
    assert "problem" not in first.texts


def test_no_request_leaves_it(first):
    assert first.list_requests() == []


def test_a_request_would_be_seen_and_is_refused(visit):
    """What an image asks for is seen of any other page; this page's policy refuses it."""
    ask = 'document.body.append(Object.assign(new Image(), {src: "https://example.invalid/a"}))'
    refused = visit(act=ask)
    assert refused.list_requests() == []
    assert "violates the following Content Security Policy directive" in refused.log
    assert visit(act=ask, policy=False).list_requests() == ["https://example.invalid/a"]


def test_it_begins_with_the_first_sequence_and_all_networks(first):
    assert first.texts["status"] == "Sequence 0 of class SRF, all networks"
    assert first.attributes["data-address"] == "#class=SRF&sequence=0"
    assert first.options["sequence"] == ["0", "2", "4", "6"]
    assert first.options["architecture"] == ["all 3", "CNN-2", "CNN-25", "CNN-rnn"]


def test_all_strips_lie_below_the_implants_and_the_sequence(first):
    bands = first.read("bands")
    assert bands[:2] == ["true implants", "sequence, hits boxed"]
    assert len(bands) == 2 + 3 * 4 + 4
    assert [each.split(",")[0] for each in bands[-4:]] == ["CNN-rnn: temporal output"] * 4


def test_a_hit_of_a_temporal_output_is_boxed_in_the_direction_that_was_read(first):
    assert {name: count for name, count in first.read("boxes").items() if "temporal" in name} == {
        "CNN-rnn: temporal output, forward": 1,
        "CNN-rnn: temporal output, backward": 0,
        "CNN-rnn: temporal output, forward (temporal-backward)": 0,
        "CNN-rnn: temporal output, backward (temporal-backward)": 1,
    }
    assert first.read("boxes")["CNN-2: saliency"] == 1


def test_logos_are_those_of_the_class_and_the_networks(visit, first):
    assert first.read("logos") == ["SRF MA0083.3", "CNN-2", "CNN-25", "CNN-rnn"]
    assert visit(VIEW).read("logos") == ["MAX MA0058.3", "CNN-25"]


def check_numbers(shown, toy, name, number):
    """All numbers of the page are those of the tables, digit by digit."""
    expected = {}
    for files in toy["readings"]:
        table = pd.read_csv(files.hits, dtype=str, keep_default_na=False)
        real = table[(table["shuffled"] == "False") & (table["class"] == name)]
        (row,) = real[real["sequence"] == number].to_dict("records")
        expected[files.architecture, files.readout] = row
    head, *rows = shown.rows["hits"]
    titles = {"CNN-2": "cnn-2", "CNN-25": "cnn-25", "CNN-rnn": "cnn-rnn"}
    assert len(rows) == len(expected)
    for cells in rows:
        said = dict(zip(head, cells, strict=True))
        row = expected[titles[said["Network"]], said["Readout"]]
        keys = {"Probability": "probability", "Start": "start", "End": "end", "Score": "score"}
        assert {key: said[key] for key in keys} == {key: row[each] for key, each in keys.items()}
        assert said["k-mer"] == row["kmer"]
        assert said["Class's motif"] == {"1": "yes", "0": "no"}[row["relevant"]]
        assert said["Best match"].endswith(row["target"] or "none")
        assert f"{said['Network']} {row['probability']}" in shown.texts["scores"]


def test_the_numbers_are_those_of_the_tables(first, toy):
    check_numbers(first, toy, "SRF", "0")


def test_an_address_chooses_what_is_shown(visit, toy):
    shown = visit(VIEW)
    assert shown.texts["status"] == "Sequence 3 of class MAX, CNN-25"
    assert shown.attributes["data-address"] == VIEW
    bands = shown.read("bands")
    assert len(bands) == 2 + 4
    assert all(each.startswith("CNN-25: ") for each in bands[2:])
    check_numbers(shown, toy, "MAX", "3")


def test_choosing_changes_what_is_shown_and_the_address(visit, toy, first):
    acts = 'pick("class", "MAX"); pick("sequence", "3"); pick("architecture", "cnn-25")'
    shown = visit(act=acts)
    assert shown.texts["status"] == "Sequence 3 of class MAX, CNN-25"
    assert shown.attributes["data-address"] == VIEW
    assert shown.texts["letters"] != first.texts["letters"]
    check_numbers(shown, toy, "MAX", "3")


def test_the_letters_are_the_sequence_and_its_implants_are_listed(visit, toy):
    content = gather_content(**toy, most=4)
    sequence = content.classes[0].sequences[2]
    shown = visit(f"#sequence={sequence.number}")
    assert shown.texts["letters"] == sequence.letters
    _head, *rows = shown.rows["implants"]
    assert rows == [
        [each.name, each.identifier, str(each.start), str(each.end), each.strand]
        for each in sequence.implants
    ]


def test_buttons_step_from_sequence_to_sequence(visit):
    shown = visit(
        act='element("next").click(); element("next").click(); element("previous").click()'
    )
    assert shown.texts["status"] == "Sequence 2 of class SRF, all networks"


def test_buttons_zoom_and_move_within_the_sequence(visit):
    near = visit(act='element("in").click(); await pause(); element("left").click()')
    assert near.read("view") == [0, 50.5]
    far = visit("#from=20&to=40", 'element("out").click()')
    assert far.read("view") == [10, 50]
    assert visit("#from=20&to=40", 'element("whole").click()').read("view") == [0, 101]


def test_values_can_be_read_as_a_table(visit, toy):
    content = gather_content(**toy, most=4)
    strips = [each for each in content.classes[0].strips if each.architecture == "cnn-rnn"]
    shown = visit(
        "#sequence=2&architecture=cnn-rnn&from=20&to=40", 'element("details").open = true'
    )
    head, *rows = shown.rows["values"]
    assert head[2:] == [f"CNN-rnn: {each.name}" for each in strips]
    assert [int(row[0]) for row in rows] == list(range(20, 40))
    assert "".join(row[1] for row in rows) == content.classes[0].sequences[1].letters[20:40]
    for column, strip in enumerate(strips, start=2):
        values = strip.values[strip.numbers.tolist().index(2)]
        said = [float(row[column]) for row in rows]
        # half a thousandth of the largest, and three digits
        allowed = 0.0006 * abs(values).max() + 0.005 * abs(values[20:40])
        assert (abs(said - values[20:40]) <= allowed).all()


def test_letters_take_the_place_of_bars_where_they_can_be_read(visit, first):
    assert first.read("letters") > 0
    narrow = visit(size=(500, 900))
    assert narrow.read("letters") == 0
    assert visit("#from=20&to=60", size=(500, 900)).read("letters") > 0


def test_a_narrow_page_is_not_wider_than_its_window(visit):
    assert visit(size=(500, 900)).read("width") <= 500


def test_an_address_of_something_that_is_not_there_says_so(visit):
    shown = visit("#class=SRF&sequence=999")
    assert "no sequence 999" in shown.texts["problem"]
    assert shown.texts["status"] == "Sequence 0 of class SRF, all networks"
