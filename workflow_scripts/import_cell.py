"""Rule import_cell: a cell from published weights."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.training.backends import select_backend

select_backend("auto", snakemake.threads)

from motifgrid.training.cell import save_cell
from motifgrid.training.device import prepare_device
from motifgrid.training.imports import import_cell

device = prepare_device(snakemake.threads)
label = "/".join(snakemake.wildcards)
cell = import_cell(snakemake.input.dataset, snakemake.params.recipe, label, device)
save_cell(cell, **snakemake.output)
