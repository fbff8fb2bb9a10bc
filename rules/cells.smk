# Networks: what they are made of, and their training; one job is one cell.


rule architecture_table:
    input:
        dataset="results/datasets/{dataset}.h5",
    output:
        table=report(
            "results/tables/architectures/{dataset}.csv",
            caption="../report/captions/architecture_table.rst",
            category="Tables",
            labels={"table": "layers of the networks, {dataset}"},
        ),
    log:
        "results/logs/architecture_table/{dataset}.log",
    benchmark:
        "results/benchmarks/architecture_table/{dataset}.tsv"
    conda:
        "../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=15,
    params:
        recipes=get_recipes,
    message:
        "Tabulating the layers of every architecture on {wildcards.dataset}"
    script:
        "../workflow_scripts/architecture_table.py"


rule train:
    input:
        dataset="results/datasets/{dataset}.h5",
    output:
        model="results/cells/{dataset}/{architecture}/{seed}/model.keras",
        history="results/cells/{dataset}/{architecture}/{seed}/history.csv",
        scores="results/cells/{dataset}/{architecture}/{seed}/scores.csv",
        facts="results/cells/{dataset}/{architecture}/{seed}/cell.json",
    log:
        "results/logs/train/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/train/{dataset}/{architecture}/{seed}.tsv"
    conda:
        "../envs/keras-gpu.yaml"
        if STUDY["training"]["require_gpu"]
        else "../envs/keras.yaml"
    # two one-thread cells side by side finish sooner than one two-thread cell after the other
    threads: 1
    resources:
        mem_mb=3000,
        runtime=240,
        gpu=int(STUDY["training"]["require_gpu"]),
    params:
        recipe=get_recipe,
        training=get_training,
        require_gpu=STUDY["training"]["require_gpu"],
    message:
        "Training {wildcards.architecture} on {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/train.py"
