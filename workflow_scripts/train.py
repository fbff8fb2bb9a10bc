"""Rule train, and rules train_...: train one cell, or several."""

import logging
import os
import tempfile
from pathlib import Path

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.places import pair_files
from motifgrid.training.assignments import place_claim
from motifgrid.training.backends import select_backend
from motifgrid.training.claims import claim_cells, release_cells
from motifgrid.training.gpus import claim_gpu

names, places = zip(*snakemake.output.items(), strict=True)
outputs = [dict(zip(names, paths, strict=True)) for paths in pair_files(*places)]
waited = claim_cells(place_claim(paths["model"]) for paths in outputs)
claim_gpu(wait=snakemake.params.require_gpu)
select_backend(snakemake.params.backend, snakemake.threads)

from motifgrid.formats.meme import read_meme
from motifgrid.training.assignments import assign
from motifgrid.training.cell import is_saved, save_cell, train_cells
from motifgrid.training.device import prepare_device

datasets = {Path(path).stem: path for path in snakemake.input.datasets}
motifs = {
    motif.identifier: motif.pwm
    for path in snakemake.input.get("motifs", [])
    for motif in read_meme(path)
}
assignments = [
    assign(paths["model"], datasets, snakemake.params.networks, motifs) for paths in outputs
]
if waited:
    # who had them may have trained them
    saved = [is_saved(each, **paths) for each, paths in zip(assignments, outputs, strict=True)]
    assignments, outputs = (
        [each for each, is_done in zip(all_of_them, saved, strict=True) if not is_done]
        for all_of_them in (assignments, outputs)
    )
device = prepare_device(snakemake.threads, snakemake.params.require_gpu)
# compilers leave their files to the end of the interpreter, which this one does not reach
with tempfile.TemporaryDirectory(prefix="motifgrid-") as tempfile.tempdir:
    for cell, paths in zip(train_cells(assignments, device), outputs, strict=True):
        save_cell(cell, **paths)
logging.shutdown()
for assignment in assignments:
    Path(assignment.checkpoint).unlink(missing_ok=True)
release_cells()
# a job that is stopped loses its files: without checkpoints, nothing may be left to do
os._exit(0)
