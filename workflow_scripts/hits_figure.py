"""Rule hits_figure: draw how often readouts point at the class's motif."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.csv_tables import read_table
from motifgrid.provenance.sidecars import record
from motifgrid.report.figures import save_figure
from motifgrid.report.hits_figure import draw_hits

hits = read_table(snakemake.input.hits)
save_figure(draw_hits(hits), snakemake.output.svg, snakemake.output.png)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
