"""Rule chipseq_set: make a single-factor set from peaks and a genome."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from dataclasses import replace

from motifgrid.datasets.chipseq import ChipSeqSettings, from_peaks
from motifgrid.datasets.tracks import FitSettings, require_assembly
from motifgrid.formats.dataset import write_dataset
from motifgrid.formats.genome import open_genome
from motifgrid.formats.peaks import read_peaks
from motifgrid.motifs.ground_truth import load_pool

files = snakemake.input
genome = open_genome(files.genome, files.index)
require_assembly(snakemake.params.assembly, genome.sizes, files.genome)
pool, provenance = load_pool(snakemake.params.classes, files.get("motifs"), files.get("info"))
dataset = from_peaks(
    read_peaks(files.peaks),
    genome,
    snakemake.params.classes[0]["name"],
    ChipSeqSettings(**snakemake.params.settings),
    FitSettings(**snakemake.params.fit),
    source=files.peaks,
    provenance=provenance,
)
write_dataset(snakemake.output.dataset, replace(dataset, pool=pool))
