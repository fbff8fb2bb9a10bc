"""Rule class_tables: what tells classes apart, what they must not see, and how groups are alike."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

import pandas as pd

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.csv_tables import read_table
from motifgrid.formats.dataset import read_pool
from motifgrid.formats.feature_maps import read_layer
from motifgrid.formats.meme import read_meme
from motifgrid.motifs.hits import assign_motifs
from motifgrid.motifs.ranking import find_own
from motifgrid.report.class_differences import choose_pairs, list_differences
from motifgrid.report.class_groups import (
    assign_groups,
    count_strong,
    find_biclusters,
    judge_similarity,
)
from motifgrid.report.class_traits import get_cuts, list_features, list_traits
from motifgrid.report.importance_table import (
    describe_neurons,
    spread_importances,
)

files, outputs, settings = snakemake.input, snakemake.output, snakemake.params.settings
wide = spread_importances(read_table(files.neurons))
similarity = read_table(files.similarity)
matches = read_table(files.matches) if files.get("matches") else pd.DataFrame()
motifs = read_meme(files.motifs) if files.get("motifs") else []
matching = find_own(read_table(files.ranked)) if files.get("ranked") else {}
facts = describe_neurons(list(wide.columns), read_layer(files.maps)[1], matches, motifs)
groups = assign_groups(list(wide.index), settings.get("groups", {}))
cuts = get_cuts(settings)
pairs = choose_pairs(similarity, settings.get("pairs", []), settings["most_pairs"])
sides = settings.get("biclusters", [])
own = assign_motifs(list(wide.index), read_pool(files.dataset))
shared = {name: [motif.class_name for motif in of_class] for name, of_class in own.items()}

tables = {
    "differences": list_differences(wide, similarity, facts, pairs, settings["most_neurons"]),
    "traits": list_traits(wide, facts, cuts, matching),
    "features": list_features(wide, facts, groups, settings["top"]),
    "counts": count_strong(similarity, groups, settings["strong"]),
    "biclusters": find_biclusters(similarity, groups, sides, settings["blocks"]),
    "sharing": judge_similarity(similarity, shared),
}
for name, table in tables.items():
    write_csv(outputs[name], table)
