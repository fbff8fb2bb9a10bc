"""Rule pair_figures: draw pairs of architectures, their spread, and their gaps between losses."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.csv_tables import read_table
from motifgrid.provenance.sidecars import record
from motifgrid.report.baselines import add_cells, label_baselines
from motifgrid.report.figures import save_figure
from motifgrid.report.gap_figure import draw_gaps
from motifgrid.report.history_figure import gather_histories
from motifgrid.report.paired_figure import draw_pairs, draw_spread

out, architectures = snakemake.output, snakemake.params.architectures
cells = read_table(snakemake.input.cells)
shown, labels = list(architectures), {}
path = snakemake.input.get("baselines")
if path:
    baselines = read_table(path)
    cells, labels = add_cells(cells, baselines), label_baselines(baselines)
    shown += labels
places = [tuple(cell) for cell in snakemake.params.cells]
histories = gather_histories(zip(places, snakemake.input.history, strict=True))
save_figure(draw_pairs(read_table(snakemake.input.datasets)), out.pairs, out.pairs_png)
spread = draw_spread(cells, architectures=shown, labels=labels)
save_figure(spread, out.spread, out.spread_png)
save_figure(draw_gaps(histories, architectures=architectures), out.gaps, out.gaps_png)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
