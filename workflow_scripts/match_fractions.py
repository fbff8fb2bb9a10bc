"""Rule match_fractions: count a readout's matches with the database and the ground truth."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

import pandas as pd

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.dataset import read_pool
from motifgrid.formats.meme import read_meme
from motifgrid.formats.tomtom import read_tomtom
from motifgrid.motifs.matches import add_names, match_filters, match_fractions

relevant = {motif.class_name: motif.relevant for motif in read_pool(snakemake.input.dataset)}
matches = match_filters(
    pd.read_csv(snakemake.input.filters),
    read_tomtom(snakemake.input.comparison),
    relevant,
    snakemake.params.evalue,
    snakemake.params.ignored,
)
write_csv(snakemake.output.matches, add_names(matches, read_meme(snakemake.input.database)))
write_csv(snakemake.output.fractions, match_fractions(matches, relevant))
