"""Rule filters: read the filters of a cell's convolutions as PWMs."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.training.backends import select_backend

select_backend("auto", snakemake.threads)

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.meme import write_meme
from motifgrid.readouts.activations import RECEPTIVE_FIELD, extract_filters
from motifgrid.readouts.filters import AlignmentSettings
from motifgrid.training.cell import load_model
from motifgrid.training.device import prepare_device

prepare_device(snakemake.threads)
settings = dict(snakemake.params.settings)
motifs, table = extract_filters(
    load_model(snakemake.input.model),
    snakemake.input.dataset,
    layers=settings.pop("layers", (1,)),
    window=settings.pop("window", RECEPTIVE_FIELD),
    settings=AlignmentSettings(**settings),
)
write_meme(snakemake.output.motifs, motifs)
write_csv(snakemake.output.filters, table)
