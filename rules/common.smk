# Wildcard constraints made from the configuration, input functions, and the final targets.

import sys
from pathlib import Path

import yaml

_WORKFLOW = Path(str(workflow.current_basedir)).parent
sys.path.insert(0, str(_WORKFLOW / "workflow_scripts"))

from motifgrid import configuration

_SCHEMA = yaml.safe_load((_WORKFLOW / "schemas" / "config.schema.yaml").read_text())
try:
    STUDY = configuration.resolve(config, _SCHEMA)
    if workflow.is_main_process:
        configuration.require_known_motifs(STUDY)
except configuration.ConfigurationError as error:
    raise WorkflowError(str(error)) from None

CELLS = configuration.list_cells(STUDY)
READOUTS = sorted(STUDY["readouts"])
NUMBA_CACHE = ".cache/numba"


wildcard_constraints:
    dataset="|".join(sorted(STUDY["datasets"])),
    architecture="|".join(sorted({cell.architecture for cell in CELLS})),
    seed=r"\d+",
    readout="|".join(READOUTS),


def get_cell_files(name):
    """One file of every cell, in the order of CELLS."""
    return [f"results/cells/{d}/{a}/{s}/{name}" for d, a, s in CELLS]


def get_readout_files(name):
    """One file of every readout of every cell, in the order of READOUTS and CELLS."""
    return [
        f"results/readouts/{readout}/{d}/{a}/{s}/{name}"
        for readout in READOUTS
        for d, a, s in CELLS
    ]


def get_recipe(wildcards):
    return configuration.get_recipe(STUDY, wildcards.architecture)


def get_training(wildcards):
    return configuration.get_training(STUDY, wildcards.architecture)


def get_simulation(wildcards):
    return configuration.get_simulation(STUDY, wildcards.dataset)


def get_alignment(wildcards):
    return configuration.get_alignment(STUDY, wildcards.readout)


def get_contrast_files(name):
    """One file of the first seed of every architecture that a contrast shows."""

    def get(wildcards):
        folder = f"results/readouts/{wildcards.readout}/{wildcards.dataset}"
        shown = configuration.list_contrast(STUDY, wildcards.dataset)
        return [f"{folder}/{cell.architecture}/{cell.seed}/{name}" for cell in shown]

    return get


def get_title(wildcards):
    # by a function, since Snakemake takes braces in a plain string for wildcards
    return STUDY["title"]


def get_note(wildcards):
    return STUDY["note"]


def get_database_files(wildcards):
    """A user's motif file, where the configuration names one."""
    database = STUDY["motif_database"]
    return [database["path"]] if database["source"] == "file" else []


def get_datasets():
    return [
        f"results/datasets/{name}.h5"
        for name in sorted({cell.dataset for cell in CELLS})
    ]


def get_cells():
    """Every file of every cell: a target each, so that one that is lost is made again."""
    names = ["model.keras", "history.csv", "scores.csv", "cell.json"]
    return [path for name in names for path in get_cell_files(name)]


def get_readouts():
    """Every file of every readout, for the same reason."""
    names = ["motifs.meme", "filters.csv", "tomtom.tsv", "matches.csv", "fractions.csv"]
    pictures = ["logos.svg", "logos.png"]
    return [path for name in names + pictures for path in get_readout_files(name)]


def get_figures():
    datasets = sorted({cell.dataset for cell in CELLS})
    contrasts = [
        f"contrast/{readout}/{name}" for readout in READOUTS for name in datasets
    ]
    pools = [f"pool_size/{readout}" for readout in READOUTS]
    names = ["table1", "history", *pools, *contrasts]
    return [
        f"results/figures/{name}.{kind}" for name in names for kind in ("svg", "png")
    ]
