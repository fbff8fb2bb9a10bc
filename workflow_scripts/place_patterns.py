"""Rule place_patterns: make one dataset of sequences with patterns, labelled by a logic of them."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.datasets.grammars import GrammarSettings, read_grammar, simulate_grammar
from motifgrid.formats.dataset import write_dataset
from motifgrid.motifs.ground_truth import load_pool

params, files = snakemake.params, snakemake.input
known, provenance = load_pool(params.motifs, files.get("motifs"), files.get("info"))
grammar = read_grammar(params.patterns, params.classes)
dataset = simulate_grammar(grammar, GrammarSettings(**params.settings), known, provenance)
write_dataset(snakemake.output.dataset, dataset)
