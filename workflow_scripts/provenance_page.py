"""Rule provenance_page: what made every table and figure, as one page."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_text
from motifgrid.provenance.entries import read_entries
from motifgrid.report.provenance_page import render_page

entries = read_entries(snakemake.input.sidecars, snakemake.config["provenance"]["study"])
write_text(snakemake.output.page, render_page(entries, snakemake.params.title))
