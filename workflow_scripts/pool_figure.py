"""Rule pool_figure: draw fractions of matching filters and AUROC against the pool size."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.csv_tables import read_table
from motifgrid.provenance.sidecars import record
from motifgrid.report.figures import save_figure
from motifgrid.report.pool_figure import draw_pool_figure
from motifgrid.report.tables import select_first_layer

readout = snakemake.wildcards.readout
figure = draw_pool_figure(
    read_table(snakemake.input.cells),
    select_first_layer(read_table(snakemake.input.matches), readout),
    snakemake.params.recipes,
    readout,
)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
