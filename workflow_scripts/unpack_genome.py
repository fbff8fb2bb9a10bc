"""Rule unpack_genome: turn a genome as it is downloaded into one plain FASTA."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.genome import unpack_genome

unpack_genome(snakemake.input.genome, snakemake.output.fasta)
