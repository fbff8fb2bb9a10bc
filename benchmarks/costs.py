"""Where a run's time went: seconds and memory by rule, from the benchmark files of a finished run.

    python benchmarks/costs.py [RUN_FOLDER]

Reads RUN_FOLDER/results/benchmarks (default: the working directory). `s` is each job's wall time;
several jobs run side by side, so the sums are compared with each other and not with a clock.
"""

import sys
from pathlib import Path

import pandas as pd

ONE_TIME = {"tomtom_engine"}
"""Compilation that happens once per installation; left out of the shares."""


def read_benchmarks(folder: Path) -> pd.DataFrame:
    """Return one row per job: rule, s (wall seconds), max_rss (MiB)."""
    files = sorted(folder.rglob("*.tsv"))
    if not files:
        raise SystemExit(f"{folder}: no benchmark files. Run the workflow there first.")
    parts = [
        pd.read_csv(path, sep="\t")[["s", "max_rss"]].assign(
            rule=path.relative_to(folder).parts[0].removesuffix(".tsv")
        )
        for path in files
    ]
    return pd.concat(parts, ignore_index=True)


def summarise(jobs: pd.DataFrame) -> pd.DataFrame:
    """Return jobs, seconds, share of all seconds but the one-time ones, and memory, by rule."""
    jobs = jobs.assign(max_rss=pd.to_numeric(jobs["max_rss"], errors="coerce"))
    rules = jobs.groupby("rule").agg(
        jobs=("s", "size"), seconds=("s", "sum"), median=("s", "median"), max_mib=("max_rss", "max")
    )
    counted = rules["seconds"].where(~rules.index.isin(ONE_TIME))
    return rules.assign(share=counted / counted.sum()).sort_values("seconds", ascending=False)


def main() -> None:
    """Print the table and the share outside training."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "results" / "benchmarks"
    rules = summarise(read_benchmarks(folder))
    shown = rules.assign(share=rules["share"].map("{:.1%}".format).replace("nan%", "once"))
    print(shown.round({"seconds": 1, "median": 2, "max_mib": 0}).to_string())
    print(f"\noutside training: {1 - rules.loc['train', 'share']:.1%} of all jobs' seconds")


if __name__ == "__main__":
    main()
