"""Rule implant_motifs: simulate one dataset of sequences with one implanted motif or none."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.datasets.implanted import ImplantedSettings, simulate_implanted
from motifgrid.formats.dataset import write_dataset
from motifgrid.motifs.ground_truth import load_pool

params = snakemake.params
pool, provenance = load_pool(params.motifs, snakemake.input.motifs, snakemake.input.info)
settings = ImplantedSettings(**params.settings)
write_dataset(
    snakemake.output.dataset, simulate_implanted(pool, params.class_name, settings, provenance)
)
