"""Rule traits_figure: draw which neurons must be silent, and by which classes may be fooled."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.csv_tables import read_table
from motifgrid.motifs.ranking import read_neurons
from motifgrid.report.class_traits import get_cuts
from motifgrid.report.figures import save_figure
from motifgrid.report.names import name_cell
from motifgrid.report.traits_figure import draw_traits

layer, pwms = read_neurons(snakemake.input.maps, snakemake.input.get("motifs"))
figure = draw_traits(
    read_table(snakemake.input.traits),
    pwms,
    snakemake.params.classes,
    get_cuts(snakemake.params.settings),
    f"{name_cell(**snakemake.wildcards)}, {layer}",
)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
