"""Rule verify_downloads: hold downloaded files against their checksums."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.resources.download import verify
from motifgrid.resources.sources import Source

for source, file in zip(snakemake.params.sources, snakemake.input.files, strict=True):
    verify(Source(**source), file, snakemake.params.lock)
