"""Rule filter_logos, and rules filter_logos_...: draw the filters of cells with what they match."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.meme import read_meme
from motifgrid.places import pair_files
from motifgrid.report.captions import name_source
from motifgrid.report.figures import save_figure
from motifgrid.report.names import name_cell
from motifgrid.report.sheets import draw_filter_sheet
from motifgrid.report.tables import read_matches

files = pair_files(
    snakemake.input.motifs, snakemake.input.matches, snakemake.output.svg, snakemake.output.png
)
for cell, (motif_file, match_file, svg, png) in zip(snakemake.params.cells, files, strict=True):
    motifs = read_meme(motif_file)
    figure = draw_filter_sheet(
        {motif.identifier: motif.pwm for motif in motifs},
        read_matches(match_file),
        title=name_cell(*cell),
        subtitle=name_source(snakemake.params.readout),
        windows={motif.identifier: motif.nsites for motif in motifs},
    )
    save_figure(figure, svg, png)
