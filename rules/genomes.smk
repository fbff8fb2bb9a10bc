# Genomes, and users' intervals on them.


rule unpack_genome:
    input:
        genome=get_packed_genome,
    output:
        fasta="results/resources/genomes/{genome}.fa",
    log:
        "results/logs/unpack_genome/{genome}.log",
    benchmark:
        "results/benchmarks/unpack_genome/{genome}.tsv"
    wildcard_constraints:
        genome=one_of(GENOMES),
    conda:
        "../envs/bedtools.yaml"
    threads: 1
    resources:
        mem_mb=grow(2000),
        runtime=grow(60),
    message:
        "Unpacking the genome {wildcards.genome} once"
    script:
        "../workflow_scripts/unpack_genome.py"


rule index_genome:
    input:
        fasta=get_fasta,
    output:
        index="results/resources/genomes/{genome}.fai",
    log:
        "results/logs/index_genome/{genome}.log",
    benchmark:
        "results/benchmarks/index_genome/{genome}.tsv"
    wildcard_constraints:
        genome=one_of(GENOMES),
    conda:
        "../envs/bedtools.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(60),
    message:
        "Indexing the genome {wildcards.genome}"
    script:
        "../workflow_scripts/index_genome.py"


rule merge_blacklist:
    input:
        unpack(get_genome),
        regions=get_blacklists,
    output:
        bed="results/resources/blacklists/{dataset}.bed",
    log:
        "results/logs/merge_blacklist/{dataset}.log",
    benchmark:
        "results/benchmarks/merge_blacklist/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(configuration.list_datasets(STUDY, "genome")),
    conda:
        "../envs/bedtools.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        margin=lookup("{dataset}/blacklist_margin", within=STUDY["datasets"]),
    message:
        "Uniting the blacklists of {wildcards.dataset}"
    script:
        "../workflow_scripts/merge_blacklist.py"


rule merge_replicates:
    input:
        peaks=get_replicates,
    output:
        bed="results/resources/replicates/{dataset}/{track}.bed",
    log:
        "results/logs/merge_replicates/{dataset}/{track}.log",
    benchmark:
        "results/benchmarks/merge_replicates/{dataset}/{track}.tsv"
    wildcard_constraints:
        dataset=one_of(configuration.list_datasets(STUDY, "genome")),
        track=r"[^/]+",
    conda:
        "../envs/bedtools.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        support=get_support,
    message:
        "Uniting the replicates of {wildcards.track}, {wildcards.dataset}"
    script:
        "../workflow_scripts/merge_replicates.py"
