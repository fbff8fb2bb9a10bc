# Pages to look at single sequences with.


rule dashboard:
    input:
        dataset="results/datasets/{dataset}.h5",
        database="results/resources/motifs.meme",
        hits=get_shown_files("hit_matches.csv", SEQUENCE_READOUTS),
        maps=get_shown_files("attributions.h5", SEQUENCE_READOUTS),
        motifs=get_shown_files("motifs.meme", OPTIMISATIONS),
        starts=get_shown_files("optima.csv", OPTIMISATIONS),
    output:
        page=report(
            "results/dashboards/{dataset}.html",
            caption="../report/captions/dashboard.rst",
            category="Dashboards",
            labels={"dataset": "{dataset}"},
        ),
        provenance="results/dashboards/{dataset}.provenance.json",
    log:
        "results/logs/dashboard/{dataset}.log",
    benchmark:
        "results/benchmarks/dashboard/{dataset}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(2000),
        runtime=grow(10),
    params:
        readings=get_shown_readings(SEQUENCE_READOUTS),
        optima=get_shown_optima,
        seeds=get_shown_seeds,
        sequences=SHOWN_SEQUENCES,
    message:
        "Writing the page with sequences of {wildcards.dataset}"
    script:
        "../workflow_scripts/dashboard.py"
