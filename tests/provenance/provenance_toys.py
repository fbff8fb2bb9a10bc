"""A toy study: two datasets, their cells and readouts, as files of a folder of results."""

import json
from pathlib import Path

from motifgrid.motifs.comparison import Engine, write_engine
from motifgrid.motifs.databases import DatabaseInfo, write_info

DATABASE = DatabaseInfo("JASPAR", "JASPAR2016", 519, "d" * 64)
ENGINE = Engine("memelite", "0.5.0")
STUDY = {
    "study": "toy",
    "title": "Which?",
    "resource_lock": "resources.lock.json",
    "training": {"epochs": 3},
}
FACTS = {
    "study": STUDY,
    "datasets": {
        "mine": {
            "files": [{"name": "peaks.bed", "path": "data/peaks.bed", "url": ""}],
            "motifs": False,
        },
        "theirs": {
            "files": [{"name": "hg19.fa.gz", "path": "", "url": "https://example.org/hg19.fa.gz"}],
            "motifs": True,
        },
    },
    "weights": {"published": ["data/weights.h5"]},
    "curves": ["roc"],
}


def put(path, text="text\n"):
    """Write a file below the working directory; return its path as it was given."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
    return path


def put_cell(dataset, architecture, seed=0, **facts):
    """Write a file of a cell, and its facts; return the file's path."""
    folder = f"results/cells/{dataset}/{architecture}/{seed}"
    put(f"{folder}/cell.json", json.dumps({"keras": "3.15.1", "backend": "tensorflow", **facts}))
    return put(f"{folder}/scores.csv")


def put_resources():
    """Write what the toy study has from outside, and what describes it."""
    put("data/peaks.bed", "chr1\t0\t10\n")
    put("data/weights.h5", "weights")
    locked = {"hg19.fa.gz": {"url": "https://example.org/hg19.fa.gz", "size": 3}}
    locked["hg19.fa.gz"]["sha256"] = "a" * 64
    put("resources.lock.json", json.dumps(locked))
    Path("results/resources").mkdir(parents=True, exist_ok=True)
    write_info("results/resources/motifs.json", DATABASE)
    write_engine("results/resources/tomtom_engine.json", ENGINE)
