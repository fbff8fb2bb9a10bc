"""Rule download: download one file from outside and verify it."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.resources.download import download
from motifgrid.resources.sources import Source

download(Source(**snakemake.params.source), snakemake.output[0], snakemake.params.lock)
