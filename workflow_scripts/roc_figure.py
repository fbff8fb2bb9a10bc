"""Rule roc_figure: draw how every architecture ranks the test sequences of a dataset."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.provenance.sidecars import record
from motifgrid.report.figures import save_figure
from motifgrid.report.roc_figure import draw_roc, gather_curves

entries = zip(snakemake.params.cells, snakemake.input.curves, strict=True)
figure = draw_roc(gather_curves(entries), snakemake.wildcards.dataset)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
