"""Rule history_figure: draw the training curves of all cells."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.provenance.sidecars import record
from motifgrid.report.figures import save_figure
from motifgrid.report.history_figure import draw_histories, gather_histories

cells = [tuple(cell) for cell in snakemake.params.cells]
histories = gather_histories(zip(cells, snakemake.input.history, strict=True))
save_figure(draw_histories(histories), snakemake.output.svg, snakemake.output.png)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
