"""Rule train, and rules train_...: train one cell, or several of one architecture."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.training.backends import select_backend
from motifgrid.training.gpus import claim_gpu

claim_gpu(wait=snakemake.params.require_gpu)
select_backend(snakemake.params.backend, snakemake.threads)

from motifgrid.training.cell import save_cell, train_cells
from motifgrid.training.checkpoints import identify_cell, place_checkpoint
from motifgrid.training.device import prepare_device
from motifgrid.training.settings import TrainingSettings

outputs = {
    name: [path] if isinstance(path, str) else list(path) for name, path in snakemake.output.items()
}
named = [identify_cell(path) for path in outputs["model"]]
checkpoints = [place_checkpoint(path) for path in outputs["model"]]
cells = train_cells(
    dataset=snakemake.input.dataset,
    recipe=snakemake.params.recipe,
    settings=TrainingSettings(**snakemake.params.training),
    seeds=[seed for _label, seed in named],
    labels=[label for label, _seed in named],
    device=prepare_device(snakemake.threads, snakemake.params.require_gpu),
    checkpoints=checkpoints,
)
for cell, *paths in zip(cells, *outputs.values(), strict=True):
    save_cell(cell, **dict(zip(outputs, paths, strict=True)))
for checkpoint in checkpoints:
    checkpoint.unlink(missing_ok=True)
