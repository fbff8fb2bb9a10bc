"""Rule tomtom: compare a readout's motifs with the motif database."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.meme import read_meme
from motifgrid.formats.tomtom import write_tomtom
from motifgrid.motifs import comparison
from motifgrid.motifs.databases import read_info

comparison.use_cache(snakemake.params.cache)
engine = comparison.read_engine(snakemake.input.engine)
table = comparison.compare(
    read_meme(snakemake.input.motifs),
    read_meme(snakemake.input.database),
    engine,
    threads=snakemake.threads,
)
write_tomtom(
    snakemake.output.table,
    table,
    comparison.describe_comparison(engine, read_info(snakemake.input.info)),
)
