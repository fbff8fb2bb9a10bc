# Networks: what they are made of, and their training, or others' weights; one job is one cell.


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
        provenance="results/tables/architectures/{dataset}.provenance.json",
    log:
        "results/logs/architecture_table/{dataset}.log",
    benchmark:
        "results/benchmarks/architecture_table/{dataset}.tsv"
    conda:
        "../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=grow(2000),
        runtime=grow(15),
    params:
        recipes=get_recipes,
    message:
        "Tabulating the layers of every architecture on {wildcards.dataset}"
    script:
        "../workflow_scripts/architecture_table.py"


# Others trained these networks and published their weights.
rule import_cell:
    input:
        unpack(get_published_files),
        dataset="results/datasets/{dataset}.h5",
    output:
        model="results/cells/{dataset}/{architecture}/{seed}/model.keras",
        history="results/cells/{dataset}/{architecture}/{seed}/history.csv",
        scores="results/cells/{dataset}/{architecture}/{seed}/scores.csv",
        facts="results/cells/{dataset}/{architecture}/{seed}/cell.json",
    log:
        "results/logs/import_cell/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/import_cell/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        architecture=one_of(IMPORTED),
        seed="0",
    conda:
        "../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=hold(3000, 2, "test"),
        runtime=grow(15),
    params:
        recipe=get_cell_recipe,
    message:
        "Importing the weights of {wildcards.architecture} and scoring them on {wildcards.dataset}"
    script:
        "../workflow_scripts/import_cell.py"


# Either of the next two rules may have made a cell. Snakemake compares the code of a rule with its
# indentation: both stand in a block, so that a cell of one is a cell of the other.
if TRAINED:

    rule train:
        input:
            unpack(get_job_files),
        output:
            model="results/cells/{dataset}/{architecture}/{seed}/model.keras",
            history="results/cells/{dataset}/{architecture}/{seed}/history.csv",
            scores="results/cells/{dataset}/{architecture}/{seed}/scores.csv",
            facts="results/cells/{dataset}/{architecture}/{seed}/cell.json",
        log:
            "results/logs/train/{dataset}/{architecture}/{seed}.log",
        benchmark:
            "results/benchmarks/train/{dataset}/{architecture}/{seed}.tsv"
        wildcard_constraints:
            architecture=one_of(TRAINED),
        conda:
            KERAS_ENVIRONMENT
        # two one-thread cells side by side finish sooner than one two-thread cell after the other
        threads: 1
        resources:
            mem_mb=hold(3000, 3, *SPLITS),
            runtime=grow(240),
            gpu=int(GPU),
        params:
            networks=get_job_networks,
            backend=get_backend,
            require_gpu=get_require_gpu,
        message:
            "Training {wildcards.architecture} on {wildcards.dataset}, seed {wildcards.seed}"
        script:
            "../workflow_scripts/train.py"


# Several cells in one job (cells_per_job). These rules have no wildcards, so Snakemake prefers them to
# the one above; their parameters are the same.
for batch in BATCHES:

    rule:
        name:
            name_batch(batch)
        input:
            **list_job_files(batch[0]),
        output:
            model=get_files_of(batch, "model.keras"),
            history=get_files_of(batch, "history.csv"),
            scores=get_files_of(batch, "scores.csv"),
            facts=get_files_of(batch, "cell.json"),
        log:
            f"results/logs/train/{place_batch(batch)}.log",
        benchmark:
            f"results/benchmarks/train/{place_batch(batch)}.tsv"
        conda:
            KERAS_ENVIRONMENT
        threads: 1
        resources:
            mem_mb=hold(3000, 3, *SPLITS),
            runtime=grow(min(240 * len(batch), 1440)),
            gpu=int(GPU),
        params:
            networks=list_networks(batch[0]),
            backend=get_backend,
            require_gpu=get_require_gpu,
        message:
            f"Training {describe_batch(batch)}"
        script:
            "../workflow_scripts/train.py"
