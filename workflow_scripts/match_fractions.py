"""Rule match_fractions, and rules match_fractions_...: count matches with database and truth."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.csv_tables import read_table
from motifgrid.formats.dataset import read_pool
from motifgrid.formats.meme import read_meme
from motifgrid.formats.tomtom import read_tomtom
from motifgrid.motifs.matches import add_names, match_filters, match_fractions
from motifgrid.places import pair_files

relevant = {motif.class_name: motif.relevant for motif in read_pool(snakemake.input.dataset)}
database = read_meme(snakemake.input.database)
for table_file, comparison, match_file, fraction_file in pair_files(
    snakemake.input.filters,
    snakemake.input.comparison,
    snakemake.output.matches,
    snakemake.output.fractions,
):
    matches = match_filters(
        read_table(table_file),
        read_tomtom(comparison),
        relevant,
        snakemake.params.evalue,
        snakemake.params.ignored,
    )
    write_csv(match_file, add_names(matches, database))
    write_csv(fraction_file, match_fractions(matches, relevant))
