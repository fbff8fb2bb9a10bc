"""Rule feature_importance, and rules feature_importance_...: what classes want of a layer."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.training.backends import select_backend

select_backend("auto", snakemake.threads)

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.feature_maps import write_feature_maps
from motifgrid.places import pair_files
from motifgrid.readouts.feature_importance import (
    compare_classes,
    list_neurons,
    list_runs,
    read_importance,
)
from motifgrid.training.cell import load_model
from motifgrid.training.device import prepare_device

prepare_device(snakemake.threads)
outputs = snakemake.output
for model, map_file, neuron_file, run_file, similarity_file in pair_files(
    snakemake.input.model, outputs.maps, outputs.neurons, outputs.runs, outputs.similarity
):
    logic = read_importance(load_model(model), snakemake.input.dataset, snakemake.params.readout)
    layer = logic.layer, logic.convolution
    write_feature_maps(map_file, logic.found.maps, logic.classes, *layer)
    write_csv(neuron_file, list_neurons(logic))
    write_csv(run_file, list_runs(logic))
    write_csv(similarity_file, compare_classes(logic))
