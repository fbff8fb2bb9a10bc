"""The dashboard: one HTML file that needs nothing else, neither a network nor a server."""

import base64
import gzip
import html
import json
from dataclasses import asdict
from itertools import cycle
from pathlib import Path
from string import Template

import numpy as np
from matplotlib.colors import to_hex

from motifgrid import dna
from motifgrid.motifs.pwm import cut
from motifgrid.report.dashboard_content import Content, Optimum, ShownClass, ShownSequence
from motifgrid.report.dashboard_logos import draw_outlines, draw_svg_logo, flatten_letter
from motifgrid.report.dashboard_plot import IMPLANT, OTHER_IMPLANT, draw_plot, read_library
from motifgrid.report.dashboard_strips import PARTS, Strip, round_values
from motifgrid.report.logos import LETTER_COLOURS, SMALLEST_LETTER, letter_heights
from motifgrid.report.names import display_name
from motifgrid.report.optima_figure import MOST_POSITIONS
from motifgrid.report.pool_figure import SERIES_COLOURS

WHOSE_LOG_ODDS = {
    "deepmotif": "of the sequence of its largest bases (the input's own are others)",
    "enhanced": "of the input itself",
}
"""By the definition of a readout of best inputs."""

NOT_CONVERGED = ", not converged: bases that do not matter may look informative"

_ASSETS = Path(__file__).parent


def render_page(content: Content) -> str:
    """Return the page.

    Args:
        content: what it shows.

    Returns:
        HTML; the same content gives the same text.
    """
    length = len(content.classes[0].sequences[0].letters)
    page = Template((_ASSETS / "dashboard.html").read_text(encoding="utf-8"))
    return page.substitute(
        dataset=html.escape(content.dataset),
        cells=html.escape(_list_cells(content)),
        style=(_ASSETS / "dashboard.css").read_text(encoding="utf-8"),
        code=(_ASSETS / "dashboard.js").read_text(encoding="utf-8"),
        outlines=draw_outlines(),
        known="\n".join(_draw_known(shown) for shown in content.classes),
        optima="\n".join(
            _draw_optimum(shown, each) for shown in content.classes for each in shown.optima
        ),
        library=_pack(read_library()),
        plot=_pack(draw_plot(length)),
        data=_pack(json.dumps(describe_content(content), sort_keys=True)),
    )


def describe_content(content: Content) -> dict[str, object]:
    """Return what the page's script reads, as plain JSON values."""
    return {
        "dataset": content.dataset,
        "architectures": [
            {"name": name, "title": display_name(name), "colour": colour}
            for name, colour in zip(content.architectures, cycle(SERIES_COLOURS), strict=False)
        ],
        "classes": [_describe_class(shown) for shown in content.classes],
        "parts": PARTS,
        "outlines": {letter: flatten_letter(letter) for letter in dna.ALPHABET},
        "colours": {letter: to_hex(colour) for letter, colour in LETTER_COLOURS.items()},
        "implants": {"own": IMPLANT, "other": OTHER_IMPLANT},
    }


def _list_cells(content: Content) -> str:
    """Name the cell of each architecture, as far as that needs words."""
    seeds = set(content.seeds.values())
    if len(seeds) == 1:
        return f"seed {seeds.pop()} of each network"
    return ", ".join(f"{display_name(name)} seed {seed}" for name, seed in content.seeds.items())


def _describe_class(shown: ShownClass) -> dict[str, object]:
    return {
        "name": shown.name,
        "sequences": [_describe_sequence(each) for each in shown.sequences],
        "strips": [_describe_strip(each) for each in shown.strips],
    }


def _describe_sequence(shown: ShownSequence) -> dict[str, object]:
    implants = None if shown.implants is None else [asdict(each) for each in shown.implants]
    return {
        "number": shown.number,
        "letters": shown.letters,
        "place": shown.place,
        "implants": implants,
        "hits": shown.hits.to_dict("records"),
    }


def _describe_strip(strip: Strip) -> dict[str, object]:
    largest, parts = round_values(strip.values)
    return {
        "readout": strip.readout,
        "architecture": strip.architecture,
        "name": strip.name,
        "probability": strip.probability,
        "found_by": strip.found_by,
        "numbers": strip.numbers.tolist(),
        "largest": largest,
        "parts": parts,
    }


def _draw_known(shown: ShownClass) -> str:
    figures = [
        _figure(f"{motif.name} {motif.identifier}".strip(), "database", motif.pwm)
        for motif in shown.known
    ]
    if shown.absent:
        figures.append(f"<p>Not in this database: {html.escape(', '.join(shown.absent))}.</p>")
    if not figures:
        figures.append("<p>No motif of this class is named in the configuration.</p>")
    name = html.escape(shown.name)
    return f'<div class="logos" data-class="{name}" hidden>{"".join(figures)}</div>'


def _draw_optima(shown: ShownClass) -> str:
    return "\n".join(_draw_optimum(shown, optimum) for optimum in shown.optima)


def _draw_optimum(shown: ShownClass, optimum: Optimum) -> str:
    first, pwm = cut(optimum.pwm, MOST_POSITIONS)
    part = "" if len(pwm) == len(optimum.pwm) else f", nucleotides {first} to {first + len(pwm)}"
    odds = f"log odds {optimum.log_odds} {WHOSE_LOG_ODDS[optimum.definition]}"
    end = "" if optimum.converged else NOT_CONVERGED
    note = f"{optimum.readout}: best of {optimum.starts} starts, {odds}{part}{end}"
    name, architecture = html.escape(shown.name), html.escape(optimum.architecture)
    return (
        f'<div class="logos" data-class="{name}" data-architecture="{architecture}" hidden>'
        f"{_figure(display_name(optimum.architecture), note, pwm, first)}</div>"
    )


def _figure(title: str, note: str, pwm: np.ndarray, first: int = 0) -> str:
    title, note = html.escape(title), html.escape(note)
    logo = draw_svg_logo(pwm, f"Logo of {title}", first)
    if letter_heights(pwm).max() < SMALLEST_LETTER:
        logo = "<p>No position prefers a base: there is nothing to draw.</p>"
    return f"<figure><figcaption><b>{title}</b> <small>{note}</small></figcaption>{logo}</figure>"


def _pack(text: str) -> str:
    """Pack as gzip in base 64: a report holds pages in URLs, and browsers refuse long ones."""
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
