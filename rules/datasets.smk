# Sequences, labels, splits and ground truth.


rule simulate:
    input:
        motifs="results/resources/motifs.meme",
        info="results/resources/motifs.json",
    output:
        dataset="results/datasets/{dataset}.h5",
    log:
        "results/logs/simulate/{dataset}.log",
    benchmark:
        "results/benchmarks/simulate/{dataset}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=15,
    params:
        settings=get_simulation,
        classes=lookup("{dataset}/classes", within=STUDY["datasets"]),
    message:
        "Simulating sequences with implanted motifs: {wildcards.dataset}"
    script:
        "../workflow_scripts/simulate.py"
