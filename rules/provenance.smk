# What made every table and figure: their sidecars as one page, and printed.


rule provenance_page:
    input:
        sidecars=get_sidecars(),
    output:
        page=report(
            "results/provenance.html",
            caption="../report/captions/provenance.rst",
            category="Provenance",
            labels={"page": "what made every result"},
        ),
    log:
        "results/logs/provenance_page.log",
    benchmark:
        "results/benchmarks/provenance_page.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        title=get_title,
    message:
        "Writing what made every table and figure"
    script:
        "../workflow_scripts/provenance_page.py"


# Here, not on a cluster, since it prints: of what is there, and it makes nothing.
rule provenance:
    log:
        "results/logs/provenance.log",
    localrule: True
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(1000),
        runtime=grow(10),
    params:
        sidecars=get_sidecars(),
    message:
        "What made the results"
    script:
        "../workflow_scripts/provenance.py"
