"""Rule roc, and rules roc_...: receiver operating characteristics of cells on the test split."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.training.backends import select_backend

select_backend("auto", snakemake.threads)

from motifgrid.formats.atomic import write_csv
from motifgrid.places import pair_files
from motifgrid.readouts.curves import read_roc
from motifgrid.training.cell import load_model
from motifgrid.training.device import prepare_device

prepare_device(snakemake.threads)
for model, curve_file in pair_files(snakemake.input.model, snakemake.output.curve):
    write_csv(curve_file, read_roc(load_model(model), snakemake.input.dataset))
