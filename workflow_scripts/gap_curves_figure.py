"""Rule gap_curves_figure: draw training and validation loss of a dataset by epoch."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.provenance.sidecars import record
from motifgrid.report.figures import save_figure
from motifgrid.report.gap_figure import draw_gap_curves
from motifgrid.report.history_figure import gather_histories

cells = [tuple(cell) for cell in snakemake.params.cells]
figure = draw_gap_curves(
    gather_histories(zip(cells, snakemake.input.history, strict=True)),
    snakemake.wildcards.dataset,
    snakemake.params.architectures,
)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
