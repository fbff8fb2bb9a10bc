"""Rule ranking_table: how often the filters that classes need most are their known motifs."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_csv
from motifgrid.provenance.sidecars import record
from motifgrid.report.ranking_table import collect_rankings

write_csv(
    snakemake.output.table,
    collect_rankings(zip(snakemake.params.readings, snakemake.input.ranked, strict=True)),
)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
