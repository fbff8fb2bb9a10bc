"""Rule baselines: gather the baselines of all datasets."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_csv
from motifgrid.provenance.sidecars import record
from motifgrid.report.baselines import collect_baselines

table = collect_baselines(snakemake.input.scores, snakemake.params.reported)
write_csv(snakemake.output.baselines, table)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
