"""Rule rank_filters: whether the filters that a class needs most are its known motif."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.csv_tables import read_table
from motifgrid.formats.dataset import read_pool
from motifgrid.formats.feature_maps import read_layer
from motifgrid.formats.meme import read_meme
from motifgrid.motifs import comparison
from motifgrid.motifs.ranking import compare_filters, number_filters, rank_filters

comparison.use_cache(snakemake.params.cache)
importance = read_table(snakemake.input.neurons)
_layer, convolution = read_layer(snakemake.input.maps)
filters = number_filters(read_meme(snakemake.input.motifs), convolution)
pvalues = compare_filters(
    filters,
    list(dict.fromkeys(importance["class"])),
    read_pool(snakemake.input.dataset),
    comparison.read_engine(snakemake.input.engine),
    snakemake.params.incomplete,
)
write_csv(snakemake.output.ranked, rank_filters(importance, pvalues))
