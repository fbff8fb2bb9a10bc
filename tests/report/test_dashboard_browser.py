"""The dashboard in a browser: it loads alone, and shows what is chosen."""

import itertools
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
NARROW = 400
NARROWEST_WINDOW = 500
"""What a browser without a screen has at least: narrower pages are shown in a frame."""
TITLES = {"cnn-2": "CNN-2", "cnn-25": "CNN-25", "cnn-rnn": "CNN-rnn"}

MEASURE = """
    const box = (each) => {
      const { left, top, right, bottom } = each.getBoundingClientRect();
      return [left, top, right, bottom];
    };
    const all = (selector) => [...document.querySelectorAll(selector)];
    document.body.dataset.rows = JSON.stringify(all("#letters .row").map((row) => {
      const range = document.createRange();
      range.selectNodeContents(row);
      return { text: row.textContent, start: Number(row.dataset.start), box: box(range) };
    }));
    document.body.dataset.lanes = JSON.stringify(all("#letters .lane").map((lane) => {
      const mark = lane.querySelector(".hit"), name = lane.querySelector(".name");
      return {
        text: mark.textContent, name: name.textContent, mark: box(mark), label: box(name),
        stop: mark.tabIndex,
      };
    }));
    document.body.dataset.logoEnds = JSON.stringify(
      all(".logos:not([hidden]) .logo svg").map((each) => each.getBoundingClientRect().right));
    document.body.dataset.tables = JSON.stringify(Object.fromEntries(all(".wide").map((each) => [
      each.firstElementChild.id,
      {
        cut: each.scrollWidth > each.clientWidth,
        says: !each.previousElementSibling.hidden,
        stop: each.tabIndex,
      },
    ])));
    const line = document.body.appendChild(document.createElement("span"));
    line.style = "font: 12px sans-serif; position: absolute; white-space: pre;";
    document.body.dataset.room = plot.inner_width;
    const captions = [...source("captions").data.text].map((text) => {
      line.textContent = text;
      return [text, line.offsetWidth];
    });
    document.body.dataset.captions = JSON.stringify(captions);
    line.style.fontSize = "11px";
    const inView = drawn.implants.filter(({ start, end }) => start < view.end && end > view.start);
    document.body.dataset.implants = JSON.stringify([...source("names").data.text].map(
      (text, number) => {
        line.textContent = text;
        const { start, end } = inView[number];
        const seen = Math.min(end, view.end) - Math.max(start, view.start);
        return [text, line.offsetWidth, seen / (view.end - view.start) * plot.inner_width];
      }));
    line.remove();
    const { top, bottom } = source("lanes").data;
    document.body.dataset.heights = JSON.stringify(top.map((each, lane) => [each, bottom[lane]]));
    document.body.dataset.labels = JSON.stringify([...source("labels").data.text]);
"""
"""Where parts of the page lie, in pixels, and what they say."""


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
        address = path.as_uri() + fragment
        if size[0] < NARROWEST_WINDOW:
            path = folder / "frame.html"
            frame = f'<iframe src="{address}" width="{size[0]}" height="{size[1]}"></iframe>'
            path.write_text(frame)
            address = path.as_uri()
        command = [
            *(browser, *QUIET, *ALONE, *OFFLINE, f"--user-data-dir={folder / 'profile'}"),
            *(f"--window-size={size[0]},{size[1]}", f"--log-net-log={folder / 'net.json'}"),
            *("--enable-logging=stderr", address),
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
      {MEASURE}
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


@pytest.fixture(scope="module")
def chosen(visit):
    return visit(VIEW)


@pytest.fixture(scope="module")
def narrow(visit):
    """A sequence whose hits begin in one row of letters and end in the next."""
    return visit("#sequence=4", size=(NARROW, 900))


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
    assert bands[:3] == ["true implants", "sequence", "hits"]
    assert len(bands) == 3 + 3 * 4 + 4
    assert [each.split(",")[0] for each in bands[-4:]] == ["CNN-rnn: temporal output"] * 4


def test_the_key_explains_what_is_shown_alone(first, chosen):
    assert "temporal output" in first.texts["strips-key"]
    assert "temporal output" not in chosen.texts["strips-key"]
    assert "raises the score" in chosen.texts["strips-key"]


def test_a_hit_of_a_temporal_output_is_boxed_in_the_direction_that_was_read(first):
    assert {name: count for name, count in first.read("boxes").items() if "temporal" in name} == {
        "CNN-rnn: temporal output, forward": 1,
        "CNN-rnn: temporal output, backward": 0,
        "CNN-rnn: temporal output, forward (temporal-backward)": 0,
        "CNN-rnn: temporal output, backward (temporal-backward)": 1,
    }
    assert first.read("boxes")["CNN-2: saliency"] == 1


def test_logos_are_those_of_the_class_and_the_networks(chosen, first):
    assert first.read("logos") == ["SRF MA0083.3", "CNN-2", "CNN-25", "CNN-rnn"]
    assert chosen.read("logos") == ["MAX MA0058.3", "CNN-25"]


def check_numbers(shown, toy, name, number):
    """All numbers of the page are those of the tables, digit by digit."""
    expected = {}
    for files in toy["readings"]:
        table = pd.read_csv(files.hits, dtype=str, keep_default_na=False)
        real = table[(table["shuffled"] == "False") & (table["class"] == name)]
        (row,) = real[real["sequence"] == number].to_dict("records")
        expected[files.architecture, files.readout] = row
    head, *rows = shown.rows["hits"]
    names = {title: name for name, title in TITLES.items()}
    assert len(rows) == len(expected)
    for cells in rows:
        said = dict(zip(head, cells, strict=True))
        row = expected[names[said["Network"]], said["Readout"]]
        keys = {"Probability": "probability", "Start": "start", "End": "end", "Score": "score"}
        assert {key: said[key] for key in keys} == {key: row[each] for key, each in keys.items()}
        assert said["k-mer"] == row["kmer"]
        assert said["Class's motif"] == {"1": "yes", "0": "no"}[row["relevant"]]
        assert said["Best match"].endswith(row["target"] or "none")
        assert f"{said['Network']} {row['probability']}" in shown.texts["scores"]


def test_the_numbers_are_those_of_the_tables(first, toy):
    check_numbers(first, toy, "SRF", "0")


def test_an_address_chooses_what_is_shown(chosen, toy):
    assert chosen.texts["status"] == "Sequence 3 of class MAX, CNN-25"
    assert chosen.attributes["data-address"] == VIEW
    bands = chosen.read("bands")
    assert len(bands) == 3 + 4
    assert all(each.startswith("CNN-25: ") for each in bands[3:])
    check_numbers(chosen, toy, "MAX", "3")


def test_choosing_changes_what_is_shown_and_the_address(visit, toy, first):
    acts = 'pick("class", "MAX"); pick("sequence", "3"); pick("architecture", "cnn-25")'
    shown = visit(act=acts)
    assert shown.texts["status"] == "Sequence 3 of class MAX, CNN-25"
    assert shown.attributes["data-address"] == VIEW
    assert shown.read("rows") != first.read("rows")
    check_numbers(shown, toy, "MAX", "3")


def test_the_letters_are_the_sequence_and_its_implants_are_listed(visit, toy):
    content = gather_content(**toy, most=4)
    sequence = content.classes[0].sequences[2]
    shown = visit(f"#sequence={sequence.number}")
    assert "".join(row["text"] for row in shown.read("rows")) == sequence.letters
    _head, *rows = shown.rows["implants"]
    assert rows == [
        [each.name, each.identifier, str(each.start), str(each.end), each.strand]
        for each in sequence.implants
    ]


def overlap(one, other):
    """Whether two boxes (left, top, right, bottom) have more than a line of pixels in common."""
    left, top = map(max, one[:2], other[:2])
    right, bottom = map(min, one[2:], other[2:])
    return left < right - 1 and top < bottom - 1


@pytest.mark.parametrize(("name", "sequence", "parts"), [("first", 0, 1), ("narrow", 2, 2)])
def test_every_hit_has_a_named_mark_below_its_letters_that_covers_nothing(
    toy, name, sequence, parts, request
):
    """Boxes are those of the browser; what a mark says is below the letters that it repeats."""
    shown = request.getfixturevalue(name)
    hits = gather_content(**toy, most=4).classes[0].sequences[sequence].hits
    rows, lanes = shown.read("rows"), shown.read("lanes")
    assert len(lanes) == parts * len(hits)
    found = {}
    for lane in lanes:
        row = [each for each in rows if each["box"][1] < lane["mark"][1]][-1]
        step = (row["box"][2] - row["box"][0]) / len(row["text"])
        place = round((lane["mark"][0] - row["box"][0]) / step)
        assert lane["mark"][0] == pytest.approx(row["box"][0] + place * step, abs=1)
        assert lane["mark"][2] - lane["mark"][0] == pytest.approx(len(lane["text"]) * step, abs=1)
        begun = found.setdefault(
            lane["name"].removesuffix(", continued"), [row["start"] + place, ""]
        )
        begun[1] += lane["text"]
    assert found == {
        f"{TITLES[hit.architecture]}: {hit.readout}": [int(hit.start), hit.kmer]
        for hit in hits.itertuples()
    }
    boxes = [row["box"] for row in rows]
    boxes += [lane[part] for lane in lanes for part in ("mark", "label")]
    assert all(box[0] >= 0 and box[2] <= shown.read("width") for box in boxes)
    pairs = itertools.combinations(boxes, 2)
    assert not [pair for pair in pairs if overlap(*pair)]


def test_hits_are_reached_by_keys_and_then_say_what_the_tables_say(visit, first, toy):
    press = """
      element("letters").querySelector('.hit[tabindex="0"]').focus();
      for (const key of ["End", "ArrowDown", "ArrowUp"]) {
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      }"""
    assert [lane["stop"] for lane in first.read("lanes")] == [0] + [-1] * 16
    assert first.texts["hit"].startswith("Point at a hit")
    shown = visit(act=press)
    assert [lane["stop"] for lane in shown.read("lanes")] == [-1] * 15 + [0, -1]
    hit = gather_content(**toy, most=1).classes[0].sequences[0].hits.iloc[15]
    assert hit["readout"] == "temporal-backward"
    assert shown.texts["hit"].startswith(
        f"CNN-rnn: temporal-backward: {hit['kmer']}, nucleotides {hit['start']} to {hit['end']}, "
        f"score {hit['score']}; best match "
    )


def test_the_plot_names_every_hit_in_a_lane_of_its_own(first, visit):
    names = [lane["name"] for lane in first.read("lanes")]
    assert first.read("boxes")["hits"] == len(names) == 17
    assert [text.strip() for text in first.read("labels")] == names
    assert first.read("boxes")["sequence"] == 0
    assert all(one[1] < other[0] for one, other in itertools.pairwise(first.read("heights")))
    # hits that lie to the left of the view are still named
    far = visit("#from=80&to=100")
    assert far.read("labels") == [f"\u25c2 {name}" for name in names]


def test_buttons_step_from_sequence_to_sequence(visit):
    shown = visit(
        act="""
        element("next").click(); element("next").click(); element("previous").click();
        element("previous").focus(); element("previous").click();
        document.body.dataset.focus = document.activeElement.id;
        element("next").click();"""
    )
    assert shown.texts["status"] == "Sequence 2 of class SRF, all networks"
    # at the first sequence the button that was pressed is off
    assert shown.attributes["data-focus"] == "next"


def test_buttons_zoom_and_move_within_the_sequence(visit):
    shown = visit(
        "#from=20&to=40",
        """
        const seen = [];
        const press = (...names) => {
          for (const name of names) element(name).click();
          seen.push([view.start, view.end]);
        };
        press("out"); press("whole"); press("in", "left"); press("right");
        document.body.dataset.seen = JSON.stringify(seen);""",
    )
    assert shown.read("seen") == [[10, 50], [0, 101], [0, 50.5], [25.25, 75.75]]


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


def test_letters_take_the_place_of_bars_where_they_can_be_read(visit, first, narrow):
    assert first.read("letters") > 0
    assert narrow.read("letters") == 0
    assert visit("#from=20&to=60", size=(NARROW, 900)).read("letters") > 0


def test_nothing_of_a_narrow_page_is_cut_without_a_word(first, narrow):
    assert narrow.read("width") <= NARROW
    assert len(narrow.read("rows")) > len(first.read("rows")) == 1
    assert max(narrow.read("logo-ends")) <= NARROW < max(first.read("logo-ends"))
    hits = {shown: shown.read("tables")["hits"] for shown in (first, narrow)}
    assert hits[first] == {"cut": False, "says": False, "stop": -1}
    assert hits[narrow] == {"cut": True, "says": True, "stop": 0}
    for shown in (first, narrow):
        assert all(each["says"] == each["cut"] for each in shown.read("tables").values())


def test_captions_of_strips_have_the_lines_that_they_need(first, narrow):
    room = narrow.read("room")
    assert max(width for _, width in first.read("captions")) > room
    assert max(width for _, width in narrow.read("captions")) <= room
    lines = " ".join(text for text, _ in narrow.read("captions"))
    # a line may end at a hyphen, too
    assert lines.replace("- ", "-") == " ".join(narrow.read("bands")).replace("- ", "-")


def test_names_of_implants_stay_in_their_boxes(visit, toy, first, narrow):
    sequence = gather_content(**toy, most=4).classes[0].sequences[0]
    end = sequence.implants[0].end
    # of the first implant two nucleotides are in view
    cut = visit(f"#sequence={sequence.number}&from={end - 2}&to={end + 40}", size=(NARROW, 900))
    for shown in (first, narrow, cut):
        implants = shown.read("implants")
        assert implants
        assert all(width <= room + 1 for _, width, room in implants)
    # not by leaving them out
    assert any("SRF" in text for text, _, _ in first.read("implants"))


def test_an_address_of_something_that_is_not_there_says_so(visit):
    shown = visit("#class=SRF&sequence=999")
    assert "no sequence 999" in shown.texts["problem"]
    assert shown.texts["status"] == "Sequence 0 of class SRF, all networks"
