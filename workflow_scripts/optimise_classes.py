"""Rule optimise_classes: the inputs that a cell takes for the best examples of its classes."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.training.backends import select_backend

select_backend("auto", snakemake.threads)

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.meme import write_meme
from motifgrid.readouts.optima import gather_best, list_starts, optimise_classes, trace_starts
from motifgrid.training.cell import load_model
from motifgrid.training.device import prepare_device

prepare_device(snakemake.threads)
optima = optimise_classes(
    load_model(snakemake.input.model), snakemake.input.dataset, snakemake.params.readout
)
hits, motifs = gather_best(optima)
write_meme(snakemake.output.motifs, motifs)
write_csv(snakemake.output.hits, hits)
write_csv(snakemake.output.optima, list_starts(optima))
write_csv(snakemake.output.history, trace_starts(optima))
