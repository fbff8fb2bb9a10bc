"""Rule importance_figure: draw what each class wants of each neuron."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.csv_tables import read_table
from motifgrid.motifs.ranking import read_neurons
from motifgrid.report.figures import save_figure
from motifgrid.report.importance_figure import draw_importance
from motifgrid.report.names import name_cell

layer, pwms = read_neurons(snakemake.input.maps, snakemake.input.get("motifs"))
figure = draw_importance(
    read_table(snakemake.input.neurons),
    pwms,
    f"{name_cell(**snakemake.wildcards)}, {layer}",
)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
