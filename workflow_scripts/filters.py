"""Rule filters, and rules filters_...: read the filters of one cell, or of several, as PWMs."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.training.backends import select_backend

select_backend("auto", snakemake.threads)

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.meme import write_meme
from motifgrid.places import pair_files
from motifgrid.readouts.methods import read_cell
from motifgrid.training.cell import load_model
from motifgrid.training.device import prepare_device

prepare_device(snakemake.threads)
for model, motif_file, table_file in pair_files(
    snakemake.input.model, snakemake.output.motifs, snakemake.output.filters
):
    motifs, table = read_cell(load_model(model), snakemake.input.dataset, snakemake.params.readout)
    write_meme(motif_file, motifs)
    write_csv(table_file, table)
