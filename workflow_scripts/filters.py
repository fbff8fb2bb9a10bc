"""Rule filters: read a cell's first-layer filters as PWMs."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.meme import write_meme
from motifgrid.readouts.activations import extract_first_layer
from motifgrid.readouts.filters import AlignmentSettings
from motifgrid.training.cell import load_model
from motifgrid.training.device import prepare_device

prepare_device(snakemake.threads)
motifs, table = extract_first_layer(
    load_model(snakemake.input.model),
    snakemake.input.dataset,
    AlignmentSettings(**snakemake.params.settings),
)
write_meme(snakemake.output.motifs, motifs)
write_csv(snakemake.output.filters, table)
