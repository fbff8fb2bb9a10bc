"""Rule roc: the receiver operating characteristic of a cell on the test split."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.training.backends import select_backend

select_backend("auto", snakemake.threads)

from motifgrid.formats.atomic import write_csv
from motifgrid.readouts.curves import read_roc
from motifgrid.training.cell import load_model
from motifgrid.training.device import prepare_device

prepare_device(snakemake.threads)
model = load_model(snakemake.input.model)
write_csv(snakemake.output.curve, read_roc(model, snakemake.input.dataset))
