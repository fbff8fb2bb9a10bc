"""Rule similarity_figure: draw how alike a network takes classes for."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.csv_tables import read_table
from motifgrid.report.class_groups import assign_groups
from motifgrid.report.figures import save_figure
from motifgrid.report.names import name_cell
from motifgrid.report.similarity_figure import draw_similarity, list_classes

similarity = read_table(snakemake.input.similarity)
groups = assign_groups(list_classes(similarity), snakemake.params.groups)
figure = draw_similarity(similarity, name_cell(**snakemake.wildcards), groups)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
