"""Rule filter_logos: draw all filters of a cell with what they match."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.meme import read_meme
from motifgrid.report.figures import save_figure
from motifgrid.report.names import name_cell
from motifgrid.report.sheets import draw_filter_sheet
from motifgrid.report.tables import read_matches

figure = draw_filter_sheet(
    {motif.identifier: motif.pwm for motif in read_meme(snakemake.input.motifs)},
    read_matches(snakemake.input.matches),
    title=name_cell(**snakemake.wildcards),
)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
