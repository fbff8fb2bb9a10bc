"""Rule sites_table: gather how well each cell's filters describe the true sites."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_csv
from motifgrid.provenance.sidecars import record
from motifgrid.report.sites_table import SiteFiles, collect_sites, summarise_sites

sites = collect_sites(
    SiteFiles(*readout, path)
    for readout, path in zip(snakemake.params.readouts, snakemake.input.sites, strict=True)
)
write_csv(snakemake.output.sites, sites)
write_csv(snakemake.output.summary, summarise_sites(sites))
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
