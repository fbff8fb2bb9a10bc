"""Rule rank_inputs: whether the inputs that a class fits best hold its known motif."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.csv_tables import read_table
from motifgrid.formats.dataset import read_pool
from motifgrid.formats.meme import read_meme
from motifgrid.motifs import comparison
from motifgrid.motifs.ranking import compare_own, rank_inputs, sort_inputs

comparison.use_cache(snakemake.params.cache)
hits = read_table(snakemake.input.hits)
pvalues = compare_own(
    sort_inputs(hits, read_meme(snakemake.input.motifs)),
    read_pool(snakemake.input.dataset),
    comparison.read_engine(snakemake.input.engine),
    snakemake.params.incomplete,
)
write_csv(snakemake.output.ranked, rank_inputs(hits, pvalues))
