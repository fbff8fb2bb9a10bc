"""Rule hit_matches: whether k-mers match their class's motif, and lie at its sites."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

import pandas as pd

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.dataset import read_pool, read_split
from motifgrid.formats.tomtom import read_tomtom
from motifgrid.motifs.hits import judge_hits

matched, summary = judge_hits(
    pd.read_csv(snakemake.input.hits, keep_default_na=False),
    read_tomtom(snakemake.input.comparison),
    read_pool(snakemake.input.dataset),
    read_split(snakemake.input.dataset, "test") if snakemake.params.placed else None,
    snakemake.params.evalue,
    snakemake.params.ignored,
)
write_csv(snakemake.output.matches, matched)
write_csv(snakemake.output.summary, summary)
