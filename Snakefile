# motifgrid: dataset x architecture x seed -> readouts -> Tomtom -> tables, figures, report.
# This file reads the configuration, includes the rules in the order in which data flows, and
# states the targets: nothing else.

from pathlib import Path

from snakemake.utils import min_version

min_version("9.0")


# A file given with --configfile replaces the embedded default instead of being mixed with it; a
# config.yaml in the working directory comes before the one beside this file.
if "study" not in config:

    configfile: "config.yaml" if Path("config.yaml").exists() else workflow.source_path("config.yaml")


report: "report/workflow.rst"


include: "rules/common.smk"
include: "rules/resources.smk"
include: "rules/download.smk"
include: "rules/genomes.smk"
include: "rules/datasets.smk"
include: "rules/cells.smk"
include: "rules/baselines.smk"
include: "rules/readouts.smk"
include: "rules/motifs.smk"
include: "rules/report.smk"
include: "rules/pairs.smk"
include: "rules/dashboard.smk"
include: "rules/provenance.smk"


rule all:
    default_target: True
    input:
        "results/provenance.html",
        get_results(),
        get_sidecars(),
        get_grid(),


rule all_datasets:
    input:
        get_datasets(),
        get_dataset_reports(),


rule all_cells:
    input:
        get_cells(),


rule all_readouts:
    input:
        get_readouts(),
