"""Rule architecture_table: describe the architectures that a dataset is given to."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.training.backends import select_backend

select_backend("auto", snakemake.threads)

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.dataset import read_classes, read_shape
from motifgrid.provenance.sidecars import record
from motifgrid.report.architecture_table import tabulate_layers
from motifgrid.training.device import prepare_device

prepare_device(snakemake.threads)
_sequences, length = read_shape(snakemake.input.dataset, "train")
classes = read_classes(snakemake.input.dataset)
write_csv(snakemake.output.table, tabulate_layers(snakemake.params.recipes, length, len(classes)))
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
