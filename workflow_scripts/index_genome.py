"""Rule index_genome: write the index of a plain FASTA."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.genome import index_genome

index_genome(snakemake.input.fasta, snakemake.output.index)
