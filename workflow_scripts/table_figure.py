"""Rule table_figure: draw Table 1 as a picture."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.provenance.sidecars import record
from motifgrid.report.figures import save_figure
from motifgrid.report.table_figure import draw_table
from motifgrid.report.tables import read_rendered

figure = draw_table(read_rendered(snakemake.input.table), title=snakemake.params.title)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
