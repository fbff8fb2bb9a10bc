"""Rule read_sequences, and rules read_sequences_...: maps of test sequences, and their hits."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.training.backends import select_backend

select_backend("auto", snakemake.threads)

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.attributions import write_attributions
from motifgrid.formats.meme import write_meme
from motifgrid.places import name_readout, pair_files
from motifgrid.readouts.attribution_windows import kmer_motifs
from motifgrid.readouts.sequence_readouts import gather_hits, read_sequences
from motifgrid.training.cell import load_model
from motifgrid.training.device import prepare_device

prepare_device(snakemake.threads)
readout = snakemake.params.readout
outputs = snakemake.output
for model, map_file, hit_file, motif_file in pair_files(
    snakemake.input.model, outputs.maps, outputs.hits, outputs.motifs
):
    name = name_readout(hit_file)
    readings = list(read_sequences(load_model(model), snakemake.input.dataset, readout, name))
    hits = gather_hits(readings)
    maps = (part for reading in readings for part in reading.list_maps(readout))
    write_attributions(map_file, maps)
    write_csv(hit_file, hits)
    write_meme(motif_file, kmer_motifs(hits))
