"""Rule label_windows: label the windows of a genome by the peaks of tracks."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.datasets.genome_set import write_genome_set
from motifgrid.datasets.selection import WindowSettings
from motifgrid.datasets.tracks import FitSettings
from motifgrid.motifs.ground_truth import load_pool

names = [entry["name"] for entry in snakemake.params.classes]
pool, provenance = load_pool(
    snakemake.params.classes, snakemake.input.get("motifs"), snakemake.input.get("info")
)
write_genome_set(
    snakemake.output.dataset,
    genome=snakemake.input.genome,
    index=snakemake.input.index,
    peaks=dict(zip(names, snakemake.input.peaks, strict=True)),
    settings=WindowSettings(**snakemake.params.windows),
    fit=FitSettings(**snakemake.params.fit),
    blacklist=snakemake.input.get("blacklist"),
    assembly=snakemake.params.assembly,
    pool=pool,
    provenance=provenance,
)
