"""Rule difference_figure: draw which neurons tell pairs of classes apart."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.csv_tables import read_table
from motifgrid.formats.feature_maps import read_layer
from motifgrid.formats.meme import read_meme
from motifgrid.motifs.ranking import number_filters
from motifgrid.report.difference_figure import draw_differences
from motifgrid.report.figures import save_figure
from motifgrid.report.names import name_cell

path = snakemake.input.get("motifs")
layer, convolution = read_layer(snakemake.input.maps)
filters = number_filters(read_meme(path) if path else [], convolution)
figure = draw_differences(
    read_table(snakemake.input.differences),
    {number: motif.pwm for number, motif in filters.items()},
    f"{name_cell(**snakemake.wildcards)}, {layer}",
)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
