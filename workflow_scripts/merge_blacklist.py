"""Rule merge_blacklist: unite a dataset's blacklists into one BED file."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.datasets.intervals import merge_blacklists
from motifgrid.formats.genome import open_genome

genome = open_genome(snakemake.input.genome, snakemake.input.index)
merge_blacklists(
    snakemake.input.regions, genome.sizes, snakemake.params.margin, snakemake.output.bed
)
