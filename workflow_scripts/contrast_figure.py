"""Rule contrast_figure: draw the best filters of several architectures side by side."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.csv_tables import read_table
from motifgrid.formats.meme import read_meme
from motifgrid.provenance.sidecars import record
from motifgrid.report.captions import name_source
from motifgrid.report.contrast import draw_contrast, gather_cells
from motifgrid.report.figures import save_figure
from motifgrid.report.tables import read_matches

cells = gather_cells(
    read_table(snakemake.input.summary),
    snakemake.wildcards.readout,
    snakemake.wildcards.dataset,
    {
        architecture: (read_meme(motifs), read_matches(matches))
        for architecture, motifs, matches in zip(
            snakemake.params.architectures,
            snakemake.input.motifs,
            snakemake.input.matches,
            strict=True,
        )
    },
)
source = name_source(
    snakemake.wildcards.readout, [snakemake.wildcards.dataset], snakemake.params.seeds
)
save_figure(draw_contrast(cells, source=source), snakemake.output.svg, snakemake.output.png)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
