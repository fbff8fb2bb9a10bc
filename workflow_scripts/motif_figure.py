"""Rule motif_figure: draw every known motif beside the filters that networks have of it."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.dataset import read_pool
from motifgrid.formats.meme import read_meme
from motifgrid.formats.tomtom import read_tomtom
from motifgrid.provenance.sidecars import record
from motifgrid.report.captions import name_source
from motifgrid.report.figures import save_figure
from motifgrid.report.motif_sheet import draw_motif_sheet, gather_columns
from motifgrid.report.tables import read_matches

columns = gather_columns(
    {
        architecture: (read_meme(motifs), read_matches(matches), read_tomtom(comparison))
        for architecture, motifs, matches, comparison in zip(
            snakemake.params.architectures,
            snakemake.input.motifs,
            snakemake.input.matches,
            snakemake.input.comparisons,
            strict=True,
        )
    }
)
source = name_source(
    snakemake.wildcards.readout, [snakemake.wildcards.dataset], snakemake.params.seeds
)
figure = draw_motif_sheet(read_pool(snakemake.input.dataset), columns, source)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
