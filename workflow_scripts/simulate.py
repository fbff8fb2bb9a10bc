"""Rule simulate: simulate one dataset with implanted motifs."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from dataclasses import asdict

from motifgrid.datasets.pool import build_pool
from motifgrid.datasets.simulation import SimulationSettings, simulate
from motifgrid.formats.dataset import write_dataset
from motifgrid.formats.meme import read_meme
from motifgrid.motifs.databases import known_identifiers, read_info

pool = build_pool(snakemake.params.classes, read_meme(snakemake.input.motifs), known_identifiers())
provenance = {"motif_database": asdict(read_info(snakemake.input.info))}
dataset = simulate(pool, SimulationSettings(**snakemake.params.settings), provenance)
write_dataset(snakemake.output.dataset, dataset)
