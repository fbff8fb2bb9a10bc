# Files from outside by URL or accession: verified, then named.


# the script itself tries again, with growing pauses; hence no `retries:`
rule download:
    output:
        file=ensure(
            "results/resources/downloads/{file}",
            sha256=get_checksum,
        ),
    log:
        "results/logs/download/{file}.log",
    benchmark:
        "results/benchmarks/download/{file}.tsv"
    wildcard_constraints:
        file=one_of(DOWNLOADS),
    conda:
        "../envs/bedtools.yaml"
    threads: 1
    resources:
        mem_mb=grow(500),
        runtime=grow(240),
        downloads=1,
    params:
        source=get_download,
        lock=STUDY["resource_lock"],
    message:
        "Downloading {wildcards.file}"
    script:
        "../workflow_scripts/download.py"


rule verify_downloads:
    input:
        files=[f"results/resources/downloads/{name}" for name in sorted(DOWNLOADS)],
    log:
        "results/logs/verify_downloads.log",
    benchmark:
        "results/benchmarks/verify_downloads.tsv"
    conda:
        "../envs/bedtools.yaml"
    threads: 1
    resources:
        mem_mb=grow(500),
        runtime=grow(60),
    params:
        sources=[asdict(DOWNLOADS[name]) for name in sorted(DOWNLOADS)],
        lock=STUDY["resource_lock"],
    message:
        "Checking downloads, and files put in their place by hand, against their checksums"
    script:
        "../workflow_scripts/verify_downloads.py"
