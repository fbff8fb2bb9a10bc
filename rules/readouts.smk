# Readouts: from a trained cell and test sequences to motifs.


# Snakemake compares the code of a rule with its indentation, as in cells.smk.
if CELLS:

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
        wildcard_constraints:
            readout=one_of(FILTER_READOUTS),
        conda:
            "../envs/keras.yaml"
        threads: 1
        resources:
            mem_mb=hold(2000, 2, "test"),
            runtime=grow(30),
        params:
            readout=get_readout,
        message:
            "Reading filters of {wildcards.architecture} on {wildcards.dataset}, seed {wildcards.seed}"
        script:
            "../workflow_scripts/filters.py"


# Several cells in one job (cells_read_per_job): most of a short job is the start of its process. A job is
# of one dataset, and has the same cells also where only one of them is missing. Without wildcards,
# these rules come before the one above, which then reads cells outside the grid.
for readout, number, batch in list_read_batches(FILTER_READOUTS):

    rule:
        name:
            name_reading_job("filters", readout, number, batch)
        input:
            model=get_files_of(batch, "model.keras"),
            dataset=f"results/datasets/{batch[0].dataset}.h5",
        output:
            motifs=get_files_read(readout, batch, "motifs.meme"),
            filters=get_files_read(readout, batch, "filters.csv"),
        log:
            f"results/logs/filters/{readout}/{batch[0].dataset}/{number}.log",
        benchmark:
            f"results/benchmarks/filters/{readout}/{batch[0].dataset}/{number}.tsv"
        conda:
            "../envs/keras.yaml"
        threads: 1
        resources:
            mem_mb=hold(2000, 2, "test"),
            runtime=grow(30 + 5 * len(batch)),
        params:
            readout=describe_readout(readout),
        message:
            f"Reading filters of {len(batch)} cells on {batch[0].dataset} ({readout})"
        script:
            "../workflow_scripts/filters.py"


rule read_sequences:
    input:
        model="results/cells/{dataset}/{architecture}/{seed}/model.keras",
        dataset="results/datasets/{dataset}.h5",
    output:
        maps="results/readouts/{readout}/{dataset}/{architecture}/{seed}/attributions.h5",
        hits="results/readouts/{readout}/{dataset}/{architecture}/{seed}/hits.csv",
        motifs="results/readouts/{readout}/{dataset}/{architecture}/{seed}/motifs.meme",
    log:
        "results/logs/read_sequences/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/read_sequences/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        readout=one_of(SEQUENCE_READOUTS),
    conda:
        "../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=hold(3000, 2, "test"),
        runtime=grow(120),
    params:
        readout=get_readout,
    message:
        "Reading sequences by {wildcards.architecture} on {wildcards.dataset}, seed {wildcards.seed} ({wildcards.readout})"
    script:
        "../workflow_scripts/read_sequences.py"


for readout, number, batch in list_read_batches(SEQUENCE_READOUTS):

    rule:
        name:
            name_reading_job("read_sequences", readout, number, batch)
        input:
            model=get_files_of(batch, "model.keras"),
            dataset=f"results/datasets/{batch[0].dataset}.h5",
        output:
            maps=get_files_read(readout, batch, "attributions.h5"),
            hits=get_files_read(readout, batch, "hits.csv"),
            motifs=get_files_read(readout, batch, "motifs.meme"),
        log:
            f"results/logs/read_sequences/{readout}/{batch[0].dataset}/{number}.log",
        benchmark:
            f"results/benchmarks/read_sequences/{readout}/{batch[0].dataset}/{number}.tsv"
        conda:
            "../envs/keras.yaml"
        threads: 1
        resources:
            mem_mb=hold(3000, 2, "test"),
            runtime=grow(120 * len(batch)),
        params:
            readout=describe_readout(readout),
        message:
            f"Reading sequences by {len(batch)} cells on {batch[0].dataset} ({readout})"
        script:
            "../workflow_scripts/read_sequences.py"


rule optimise_classes:
    input:
        model="results/cells/{dataset}/{architecture}/{seed}/model.keras",
        dataset="results/datasets/{dataset}.h5",
    output:
        motifs="results/readouts/{readout}/{dataset}/{architecture}/{seed}/motifs.meme",
        hits="results/readouts/{readout}/{dataset}/{architecture}/{seed}/hits.csv",
        optima="results/readouts/{readout}/{dataset}/{architecture}/{seed}/optima.csv",
        history="results/readouts/{readout}/{dataset}/{architecture}/{seed}/optima_history.csv",
    log:
        "results/logs/optimise_classes/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/optimise_classes/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        readout=one_of(OPTIMISATIONS),
    conda:
        "../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=hold(3000, 2, "test"),
        runtime=grow(120),
    params:
        readout=get_readout,
    message:
        "Looking for the best input of {wildcards.architecture} on {wildcards.dataset}, seed {wildcards.seed} ({wildcards.readout})"
    script:
        "../workflow_scripts/optimise_classes.py"


for readout, number, batch in list_read_batches(OPTIMISATIONS):

    rule:
        name:
            name_reading_job("optimise_classes", readout, number, batch)
        input:
            model=get_files_of(batch, "model.keras"),
            dataset=f"results/datasets/{batch[0].dataset}.h5",
        output:
            motifs=get_files_read(readout, batch, "motifs.meme"),
            hits=get_files_read(readout, batch, "hits.csv"),
            optima=get_files_read(readout, batch, "optima.csv"),
            history=get_files_read(readout, batch, "optima_history.csv"),
        log:
            f"results/logs/optimise_classes/{readout}/{batch[0].dataset}/{number}.log",
        benchmark:
            f"results/benchmarks/optimise_classes/{readout}/{batch[0].dataset}/{number}.tsv"
        conda:
            "../envs/keras.yaml"
        threads: 1
        resources:
            mem_mb=hold(3000, 2, "test"),
            runtime=grow(120 * len(batch)),
        params:
            readout=describe_readout(readout),
        message:
            f"Looking for the best input of {len(batch)} cells on {batch[0].dataset} ({readout})"
        script:
            "../workflow_scripts/optimise_classes.py"


rule modisco:
    input:
        maps=get_maps,
        dataset="results/datasets/{dataset}.h5",
    output:
        motifs="results/readouts/{readout}/{dataset}/{architecture}/{seed}/motifs.meme",
        filters="results/readouts/{readout}/{dataset}/{architecture}/{seed}/filters.csv",
    log:
        "results/logs/modisco/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/modisco/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        readout=one_of(PATTERN_READOUTS),
    conda:
        "../envs/modisco.yaml"
    threads: 1
    resources:
        mem_mb=hold(4000, 2, "test"),
        runtime=grow(240),
    params:
        readout=get_readout,
        cache=NUMBA_CACHE,
    message:
        "Looking for motifs that recur in the maps of {wildcards.architecture} on {wildcards.dataset}, seed {wildcards.seed} ({wildcards.readout})"
    script:
        "../workflow_scripts/modisco.py"


rule roc:
    input:
        model="results/cells/{dataset}/{architecture}/{seed}/model.keras",
        dataset="results/datasets/{dataset}.h5",
    output:
        curve="results/readouts/{readout}/{dataset}/{architecture}/{seed}/roc.csv",
    log:
        "results/logs/roc/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/roc/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        readout=one_of(CURVES),
    conda:
        "../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=hold(2000, 2, "test"),
        runtime=grow(30),
    message:
        "Tracing the ROC of {wildcards.architecture} on {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/roc.py"


for readout, number, batch in list_read_batches(CURVES):

    rule:
        name:
            name_reading_job("roc", readout, number, batch)
        input:
            model=get_files_of(batch, "model.keras"),
            dataset=f"results/datasets/{batch[0].dataset}.h5",
        output:
            curve=get_files_read(readout, batch, "roc.csv"),
        log:
            f"results/logs/roc/{readout}/{batch[0].dataset}/{number}.log",
        benchmark:
            f"results/benchmarks/roc/{readout}/{batch[0].dataset}/{number}.tsv"
        conda:
            "../envs/keras.yaml"
        threads: 1
        resources:
            mem_mb=hold(2000, 2, "test"),
            runtime=grow(30 + 5 * len(batch)),
        message:
            f"Tracing the ROC of {len(batch)} cells on {batch[0].dataset}"
        script:
            "../workflow_scripts/roc.py"


rule feature_importance:
    input:
        model="results/cells/{dataset}/{architecture}/{seed}/model.keras",
        dataset="results/datasets/{dataset}.h5",
    output:
        maps="results/readouts/{readout}/{dataset}/{architecture}/{seed}/feature_maps.h5",
        neurons="results/readouts/{readout}/{dataset}/{architecture}/{seed}/importance.csv",
        runs="results/readouts/{readout}/{dataset}/{architecture}/{seed}/importance_runs.csv",
        similarity="results/readouts/{readout}/{dataset}/{architecture}/{seed}/similarity.csv",
    log:
        "results/logs/feature_importance/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/feature_importance/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        readout=one_of(IMPORTANCES),
    conda:
        "../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=hold(4000, 2, "test"),
        runtime=grow(120),
    params:
        readout=get_readout,
    message:
        "Asking what the classes of {wildcards.dataset} want of {wildcards.architecture}, seed {wildcards.seed} ({wildcards.readout})"
    script:
        "../workflow_scripts/feature_importance.py"


for readout, number, batch in list_read_batches(IMPORTANCES):

    rule:
        name:
            name_reading_job("feature_importance", readout, number, batch)
        input:
            model=get_files_of(batch, "model.keras"),
            dataset=f"results/datasets/{batch[0].dataset}.h5",
        output:
            maps=get_files_read(readout, batch, "feature_maps.h5"),
            neurons=get_files_read(readout, batch, "importance.csv"),
            runs=get_files_read(readout, batch, "importance_runs.csv"),
            similarity=get_files_read(readout, batch, "similarity.csv"),
        log:
            f"results/logs/feature_importance/{readout}/{batch[0].dataset}/{number}.log",
        benchmark:
            f"results/benchmarks/feature_importance/{readout}/{batch[0].dataset}/{number}.tsv"
        conda:
            "../envs/keras.yaml"
        threads: 1
        resources:
            mem_mb=hold(4000, 2, "test"),
            runtime=grow(120 * len(batch)),
        params:
            readout=describe_readout(readout),
        message:
            f"Asking what the classes of {batch[0].dataset} want of {len(batch)} cells ({readout})"
        script:
            "../workflow_scripts/feature_importance.py"
