"""Rule deepsea_set: take the classes of one dataset out of the DeepSEA bundle."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.datasets.deepsea_set import write_deepsea_set
from motifgrid.motifs.ground_truth import load_pool

classes = snakemake.params.classes
pool, provenance = load_pool(classes, snakemake.input.get("motifs"), snakemake.input.get("info"))
write_deepsea_set(
    snakemake.output.dataset,
    files={name: snakemake.input[name] for name in ("train", "valid", "test")},
    columns={entry["name"]: entry["column"] for entry in classes},
    keep_positive=snakemake.params.keep == "positive",
    pool=pool,
    provenance=provenance,
)
