"""Rule true_sites: score a readout's motifs by the implanted sites of the test split."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.dataset import read_pool, read_split
from motifgrid.formats.meme import read_meme
from motifgrid.motifs.recovery import score_sites

sites = score_sites(
    read_meme(snakemake.input.motifs),
    read_pool(snakemake.input.dataset),
    read_split(snakemake.input.dataset, "test"),
)
write_csv(snakemake.output.sites, sites)
