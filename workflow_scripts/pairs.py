"""Rule pairs: compare pairs of architectures over the datasets."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.csv_tables import read_table
from motifgrid.provenance.sidecars import record
from motifgrid.report.baselines import add_cells
from motifgrid.report.paired import compare_pairs, pair_all

cells = read_table(snakemake.input.cells)
path = snakemake.input.get("baselines")
if path:
    cells = add_cells(cells, read_table(path))
rows = pair_all(cells, snakemake.params.pairs)
write_csv(snakemake.output.datasets, rows)
write_csv(snakemake.output.pairs, compare_pairs(rows))
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
