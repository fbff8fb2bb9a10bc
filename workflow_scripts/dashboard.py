"""Rule dashboard: sequences of a dataset, and what readouts say of them, as one page."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_text
from motifgrid.provenance.sidecars import record
from motifgrid.report.dashboard_content import OptimumFiles, ReadingFiles, gather_content
from motifgrid.report.dashboard_page import render_page

files, params = snakemake.input, snakemake.params
readings = zip(params.readings, files.hits, files.maps, strict=True)
optima = zip(params.optima, files.motifs, files.starts, strict=True)
content = gather_content(
    snakemake.wildcards.dataset,
    files.dataset,
    files.database,
    [ReadingFiles(*reading, hits, maps) for reading, hits, maps in readings],
    [OptimumFiles(*optimum, motifs, starts) for optimum, motifs, starts in optima],
    params.seeds,
    params.sequences,
)
write_text(snakemake.output.page, render_page(content))
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
