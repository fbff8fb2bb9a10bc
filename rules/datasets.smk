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
    wildcard_constraints:
        dataset=one_of(configuration.list_datasets(STUDY, "simulated")),
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(2000),
        runtime=grow(15),
    params:
        settings=get_simulation,
        classes=lookup("{dataset}/classes", within=STUDY["datasets"]),
    message:
        "Simulating sequences with implanted motifs: {wildcards.dataset}"
    script:
        "../workflow_scripts/simulate.py"


rule implant_motifs:
    input:
        motifs="results/resources/motifs.meme",
        info="results/resources/motifs.json",
    output:
        dataset="results/datasets/{dataset}.h5",
    log:
        "results/logs/implant_motifs/{dataset}.log",
    benchmark:
        "results/benchmarks/implant_motifs/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(configuration.list_datasets(STUDY, "implanted")),
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(2000),
        runtime=grow(15),
    params:
        settings=get_implanted,
        class_name=lookup("{dataset}/class/name", within=STUDY["datasets"]),
        motifs=lookup("{dataset}/motifs", within=STUDY["datasets"]),
    message:
        "Simulating sequences with one implanted motif or none: {wildcards.dataset}"
    script:
        "../workflow_scripts/implant_motifs.py"


rule place_patterns:
    input:
        unpack(get_motif_files),
    output:
        dataset="results/datasets/{dataset}.h5",
    log:
        "results/logs/place_patterns/{dataset}.log",
    benchmark:
        "results/benchmarks/place_patterns/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(configuration.list_datasets(STUDY, "grammar")),
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(2000),
        runtime=grow(15),
    params:
        settings=get_grammar,
        patterns=lookup("{dataset}/patterns", within=STUDY["datasets"]),
        classes=get_classes,
        motifs=get_named_motifs,
    message:
        "Placing patterns in random sequences and labelling them: {wildcards.dataset}"
    script:
        "../workflow_scripts/place_patterns.py"


rule label_windows:
    input:
        unpack(get_genome),
        unpack(get_motif_files),
        unpack(get_merged_blacklist),
        peaks=get_peaks,
    output:
        dataset="results/datasets/{dataset}.h5",
    log:
        "results/logs/label_windows/{dataset}.log",
    benchmark:
        "results/benchmarks/label_windows/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(configuration.list_datasets(STUDY, "genome")),
    conda:
        "../envs/bedtools.yaml"
    threads: 1
    resources:
        mem_mb=grow_by_track(4000, 3),
        runtime=grow(120),
    params:
        classes=get_classes,
        windows=get_windows,
        fit=get_fit,
        assembly=get_assembly,
    message:
        "Labelling windows of the genome by peaks: {wildcards.dataset}"
    script:
        "../workflow_scripts/label_windows.py"


rule chipseq_set:
    input:
        unpack(get_genome),
        unpack(get_motif_files),
        peaks=get_file("peaks"),
    output:
        dataset="results/datasets/{dataset}.h5",
    log:
        "results/logs/chipseq_set/{dataset}.log",
    benchmark:
        "results/benchmarks/chipseq_set/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(configuration.list_datasets(STUDY, "chipseq")),
    conda:
        "../envs/bedtools.yaml"
    threads: 1
    resources:
        mem_mb=grow(4000),
        runtime=grow(30),
    params:
        classes=get_classes,
        settings=get_chipseq,
        fit=get_fit,
        assembly=get_assembly,
    message:
        "Making a single-factor set from peaks: {wildcards.dataset}"
    script:
        "../workflow_scripts/chipseq_set.py"


rule sequence_set:
    input:
        unpack(get_motif_files),
        train=get_file("train"),
        test=get_file("test"),
    output:
        dataset="results/datasets/{dataset}.h5",
    log:
        "results/logs/sequence_set/{dataset}.log",
    benchmark:
        "results/benchmarks/sequence_set/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(configuration.list_datasets(STUDY, "sequences")),
    conda:
        "../envs/bedtools.yaml"
    threads: 1
    resources:
        mem_mb=grow(2000),
        runtime=grow(30),
    params:
        classes=get_classes,
        settings=get_chipseq,
    message:
        "Reading a published single-factor set: {wildcards.dataset}"
    script:
        "../workflow_scripts/sequence_set.py"


rule deepsea_set:
    input:
        unpack(get_motif_files),
        train=get_file("train"),
        valid=get_file("valid"),
        test=get_file("test"),
    output:
        dataset="results/datasets/{dataset}.h5",
    log:
        "results/logs/deepsea_set/{dataset}.log",
    benchmark:
        "results/benchmarks/deepsea_set/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(configuration.list_datasets(STUDY, "deepsea")),
    conda:
        "../envs/bedtools.yaml"
    threads: 1
    resources:
        mem_mb=grow(4000),
        runtime=grow(240),
    params:
        classes=get_classes,
        keep=lookup("{dataset}/keep", within=STUDY["datasets"]),
    message:
        "Taking classes out of the DeepSEA bundle: {wildcards.dataset}"
    script:
        "../workflow_scripts/deepsea_set.py"


rule dataset_report:
    input:
        dataset="results/datasets/{dataset}.h5",
    output:
        svg=report(
            "results/figures/datasets/{dataset}.svg",
            caption="../report/captions/dataset_figure.rst",
            category="Datasets",
            labels={"dataset": "{dataset}", "what": "figure"},
        ),
        png="results/figures/datasets/{dataset}.png",
        problems=report(
            "results/tables/datasets/{dataset}/problems.csv",
            caption="../report/captions/dataset_table.rst",
            category="Datasets",
            labels={"dataset": "{dataset}", "what": "problems"},
        ),
        splits="results/tables/datasets/{dataset}/splits.csv",
        classes="results/tables/datasets/{dataset}/classes.csv",
        cooccurrence="results/tables/datasets/{dataset}/cooccurrence.csv",
        drops="results/tables/datasets/{dataset}/drops.csv",
        provenance=[
            "results/figures/datasets/{dataset}.provenance.json",
            "results/tables/datasets/{dataset}/provenance.json",
        ],
    log:
        "results/logs/dataset_report/{dataset}.log",
    benchmark:
        "results/benchmarks/dataset_report/{dataset}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=grow(2000),
        runtime=grow(30),
    message:
        "Describing the dataset {wildcards.dataset}"
    script:
        "../workflow_scripts/dataset_report.py"
