"""Rule motif_database: write the motif database as a MEME file."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.motifs.databases import build_database

build_database(snakemake.params.settings, snakemake.output.motifs, snakemake.output.info)
