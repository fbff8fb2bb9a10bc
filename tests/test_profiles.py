import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
RULES = {path.name: path.read_text() for path in sorted((ROOT / "rules").glob("*.smk"))}
PROFILE, GENERIC = (
    yaml.safe_load((ROOT / "profiles" / name / "config.yaml").read_text())
    for name in ("slurm", "generic")
)

HEAVY = {
    "architecture_table", "chipseq_set", "dashboard", "dataset_report", "deepsea_set",
    "download", "feature_importance", "implant_motifs", "import_cell", "index_genome",
    "kmer_baseline", "label_windows", "merge_blacklist", "merge_replicates", "modisco",
    "motif_database", "optimise_classes", "place_patterns", "provenance", "read_sequences",
    "sequence_set", "simulate", "tomtom_engine", "train", "unpack_genome", "verify_downloads",
}  # fmt: skip
"""Rules whose jobs travel alone, also those at the start of a grid, of which there are few."""


def list_rules():
    return {name for text in RULES.values() for name in re.findall(r"^ *rule (\w+):", text, re.M)}


def test_a_rule_is_either_in_a_group_or_travels_alone():
    assert set(PROFILE["groups"]) == list_rules() - HEAVY


def test_groups_are_bounded():
    assert set(PROFILE["groups"].values()) == set(PROFILE["group-components"])


def test_both_profiles_for_clusters_group_alike():
    for key in ("groups", "group-components", "cores", "jobs", "retries"):
        assert GENERIC[key] == PROFILE[key]


def test_memory_and_time_grow_with_the_attempt():
    for name, text in RULES.items():
        for line in re.findall(r"^ +(?:mem_mb|runtime)=.*", text, re.M):
            assert re.fullmatch(r" +(mem_mb|runtime)=(grow|grow_by_track|hold)\(.*\),", line), (
                f"{name}: {line}"
            )


def test_every_rule_states_memory_and_time():
    for name, text in RULES.items():
        jobs = len(re.findall(r"^ +script:", text, re.M)) + len(
            re.findall(r"^ +shell:", text, re.M)
        )
        assert len(re.findall(r"^ +mem_mb=", text, re.M)) == jobs, name
        assert len(re.findall(r"^ +runtime=", text, re.M)) == jobs, name


def test_only_a_partition_with_gpus_takes_a_job_that_asks_for_one():
    path = ROOT / PROFILE["slurm-partition-config"]
    partitions = yaml.safe_load(path.read_text())["partitions"]
    assert [name for name, limits in partitions.items() if limits.get("max_gpu")] == ["gpu"]
