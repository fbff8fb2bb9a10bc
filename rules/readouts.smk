# Readouts: from a trained cell and test sequences to motifs.


rule filters:
    input:
        model="results/cells/{dataset}/{architecture}/{seed}/model.keras",
        dataset="results/datasets/{dataset}.h5",
    output:
        motifs="results/readouts/{readout}/{dataset}/{architecture}/{seed}/motifs.meme",
        filters="results/readouts/{readout}/{dataset}/{architecture}/{seed}/filters.csv",
    log:
        "results/logs/filters/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/filters/{readout}/{dataset}/{architecture}/{seed}.tsv"
    conda:
        "../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        settings=get_alignment,
    message:
        "Reading filters of {wildcards.architecture} on {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/filters.py"
