"""Rule simulate: simulate one dataset with implanted motifs."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.datasets.simulation import SimulationSettings, simulate
from motifgrid.formats.dataset import write_dataset
from motifgrid.motifs.ground_truth import load_pool

pool, provenance = load_pool(snakemake.params.classes, snakemake.input.motifs, snakemake.input.info)
dataset = simulate(pool, SimulationSettings(**snakemake.params.settings), provenance)
write_dataset(snakemake.output.dataset, dataset)
