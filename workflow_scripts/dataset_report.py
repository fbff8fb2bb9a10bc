"""Rule dataset_report: tabulate and draw one dataset, and warn of what looks wrong in it."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.provenance.sidecars import record
from motifgrid.report.dataset_figure import draw_dataset_figure
from motifgrid.report.dataset_problems import log_problems
from motifgrid.report.dataset_tables import (
    CSV_TABLES,
    gather_dataset_tables,
    write_dataset_tables,
)
from motifgrid.report.figures import save_figure

tables = gather_dataset_tables(snakemake.input.dataset)
log_problems(tables.problems, snakemake.wildcards.dataset)
write_dataset_tables(tables, {name: getattr(snakemake.output, name) for name in CSV_TABLES})
figure = draw_dataset_figure(tables, title=snakemake.wildcards.dataset)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
