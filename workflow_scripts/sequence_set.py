"""Rule sequence_set: make a dataset from a published single-factor set of sequences."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from dataclasses import replace

from motifgrid.datasets.chipseq import ChipSeqSettings, from_sequence_sets
from motifgrid.formats.dataset import write_dataset
from motifgrid.formats.sequence_sets import read_sequence_set
from motifgrid.motifs.ground_truth import load_pool

files = snakemake.input
pool, provenance = load_pool(snakemake.params.classes, files.get("motifs"), files.get("info"))
dataset = from_sequence_sets(
    read_sequence_set(files.train),
    read_sequence_set(files.test),
    snakemake.params.classes[0]["name"],
    ChipSeqSettings(**snakemake.params.settings),
    provenance={**provenance, "train": files.train, "test": files.test},
)
write_dataset(snakemake.output.dataset, replace(dataset, pool=pool))
