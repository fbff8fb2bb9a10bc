# Architectures in pairs, over datasets; and what a number of their recipes does.


rule pairs:
    input:
        **BASELINE_TABLES,
        cells="results/tables/cells.csv",
    output:
        pairs=report(
            "results/tables/pairs.csv",
            caption="../report/captions/pairs.rst",
            category="Tables",
            labels={"table": "pairs of architectures"},
        ),
        datasets=report(
            "results/tables/pairs_datasets.csv",
            caption="../report/captions/pairs.rst",
            category="Tables",
            labels={"table": "pairs of architectures, every dataset"},
        ),
        provenance=[
            "results/tables/pairs.provenance.json",
            "results/tables/pairs_datasets.provenance.json",
        ],
    log:
        "results/logs/pairs.log",
    benchmark:
        "results/benchmarks/pairs.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        pairs=STUDY["pairs"],
    message:
        "Comparing pairs of architectures over the datasets"
    script:
        "../workflow_scripts/pairs.py"


rule pair_figures:
    input:
        **BASELINE_TABLES,
        cells="results/tables/cells.csv",
        datasets="results/tables/pairs_datasets.csv",
        history=get_cell_files("history.csv"),
    output:
        pairs=report(
            "results/figures/pairs.svg",
            caption="../report/captions/pair_figure.rst",
            category="Results",
            labels={"figure": "pairs of architectures"},
        ),
        pairs_png="results/figures/pairs.png",
        spread=report(
            "results/figures/spread.svg",
            caption="../report/captions/spread_figure.rst",
            category="Results",
            labels={"figure": "AUROC with its spread"},
        ),
        spread_png="results/figures/spread.png",
        gaps=report(
            "results/figures/gaps.svg",
            caption="../report/captions/gap_figure.rst",
            category="Results",
            labels={"figure": "training and validation loss apart"},
        ),
        gaps_png="results/figures/gaps.png",
        provenance=[
            "results/figures/pairs.provenance.json",
            "results/figures/spread.provenance.json",
            "results/figures/gaps.provenance.json",
        ],
    log:
        "results/logs/pair_figures.log",
    benchmark:
        "results/benchmarks/pair_figures.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        cells=[list(cell) for cell in CELLS],
        architectures=list_drawn(),
    message:
        "Drawing pairs of architectures, their spread, and their gaps between losses"
    script:
        "../workflow_scripts/pair_figures.py"


rule gap_curves_figure:
    input:
        history=get_dataset_histories,
    output:
        svg=report(
            "results/figures/gap_curves/{dataset}.svg",
            caption="../report/captions/gap_curves.rst",
            category="Results",
            labels={"figure": "losses by epoch, {dataset}"},
        ),
        png="results/figures/gap_curves/{dataset}.png",
        provenance="results/figures/gap_curves/{dataset}.provenance.json",
    log:
        "results/logs/gap_curves_figure/{dataset}.log",
    benchmark:
        "results/benchmarks/gap_curves_figure/{dataset}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        cells=get_dataset_cells,
        architectures=list_drawn(),
    message:
        "Drawing training and validation loss by epoch ({wildcards.dataset})"
    script:
        "../workflow_scripts/gap_curves_figure.py"


rule scan_figure:
    input:
        cells="results/tables/cells.csv",
    output:
        svg=report(
            "results/figures/scans/{scan}.svg",
            caption="../report/captions/scan_figure.rst",
            category="Results",
            labels={"figure": "AUROC against {scan}"},
        ),
        png="results/figures/scans/{scan}.png",
        provenance="results/figures/scans/{scan}.provenance.json",
    log:
        "results/logs/scan_figure/{scan}.log",
    benchmark:
        "results/benchmarks/scan_figure/{scan}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        recipes=get_recipes_of(CELLS),
    message:
        "Drawing AUROC against {wildcards.scan} of the architectures"
    script:
        "../workflow_scripts/scan_figure.py"
