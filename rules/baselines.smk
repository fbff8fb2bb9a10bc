# What stands beside the networks: baselines that need none, on datasets of one class, and what others
# report.


rule kmer_baseline:
    input:
        dataset="results/datasets/{dataset}.h5",
    output:
        scores="results/baselines/kmer/{dataset}.csv",
    log:
        "results/logs/kmer_baseline/{dataset}.log",
    benchmark:
        "results/benchmarks/kmer_baseline/{dataset}.tsv"
    conda:
        "../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=hold(3000, 3, *SPLITS),
        runtime=grow(60),
    params:
        settings=get_kmer_settings,
    message:
        "Fitting a logistic regression to k-mers of {wildcards.dataset}"
    script:
        "../workflow_scripts/kmer_baseline.py"


rule baselines:
    input:
        scores=[f"results/baselines/kmer/{name}.csv" for name in KMER_DATASETS],
    output:
        baselines=report(
            "results/tables/baselines.csv",
            caption="../report/captions/baselines.rst",
            category="Tables",
            labels={"table": "baselines"},
        ),
        provenance="results/tables/baselines.provenance.json",
    log:
        "results/logs/baselines.log",
    benchmark:
        "results/benchmarks/baselines.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        reported=REPORTED,
    message:
        "Gathering the baselines"
    script:
        "../workflow_scripts/baselines.py"
