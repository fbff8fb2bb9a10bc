"""Rule merge_replicates: unite the peak files of one track into one BED file."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.datasets.intervals import merge_replicates

merge_replicates(snakemake.input.peaks, snakemake.params.support, snakemake.output.bed)
