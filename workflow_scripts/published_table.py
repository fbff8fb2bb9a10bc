"""Rule published_table: set our numbers beside the published ones."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.csv_tables import read_table
from motifgrid.provenance.sidecars import record
from motifgrid.report.published_table import compare_published
from motifgrid.report.tables import read_summary

paths = {name: snakemake.input.get(name) for name in ("hits", "pairs")}
others = {name: read_table(path) for name, path in paths.items() if path}
summary = read_summary(snakemake.input.summary)
table = compare_published(summary, snakemake.params.published, **others)
write_csv(snakemake.output.published, table)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
