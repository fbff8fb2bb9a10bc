import json
from pathlib import Path

import yaml

from motifgrid.configuration import list_sources, resolve
from motifgrid.provenance.studies import describe_study

SCHEMA = Path(__file__).parents[2] / "schemas" / "config.schema.yaml"


def describe(**changes):
    config = {
        "study": "mine",
        "datasets": {
            "bound": {
                "kind": "sequences",
                "class": {"name": "SRF", "motif": "MA0083.3"},
                "train": "a.gz",
                "test": "https://example.org/b.gz",
            }
        },
        "architectures": {"cnn": {"family": "lanchantin"}},
        "grid": [{"datasets": ["bound"], "architectures": ["cnn"], "seeds": [0]}],
        **changes,
    }
    study = resolve(config, yaml.safe_load(SCHEMA.read_text()))
    return study, describe_study(study, list_sources(study))


def test_jobs_are_told_the_study_and_the_files_that_it_names():
    study, facts = describe()
    assert facts["study"] == study
    assert facts["datasets"] == {
        "bound": {
            "files": [
                {"name": "a.gz", "path": "a.gz", "url": ""},
                {"name": "b.gz", "path": "", "url": "https://example.org/b.gz"},
            ],
            "motifs": True,
        }
    }
    assert (facts["weights"], facts["curves"]) == ({}, [])
    assert json.loads(json.dumps(facts)) == facts


def test_published_weights_and_curves_are_named():
    readouts = {"filters": {"method": "filters"}, "curve": {"method": "roc"}}
    architectures = {"published": {"family": "liu", "weights": "a.h5"}}
    grid = [{"datasets": ["bound"], "architectures": ["published"], "seeds": [0]}]
    grid[0]["untrained_seeds"] = []
    _study, facts = describe(architectures=architectures, grid=grid, readouts=readouts)
    assert facts["weights"] == {"published": ["a.h5"]}
    assert facts["curves"] == ["curve"]
