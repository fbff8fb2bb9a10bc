"""Rule kmer_baseline: score a logistic regression on counts of k-mers on one dataset."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_csv
from motifgrid.training.kmer_baseline import score_kmers

scores = score_kmers(
    snakemake.input.dataset, snakemake.wildcards.dataset, **snakemake.params.settings
)
write_csv(snakemake.output.scores, scores)
