"""Rule bicluster_figure: draw how alike the classes of two groups are, block by block."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.csv_tables import read_table
from motifgrid.report.bicluster_figure import draw_biclusters
from motifgrid.report.figures import save_figure
from motifgrid.report.names import name_cell

figure = draw_biclusters(
    read_table(snakemake.input.biclusters),
    read_table(snakemake.input.similarity),
    name_cell(**snakemake.wildcards),
)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
