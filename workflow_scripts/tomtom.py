"""Rule tomtom, and rules tomtom_...: compare motifs of a readout with the motif database."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.meme import read_meme
from motifgrid.formats.tomtom import write_tomtom
from motifgrid.motifs import comparison
from motifgrid.motifs.databases import read_info
from motifgrid.places import pair_files

comparison.use_cache(snakemake.params.cache)
engine = comparison.read_engine(snakemake.input.engine)
database = read_meme(snakemake.input.database)
description = comparison.describe_comparison(engine, read_info(snakemake.input.info))
for motif_file, table_file in pair_files(snakemake.input.motifs, snakemake.output.table):
    table = comparison.compare(read_meme(motif_file), database, engine, threads=snakemake.threads)
    write_tomtom(table_file, table, description)
