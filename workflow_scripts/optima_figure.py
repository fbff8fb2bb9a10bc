"""Rule optima_figure: draw the input that each class fits best, and the way there."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.csv_tables import read_table
from motifgrid.formats.meme import read_meme
from motifgrid.report.figures import save_figure
from motifgrid.report.names import name_cell
from motifgrid.report.optima_figure import draw_optima

figure = draw_optima(
    read_meme(snakemake.input.motifs),
    read_table(snakemake.input.optima),
    read_table(snakemake.input.history),
    name_cell(**snakemake.wildcards),
)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
