"""Rule traits_figure: draw which neurons must be silent, and by which classes may be fooled."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.csv_tables import read_table
from motifgrid.formats.feature_maps import read_layer
from motifgrid.formats.meme import read_meme
from motifgrid.motifs.ranking import number_filters
from motifgrid.report.class_traits import TraitCuts
from motifgrid.report.figures import save_figure
from motifgrid.report.names import name_cell
from motifgrid.report.traits_figure import draw_traits

path, settings = snakemake.input.get("motifs"), snakemake.params.settings
layer, convolution = read_layer(snakemake.input.maps)
filters = number_filters(read_meme(path) if path else [], convolution)
figure = draw_traits(
    read_table(snakemake.input.traits),
    {number: motif.pwm for number, motif in filters.items()},
    snakemake.params.classes,
    TraitCuts(*(settings[key] for key in ("active", "wanted", "little_bits"))),
    f"{name_cell(**snakemake.wildcards)}, {layer}",
)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
