"""Rule read_sequences: maps of a cell's test sequences, and the k-mers that they point at."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.training.backends import select_backend

select_backend("auto", snakemake.threads)

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.attributions import write_attributions
from motifgrid.formats.meme import write_meme
from motifgrid.readouts.attribution_windows import kmer_motifs
from motifgrid.readouts.sequence_readouts import gather_hits, read_sequences
from motifgrid.training.cell import load_model
from motifgrid.training.device import prepare_device

prepare_device(snakemake.threads)
readout = snakemake.params.readout
readings = list(read_sequences(load_model(snakemake.input.model), snakemake.input.dataset, readout))
hits = gather_hits(readings)
maps = (part for reading in readings for part in reading.list_maps(readout))
write_attributions(snakemake.output.maps, maps)
write_csv(snakemake.output.hits, hits)
write_meme(snakemake.output.motifs, kmer_motifs(hits))
