"""Rule filter_logos: draw all filters of a cell with what they match."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.meme import read_meme
from motifgrid.report.captions import name_source
from motifgrid.report.figures import save_figure
from motifgrid.report.names import name_cell
from motifgrid.report.sheets import draw_filter_sheet
from motifgrid.report.tables import read_matches

motifs = read_meme(snakemake.input.motifs)
figure = draw_filter_sheet(
    {motif.identifier: motif.pwm for motif in motifs},
    read_matches(snakemake.input.matches),
    title=name_cell(**snakemake.wildcards),
    subtitle=name_source(snakemake.wildcards.readout),
    windows={motif.identifier: motif.nsites for motif in motifs},
)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
