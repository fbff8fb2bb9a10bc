"""Rule modisco: patterns that recur in a cell's maps, as motifs."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.meme import write_meme
from motifgrid.motifs.comparison import use_cache
from motifgrid.readouts.modisco_patterns import read_patterns

use_cache(snakemake.params.cache)
motifs, table = read_patterns(
    snakemake.input.maps, snakemake.input.dataset, snakemake.params.readout, snakemake.threads
)
write_meme(snakemake.output.motifs, motifs)
write_csv(snakemake.output.filters, table)
