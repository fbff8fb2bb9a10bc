"""Rule hits_table: gather how often readouts point at the class's motif."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_csv
from motifgrid.provenance.sidecars import record
from motifgrid.report.hits_table import HitFiles, collect_hits, summarise_hits

entries = [
    HitFiles(*reading, path)
    for reading, path in zip(snakemake.params.readings, snakemake.input.summaries, strict=True)
]
hits = collect_hits(entries, snakemake.params.methods)
write_csv(snakemake.output.hits, hits)
write_csv(snakemake.output.summary, summarise_hits(hits))
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
