"""Rule hit_matches, and rules hit_matches_...: do k-mers match their class's motif at its sites."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.csv_tables import read_table
from motifgrid.formats.dataset import read_pool, read_split
from motifgrid.formats.tomtom import read_tomtom
from motifgrid.motifs.hits import count_read, judge_hits
from motifgrid.places import pair_files

pool = read_pool(snakemake.input.dataset)
most = snakemake.params.sequences
split = read_split(snakemake.input.dataset, "test") if most else None
read = count_read(snakemake.input.dataset, most) if most else None
for hit_file, comparison, matched_file, summary_file in pair_files(
    snakemake.input.hits,
    snakemake.input.comparison,
    snakemake.output.matches,
    snakemake.output.summary,
):
    matched, summary = judge_hits(
        read_table(hit_file),
        read_tomtom(comparison),
        pool,
        split,
        snakemake.params.evalue,
        snakemake.params.ignored,
        read,
    )
    write_csv(matched_file, matched)
    write_csv(summary_file, summary)
