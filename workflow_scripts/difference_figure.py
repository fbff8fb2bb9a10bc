"""Rule difference_figure: draw which neurons tell pairs of classes apart."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.csv_tables import read_table
from motifgrid.motifs.ranking import read_neurons
from motifgrid.report.difference_figure import draw_differences
from motifgrid.report.figures import save_figure
from motifgrid.report.names import name_cell

layer, pwms = read_neurons(snakemake.input.maps, snakemake.input.get("motifs"))
figure = draw_differences(
    read_table(snakemake.input.differences),
    pwms,
    f"{name_cell(**snakemake.wildcards)}, {layer}",
)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
