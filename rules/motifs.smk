# Motifs against the database and the ground truth.


rule tomtom:
    input:
        motifs="results/readouts/{readout}/{dataset}/{architecture}/{seed}/motifs.meme",
        database="results/resources/motifs.meme",
        info="results/resources/motifs.json",
        engine="results/resources/tomtom_engine.json",
    output:
        table="results/readouts/{readout}/{dataset}/{architecture}/{seed}/tomtom.tsv",
    log:
        "results/logs/tomtom/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/tomtom/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        readout=one_of(READOUTS + HIT_READOUTS),
    conda:
        "../envs/meme.yaml"
    threads: 1
    resources:
        mem_mb=grow(2000),
        runtime=grow(30),
    params:
        cache=NUMBA_CACHE,
    message:
        "Comparing motifs of {wildcards.architecture}, seed {wildcards.seed}, with the database"
    script:
        "../workflow_scripts/tomtom.py"


# Several cells in one job, as in readouts.smk.
for readout, number, batch in list_read_batches(FILTER_READOUTS + HIT_READOUTS):

    rule:
        name:
            name_reading_job("tomtom", readout, number, batch)
        input:
            motifs=get_files_read(readout, batch, "motifs.meme"),
            database="results/resources/motifs.meme",
            info="results/resources/motifs.json",
            engine="results/resources/tomtom_engine.json",
        output:
            table=get_files_read(readout, batch, "tomtom.tsv"),
        log:
            f"results/logs/tomtom/{readout}/{batch[0].dataset}/{number}.log",
        benchmark:
            f"results/benchmarks/tomtom/{readout}/{batch[0].dataset}/{number}.tsv"
        conda:
            "../envs/meme.yaml"
        threads: 1
        resources:
            mem_mb=grow(2000),
            runtime=grow(30 + 5 * len(batch)),
        params:
            cache=NUMBA_CACHE,
        message:
            f"Comparing motifs of {len(batch)} cells on {batch[0].dataset} with the database"
        script:
            "../workflow_scripts/tomtom.py"


rule match_fractions:
    input:
        filters="results/readouts/{readout}/{dataset}/{architecture}/{seed}/filters.csv",
        comparison="results/readouts/{readout}/{dataset}/{architecture}/{seed}/tomtom.tsv",
        database="results/resources/motifs.meme",
        dataset="results/datasets/{dataset}.h5",
    output:
        matches="results/readouts/{readout}/{dataset}/{architecture}/{seed}/matches.csv",
        fractions="results/readouts/{readout}/{dataset}/{architecture}/{seed}/fractions.csv",
    log:
        "results/logs/match_fractions/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/match_fractions/{readout}/{dataset}/{architecture}/{seed}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        evalue=STUDY["matches"]["evalue"],
        ignored=STUDY["matches"]["ignored"],
    message:
        "Counting matches of {wildcards.architecture} on {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/match_fractions.py"


for readout, number, batch in list_read_batches(FILTER_READOUTS):

    rule:
        name:
            name_reading_job("match_fractions", readout, number, batch)
        input:
            filters=get_files_read(readout, batch, "filters.csv"),
            comparison=get_files_read(readout, batch, "tomtom.tsv"),
            database="results/resources/motifs.meme",
            dataset=f"results/datasets/{batch[0].dataset}.h5",
        output:
            matches=get_files_read(readout, batch, "matches.csv"),
            fractions=get_files_read(readout, batch, "fractions.csv"),
        log:
            f"results/logs/match_fractions/{readout}/{batch[0].dataset}/{number}.log",
        benchmark:
            f"results/benchmarks/match_fractions/{readout}/{batch[0].dataset}/{number}.tsv"
        conda:
            "../envs/analysis.yaml"
        threads: 1
        resources:
            mem_mb=grow(1000),
            runtime=grow(10 + len(batch)),
        params:
            evalue=STUDY["matches"]["evalue"],
            ignored=STUDY["matches"]["ignored"],
        message:
            f"Counting matches of {len(batch)} cells on {batch[0].dataset}"
        script:
            "../workflow_scripts/match_fractions.py"


rule true_sites:
    input:
        motifs="results/readouts/{readout}/{dataset}/{architecture}/{seed}/motifs.meme",
        dataset="results/datasets/{dataset}.h5",
    output:
        sites="results/readouts/{readout}/{dataset}/{architecture}/{seed}/sites.csv",
    log:
        "results/logs/true_sites/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/true_sites/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        dataset=one_of(WITH_SITES),
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(2000),
        runtime=grow(10),
    message:
        "Scoring motifs of {wildcards.architecture}, seed {wildcards.seed}, by the true sites in {wildcards.dataset}"
    script:
        "../workflow_scripts/true_sites.py"


rule hit_matches:
    input:
        hits="results/readouts/{readout}/{dataset}/{architecture}/{seed}/hits.csv",
        comparison="results/readouts/{readout}/{dataset}/{architecture}/{seed}/tomtom.tsv",
        dataset="results/datasets/{dataset}.h5",
    output:
        matches="results/readouts/{readout}/{dataset}/{architecture}/{seed}/hit_matches.csv",
        summary="results/readouts/{readout}/{dataset}/{architecture}/{seed}/hit_summary.csv",
    log:
        "results/logs/hit_matches/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/hit_matches/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        readout=one_of(HIT_READOUTS),
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        evalue=STUDY["matches"]["evalue"],
        ignored=STUDY["matches"]["ignored"],
        sequences=lambda wildcards: get_readout(wildcards).get("sequences"),
    message:
        "Counting what {wildcards.readout} finds by {wildcards.architecture} on {wildcards.dataset}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/hit_matches.py"


for readout, number, batch in list_read_batches(HIT_READOUTS):

    rule:
        name:
            name_reading_job("hit_matches", readout, number, batch)
        input:
            hits=get_files_read(readout, batch, "hits.csv"),
            comparison=get_files_read(readout, batch, "tomtom.tsv"),
            dataset=f"results/datasets/{batch[0].dataset}.h5",
        output:
            matches=get_files_read(readout, batch, "hit_matches.csv"),
            summary=get_files_read(readout, batch, "hit_summary.csv"),
        log:
            f"results/logs/hit_matches/{readout}/{batch[0].dataset}/{number}.log",
        benchmark:
            f"results/benchmarks/hit_matches/{readout}/{batch[0].dataset}/{number}.tsv"
        conda:
            "../envs/analysis.yaml"
        threads: 1
        resources:
            mem_mb=grow(1000),
            runtime=grow(10 + len(batch)),
        params:
            evalue=STUDY["matches"]["evalue"],
            ignored=STUDY["matches"]["ignored"],
            sequences=describe_readout(readout).get("sequences"),
        message:
            f"Counting what {readout} finds by {len(batch)} cells on {batch[0].dataset}"
        script:
            "../workflow_scripts/hit_matches.py"


rule rank_filters:
    input:
        unpack(get_drawn_filters),
        maps="results/readouts/{readout}/{dataset}/{architecture}/{seed}/feature_maps.h5",
        neurons="results/readouts/{readout}/{dataset}/{architecture}/{seed}/importance.csv",
        dataset="results/datasets/{dataset}.h5",
        engine="results/resources/tomtom_engine.json",
    output:
        ranked="results/readouts/{readout}/{dataset}/{architecture}/{seed}/ranked_filters.csv",
    log:
        "results/logs/rank_filters/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/rank_filters/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        readout=one_of(RANKINGS),
    conda:
        "../envs/meme.yaml"
    threads: 1
    resources:
        mem_mb=grow(2000),
        runtime=grow(30),
    params:
        cache=NUMBA_CACHE,
        incomplete=get_incomplete,
    message:
        "Comparing what the classes of {wildcards.dataset} want of {wildcards.architecture}, seed {wildcards.seed}, with their motifs"
    script:
        "../workflow_scripts/rank_filters.py"


rule rank_inputs:
    input:
        motifs="results/readouts/{readout}/{dataset}/{architecture}/{seed}/motifs.meme",
        hits="results/readouts/{readout}/{dataset}/{architecture}/{seed}/hits.csv",
        dataset="results/datasets/{dataset}.h5",
        engine="results/resources/tomtom_engine.json",
    output:
        ranked="results/readouts/{readout}/{dataset}/{architecture}/{seed}/ranked_filters.csv",
    log:
        "results/logs/rank_inputs/{readout}/{dataset}/{architecture}/{seed}.log",
    benchmark:
        "results/benchmarks/rank_inputs/{readout}/{dataset}/{architecture}/{seed}.tsv"
    wildcard_constraints:
        readout=one_of(RANKED_INPUTS),
    conda:
        "../envs/meme.yaml"
    threads: 1
    resources:
        mem_mb=grow(2000),
        runtime=grow(30),
    params:
        cache=NUMBA_CACHE,
        incomplete=get_incomplete,
    message:
        "Comparing the best inputs of {wildcards.architecture} on {wildcards.dataset}, seed {wildcards.seed}, with their classes' motifs"
    script:
        "../workflow_scripts/rank_inputs.py"
