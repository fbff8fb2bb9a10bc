# What comes from outside: the motif database and the program that compares motifs.


rule motif_database:
    input:
        get_database_files,
    output:
        motifs="results/resources/motifs.meme",
        info="results/resources/motifs.json",
    log:
        "results/logs/motif_database.log",
    benchmark:
        "results/benchmarks/motif_database.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        settings=STUDY["motif_database"],
    message:
        "Writing the motif database"
    script:
        "../workflow_scripts/motif_database.py"


rule tomtom_engine:
    output:
        engine="results/resources/tomtom_engine.json",
    log:
        "results/logs/tomtom_engine.log",
    benchmark:
        "results/benchmarks/tomtom_engine.tsv"
    conda:
        "../envs/meme.yaml"
    threads: 1
    resources:
        mem_mb=grow(2000),
        runtime=grow(15),
    params:
        engine=STUDY["tomtom"]["engine"],
        cache=NUMBA_CACHE,
    message:
        "Choosing Tomtom's implementation (the embedded one is compiled once, about a minute)"
    script:
        "../workflow_scripts/tomtom_engine.py"
