"""Rule train: train one cell."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.training.cell import TrainingSettings, save_cell, train_cell
from motifgrid.training.device import prepare_device

device = prepare_device(snakemake.threads, snakemake.params.require_gpu)
cell = train_cell(
    dataset=snakemake.input.dataset,
    recipe=snakemake.params.recipe,
    settings=TrainingSettings(**snakemake.params.training),
    seed=int(snakemake.wildcards.seed),
    label="{dataset}/{architecture}/{seed}".format(**snakemake.wildcards),
    device=device,
)
save_cell(
    cell,
    model=snakemake.output.model,
    history=snakemake.output.history,
    scores=snakemake.output.scores,
    facts=snakemake.output.facts,
)
