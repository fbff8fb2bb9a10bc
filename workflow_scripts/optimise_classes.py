"""Rule optimise_classes, and rules optimise_classes_...: inputs that cells take for the best."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.training.backends import select_backend

select_backend("auto", snakemake.threads)

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.meme import write_meme
from motifgrid.places import pair_files
from motifgrid.readouts.optima import gather_best, list_starts, optimise_classes, trace_starts
from motifgrid.training.cell import load_model
from motifgrid.training.device import prepare_device

prepare_device(snakemake.threads)
outputs, readout = snakemake.output, snakemake.params.readout
for model, motif_file, hit_file, optima_file, history_file in pair_files(
    snakemake.input.model, outputs.motifs, outputs.hits, outputs.optima, outputs.history
):
    optima = optimise_classes(load_model(model), snakemake.input.dataset, readout)
    hits, motifs = gather_best(optima, readout["kept"], readout["trim_size"])
    write_meme(motif_file, motifs)
    write_csv(hit_file, hits)
    write_csv(optima_file, list_starts(optima))
    write_csv(history_file, trace_starts(optima))
