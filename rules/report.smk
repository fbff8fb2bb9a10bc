# Tables, figures and the page that a reader opens first.


rule filter_logos:
    input:
        motifs="results/readouts/{readout}/{dataset}/{architecture}/{seed}/motifs.meme",
        matches="results/readouts/{readout}/{dataset}/{architecture}/{seed}/matches.csv",
    output:
        svg=report_logos("{readout}", "{dataset}", "{architecture}", "{seed}"),
        png="results/readouts/{readout}/{dataset}/{architecture}/{seed}/logos.png",
    log:
        "results/logs/filter_logos/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/filter_logos/{readout}/{dataset}/{architecture}/{seed}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        cells=lambda wildcards: [list(get_cell(wildcards))],
        readout="{readout}",
    message:
        "Drawing filters of {wildcards.architecture} on {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/filter_logos.py"


# Several cells in one job, as in readouts.smk.
for readout, number, batch in list_read_batches(FILTER_READOUTS):

    rule:
        name:
            name_reading_job("filter_logos", readout, number, batch)
        input:
            motifs=get_files_read(readout, batch, "motifs.meme"),
            matches=get_files_read(readout, batch, "matches.csv"),
        output:
            svg=[report_logos(readout, *cell) for cell in batch],
            png=get_files_read(readout, batch, "logos.png"),
        log:
            f"results/logs/filter_logos/{readout}/{batch[0].dataset}/{number}.log",
        benchmark:
            f"results/benchmarks/filter_logos/{readout}/{batch[0].dataset}/{number}.tsv"
        conda:
            "../envs/analysis.yaml"
        threads: 1
        resources:
            mem_mb=grow(1000),
            runtime=grow(10 + len(batch)),
        params:
            cells=[list(cell) for cell in batch],
            readout=readout,
        message:
            f"Drawing filters of {len(batch)} cells on {batch[0].dataset}"
        script:
            "../workflow_scripts/filter_logos.py"


rule tables:
    input:
        **BASELINE_TABLES,
        scores=get_cell_files("scores.csv"),
        history=get_cell_files("history.csv"),
        facts=get_cell_files("cell.json"),
        fractions=get_readout_files("fractions.csv"),
    output:
        cells=report(
            "results/tables/cells.csv",
            caption="../report/captions/cells.rst",
            category="Tables",
            labels={"table": "every cell: scores and costs"},
        ),
        scores=report(
            "results/tables/scores.csv",
            caption="../report/captions/scores.rst",
            category="Tables",
            labels={"table": "every class: scores over seeds"},
        ),
        matches=report(
            "results/tables/matches.csv",
            caption="../report/captions/matches.rst",
            category="Tables",
            labels={"table": "every cell: matches"},
        ),
        summary="results/tables/summary.csv",
        table1=report(
            "results/tables/table1.csv",
            caption="../report/captions/table1.rst",
            category="Tables",
            labels={"table": STUDY["table"]},
        ),
        provenance=[
            "results/tables/cells.provenance.json",
            "results/tables/scores.provenance.json",
            "results/tables/matches.provenance.json",
            "results/tables/summary.provenance.json",
            "results/tables/table1.provenance.json",
        ],
    log:
        "results/logs/tables.log",
    benchmark:
        "results/benchmarks/tables.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        cells=[list(cell) for cell in CELLS],
        readouts=list_readings(),
    message:
        "Gathering the grid's scores and match fractions"
    script:
        "../workflow_scripts/tables.py"


rule published_table:
    input:
        **PUBLISHED_HITS,
        **PUBLISHED_PAIRS,
        summary="results/tables/summary.csv",
    output:
        published=report(
            "results/tables/published.csv",
            caption="../report/captions/published.rst",
            category="Tables",
            labels={"table": "beside the published numbers"},
        ),
        provenance="results/tables/published.provenance.json",
    log:
        "results/logs/published_table.log",
    benchmark:
        "results/benchmarks/published_table.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        published=STUDY["published"],
    message:
        "Setting our numbers beside the published ones"
    script:
        "../workflow_scripts/published_table.py"


rule sites_table:
    input:
        sites=get_site_files(),
    output:
        sites=report(
            "results/tables/sites.csv",
            caption="../report/captions/sites.rst",
            category="Tables",
            labels={"table": "every cell: true sites"},
        ),
        summary=report(
            "results/tables/sites_summary.csv",
            caption="../report/captions/sites_summary.rst",
            category="Tables",
            labels={"table": "every architecture: true sites"},
        ),
        provenance=[
            "results/tables/sites.provenance.json",
            "results/tables/sites_summary.provenance.json",
        ],
    log:
        "results/logs/sites_table.log",
    benchmark:
        "results/benchmarks/sites_table.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        readouts=list_readings_with_sites(),
    message:
        "Gathering how well motifs describe the implanted sites"
    script:
        "../workflow_scripts/sites_table.py"


rule hits_table:
    input:
        summaries=get_readout_files("hit_summary.csv", HIT_READOUTS),
    output:
        hits=report(
            "results/tables/hits.csv",
            caption="../report/captions/hits.rst",
            category="Tables",
            labels={"table": "every cell: what readouts of sequences find"},
        ),
        summary=report(
            "results/tables/hits_summary.csv",
            caption="../report/captions/hits_summary.rst",
            category="Tables",
            labels={"table": "every architecture: what readouts of sequences find"},
        ),
        provenance=[
            "results/tables/hits.provenance.json",
            "results/tables/hits_summary.provenance.json",
        ],
    log:
        "results/logs/hits_table.log",
    benchmark:
        "results/benchmarks/hits_table.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        readings=list_readings(HIT_READOUTS),
        methods={name: STUDY["readouts"][name]["method"] for name in HIT_READOUTS},
    message:
        "Gathering how often readouts point at the class's motif"
    script:
        "../workflow_scripts/hits_table.py"


rule ranking_table:
    input:
        ranked=get_rankings,
    output:
        table=report(
            "results/tables/ranked_filters.csv",
            caption="../report/captions/ranked_filters.rst",
            category="Tables",
            labels={"table": "are the filters that classes want their motifs?"},
        ),
        provenance="results/tables/ranked_filters.provenance.json",
    log:
        "results/logs/ranking_table.log",
    benchmark:
        "results/benchmarks/ranking_table.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        readings=list_rankings(),
    message:
        "Counting how often the filters that classes want are their motifs"
    script:
        "../workflow_scripts/ranking_table.py"


rule hits_figure:
    input:
        hits="results/tables/hits.csv",
    output:
        svg=report(
            "results/figures/hits.svg",
            caption="../report/captions/hits_figure.rst",
            category="Results",
            labels={"figure": "what readouts of sequences find"},
        ),
        png="results/figures/hits.png",
        provenance="results/figures/hits.provenance.json",
    log:
        "results/logs/hits_figure.log",
    benchmark:
        "results/benchmarks/hits_figure.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    message:
        "Drawing how often readouts point at the class's motif"
    script:
        "../workflow_scripts/hits_figure.py"


rule optima_figure:
    input:
        motifs="results/readouts/{readout}/{dataset}/{architecture}/{seed}/motifs.meme",
        optima="results/readouts/{readout}/{dataset}/{architecture}/{seed}/optima.csv",
        history="results/readouts/{readout}/{dataset}/{architecture}/{seed}/optima_history.csv",
    output:
        svg=report(
            "results/readouts/{readout}/{dataset}/{architecture}/{seed}/optima.svg",
            caption="../report/captions/optima_figure.rst",
            category="Sequences",
            subcategory="{dataset}",
            labels={
                "architecture": "{architecture}",
                "seed": "{seed}",
                "readout": "{readout}",
            },
        ),
        png="results/readouts/{readout}/{dataset}/{architecture}/{seed}/optima.png",
    log:
        "results/logs/optima_figure/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/optima_figure/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        readout=one_of(OPTIMISATIONS),
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    message:
        "Drawing the best inputs of {wildcards.architecture} on {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/optima_figure.py"


rule importance_figure:
    input:
        unpack(get_drawn_filters),
        maps="results/readouts/{readout}/{dataset}/{architecture}/{seed}/feature_maps.h5",
        neurons="results/readouts/{readout}/{dataset}/{architecture}/{seed}/importance.csv",
    output:
        svg=report(
            "results/readouts/{readout}/{dataset}/{architecture}/{seed}/importance.svg",
            caption="../report/captions/importance_figure.rst",
            category="Importance",
            subcategory="{dataset}",
            labels={
                "figure": "what classes want",
                "architecture": "{architecture}",
                "seed": "{seed}",
                "readout": "{readout}",
            },
        ),
        png="results/readouts/{readout}/{dataset}/{architecture}/{seed}/importance.png",
    log:
        "results/logs/importance_figure/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/importance_figure/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        readout=one_of(IMPORTANCES),
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    message:
        "Drawing what the classes of {wildcards.dataset} want of {wildcards.architecture}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/importance_figure.py"


rule class_tables:
    input:
        unpack(get_known_filters),
        unpack(get_ranked_filters),
        maps="results/readouts/{readout}/{dataset}/{architecture}/{seed}/feature_maps.h5",
        neurons="results/readouts/{readout}/{dataset}/{architecture}/{seed}/importance.csv",
        similarity="results/readouts/{readout}/{dataset}/{architecture}/{seed}/similarity.csv",
        dataset="results/datasets/{dataset}.h5",
    output:
        differences="results/readouts/{readout}/{dataset}/{architecture}/{seed}/differences.csv",
        traits="results/readouts/{readout}/{dataset}/{architecture}/{seed}/traits.csv",
        features="results/readouts/{readout}/{dataset}/{architecture}/{seed}/features.csv",
        counts="results/readouts/{readout}/{dataset}/{architecture}/{seed}/class_counts.csv",
        biclusters="results/readouts/{readout}/{dataset}/{architecture}/{seed}/biclusters.csv",
        sharing="results/readouts/{readout}/{dataset}/{architecture}/{seed}/sharing.csv",
    log:
        "results/logs/class_tables/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/class_tables/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        readout=one_of(IMPORTANCES),
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(2000),
        runtime=grow(30),
    params:
        settings=get_class_settings,
    message:
        "Comparing what the classes of {wildcards.dataset} want of {wildcards.architecture}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/class_tables.py"


rule difference_figure:
    input:
        unpack(get_drawn_filters),
        maps="results/readouts/{readout}/{dataset}/{architecture}/{seed}/feature_maps.h5",
        differences="results/readouts/{readout}/{dataset}/{architecture}/{seed}/differences.csv",
    output:
        svg=report(
            "results/readouts/{readout}/{dataset}/{architecture}/{seed}/differences.svg",
            caption="../report/captions/difference_figure.rst",
            category="Importance",
            subcategory="{dataset}",
            labels={
                "figure": "what tells classes apart",
                "architecture": "{architecture}",
                "seed": "{seed}",
                "readout": "{readout}",
            },
        ),
        png="results/readouts/{readout}/{dataset}/{architecture}/{seed}/differences.png",
    log:
        "results/logs/difference_figure/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/difference_figure/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        readout=one_of(IMPORTANCES),
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    message:
        "Drawing what tells the classes of {wildcards.dataset} apart for {wildcards.architecture}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/difference_figure.py"


rule traits_figure:
    input:
        unpack(get_drawn_filters),
        maps="results/readouts/{readout}/{dataset}/{architecture}/{seed}/feature_maps.h5",
        traits="results/readouts/{readout}/{dataset}/{architecture}/{seed}/traits.csv",
    output:
        svg=report(
            "results/readouts/{readout}/{dataset}/{architecture}/{seed}/traits.svg",
            caption="../report/captions/traits_figure.rst",
            category="Importance",
            subcategory="{dataset}",
            labels={
                "figure": "activeness and vulnerability",
                "architecture": "{architecture}",
                "seed": "{seed}",
                "readout": "{readout}",
            },
        ),
        png="results/readouts/{readout}/{dataset}/{architecture}/{seed}/traits.png",
    log:
        "results/logs/traits_figure/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/traits_figure/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        readout=one_of(IMPORTANCES),
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        settings=get_class_settings,
        classes=count_classes,
    message:
        "Drawing what the classes of {wildcards.dataset} must not see, and are fooled by: {wildcards.architecture}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/traits_figure.py"


rule bicluster_figure:
    input:
        biclusters="results/readouts/{readout}/{dataset}/{architecture}/{seed}/biclusters.csv",
        similarity="results/readouts/{readout}/{dataset}/{architecture}/{seed}/similarity.csv",
    output:
        svg=report(
            "results/readouts/{readout}/{dataset}/{architecture}/{seed}/biclusters.svg",
            caption="../report/captions/bicluster_figure.rst",
            category="Importance",
            subcategory="{dataset}",
            labels={
                "figure": "groups of classes, block by block",
                "architecture": "{architecture}",
                "seed": "{seed}",
                "readout": "{readout}",
            },
        ),
        png="results/readouts/{readout}/{dataset}/{architecture}/{seed}/biclusters.png",
    log:
        "results/logs/bicluster_figure/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/bicluster_figure/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        readout=one_of(IMPORTANCES),
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    message:
        "Drawing how alike groups of classes of {wildcards.dataset} are for {wildcards.architecture}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/bicluster_figure.py"


rule similarity_figure:
    input:
        similarity="results/readouts/{readout}/{dataset}/{architecture}/{seed}/similarity.csv",
    output:
        svg=report(
            "results/readouts/{readout}/{dataset}/{architecture}/{seed}/similarity.svg",
            caption="../report/captions/similarity_figure.rst",
            category="Importance",
            subcategory="{dataset}",
            labels={
                "figure": "how alike classes are",
                "architecture": "{architecture}",
                "seed": "{seed}",
                "readout": "{readout}",
            },
        ),
        png="results/readouts/{readout}/{dataset}/{architecture}/{seed}/similarity.png",
    log:
        "results/logs/similarity_figure/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/similarity_figure/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        readout=one_of(IMPORTANCES),
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        groups=get_groups,
    message:
        "Drawing how alike {wildcards.architecture}, seed {wildcards.seed}, takes the classes of {wildcards.dataset} for"
    script:
        "../workflow_scripts/similarity_figure.py"


rule roc_figure:
    input:
        curves=get_curves("roc.csv"),
    output:
        svg=report(
            "results/figures/roc/{readout}/{dataset}.svg",
            caption="../report/captions/roc_figure.rst",
            category="Results",
            labels={"figure": "ROC, {dataset} ({readout})"},
        ),
        png="results/figures/roc/{readout}/{dataset}.png",
        provenance="results/figures/roc/{readout}/{dataset}.provenance.json",
    log:
        "results/logs/roc_figure/{readout}/{dataset}.log",
    benchmark:
        "results/benchmarks/roc_figure/{readout}/{dataset}.tsv"
    wildcard_constraints:
        readout=one_of(CURVES),
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        cells=get_curve_cells,
    message:
        "Drawing the ROC of every architecture on {wildcards.dataset}"
    script:
        "../workflow_scripts/roc_figure.py"


rule table_figure:
    input:
        table="results/tables/table1.csv",
    output:
        svg=report(
            "results/figures/table1.svg",
            caption="../report/captions/table1.rst",
            category="Results",
            labels={"figure": STUDY["table"]},
        ),
        png="results/figures/table1.png",
        provenance="results/figures/table1.provenance.json",
    log:
        "results/logs/table_figure.log",
    benchmark:
        "results/benchmarks/table_figure.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        title=get_title,
    message:
        "Drawing the table of architectures"
    script:
        "../workflow_scripts/table_figure.py"


rule pool_figure:
    input:
        cells="results/tables/cells.csv",
        matches="results/tables/matches.csv",
    output:
        svg=report(
            "results/figures/pool_size/{readout}.svg",
            caption="../report/captions/pool_figure.rst",
            category="Results",
            labels={"figure": "pool size ({readout})"},
        ),
        png="results/figures/pool_size/{readout}.png",
        provenance="results/figures/pool_size/{readout}.provenance.json",
    log:
        "results/logs/pool_figure/{readout}.log",
    benchmark:
        "results/benchmarks/pool_figure/{readout}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        recipes=get_recipes_of(CELLS),
    message:
        "Drawing fractions of matches and AUROC against pool size ({wildcards.readout})"
    script:
        "../workflow_scripts/pool_figure.py"


rule history_figure:
    input:
        history=get_cell_files("history.csv"),
    output:
        svg=report(
            "results/figures/history.svg",
            caption="../report/captions/history_figure.rst",
            category="Results",
            labels={"figure": "training curves"},
        ),
        png="results/figures/history.png",
        provenance="results/figures/history.provenance.json",
    log:
        "results/logs/history_figure.log",
    benchmark:
        "results/benchmarks/history_figure.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        cells=[list(cell) for cell in CELLS],
    message:
        "Drawing the training curves"
    script:
        "../workflow_scripts/history_figure.py"


rule contrast_figure:
    input:
        summary="results/tables/summary.csv",
        motifs=get_contrast_files("motifs.meme"),
        matches=get_contrast_files("matches.csv"),
    output:
        svg=report(
            "results/figures/contrast/{readout}/{dataset}.svg",
            caption="../report/captions/contrast_figure.rst",
            category="Results",
            labels={"figure": "best filters, {dataset} ({readout})"},
        ),
        png="results/figures/contrast/{readout}/{dataset}.png",
        provenance="results/figures/contrast/{readout}/{dataset}.provenance.json",
    log:
        "results/logs/contrast_figure/{readout}/{dataset}.log",
    benchmark:
        "results/benchmarks/contrast_figure/{readout}/{dataset}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        architectures=get_contrasted_architectures,
        seeds=get_contrasted_seeds,
    message:
        "Drawing the best filters of the architectures side by side ({wildcards.dataset})"
    script:
        "../workflow_scripts/contrast_figure.py"


rule motif_figure:
    input:
        dataset="results/datasets/{dataset}.h5",
        motifs=get_contrast_files("motifs.meme"),
        matches=get_contrast_files("matches.csv"),
        comparisons=get_contrast_files("tomtom.tsv"),
    output:
        svg=report(
            "results/figures/motifs/{readout}/{dataset}.svg",
            caption="../report/captions/motif_figure.rst",
            category="Results",
            labels={"figure": "known motifs and filters, {dataset} ({readout})"},
        ),
        png="results/figures/motifs/{readout}/{dataset}.png",
        provenance="results/figures/motifs/{readout}/{dataset}.provenance.json",
    log:
        "results/logs/motif_figure/{readout}/{dataset}.log",
    benchmark:
        "results/benchmarks/motif_figure/{readout}/{dataset}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        architectures=get_contrasted_architectures,
        seeds=get_contrasted_seeds,
    message:
        "Drawing known motifs beside the filters that match them ({wildcards.dataset})"
    script:
        "../workflow_scripts/motif_figure.py"


rule information_figure:
    input:
        filters=get_readout_of_cells("filters.csv"),
        matches=get_readout_of_cells("matches.csv"),
    output:
        svg=report(
            "results/figures/information/{readout}.svg",
            caption="../report/captions/information_figure.rst",
            category="Results",
            labels={"figure": "information of filters ({readout})"},
        ),
        png="results/figures/information/{readout}.png",
        provenance="results/figures/information/{readout}.provenance.json",
    log:
        "results/logs/information_figure/{readout}.log",
    benchmark:
        "results/benchmarks/information_figure/{readout}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        cells=get_cells_read,
    message:
        "Drawing the information of filters ({wildcards.readout})"
    script:
        "../workflow_scripts/information_figure.py"


rule summary:
    input:
        **PAIR_TABLES,
        **HIT_TABLES,
        **BASELINE_TABLES,
        **get_ranking_table(),
        summary="results/tables/summary.csv",
        published="results/tables/published.csv",
        figures=get_figures(),
        splits=[f"results/tables/datasets/{name}/splits.csv" for name in DATASETS],
        problems=[f"results/tables/datasets/{name}/problems.csv" for name in DATASETS],
        sites=get_site_tables("sites_summary"),
    output:
        page="results/summary.md",
        provenance="results/summary.provenance.json",
    log:
        "results/logs/summary.log",
    benchmark:
        "results/benchmarks/summary.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        title=get_title,
        note=get_note,
        table_name=get_table_name,
        datasets=DATASETS,
        files={
            "results/figures/datasets/": "what every dataset holds, and what looks wrong in it",
            "results/tables/": "every number, as CSV",
            "results/figures/": "the figures, as SVG and PNG",
            **(
                {"results/readouts/": "what each readout makes of each cell"}
                if STUDY["readouts"]
                else {}
            ),
            **(
                {"results/dashboards/": "a page per dataset, to look at sequences"}
                if get_dashboards()
                else {}
            ),
            "results/cells/": "each cell's model, history and scores",
            "results/provenance.html": "what made each table and figure; beside each as JSON",
        },
    message:
        "Writing the summary"
    script:
        "../workflow_scripts/summary.py"
