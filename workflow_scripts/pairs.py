"""Rule pairs: compare pairs of architectures over the datasets."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.csv_tables import read_table
from motifgrid.report.paired import compare_pairs, pair_all

rows = pair_all(read_table(snakemake.input.cells), snakemake.params.pairs)
write_csv(snakemake.output.datasets, rows)
write_csv(snakemake.output.pairs, compare_pairs(rows))
