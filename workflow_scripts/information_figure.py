"""Rule information_figure: draw how much information the filters of every architecture hold."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.csv_tables import read_table
from motifgrid.provenance.sidecars import record
from motifgrid.report.figures import save_figure
from motifgrid.report.information_figure import draw_information, gather_filters
from motifgrid.report.tables import read_matches

filters = gather_filters(
    {
        tuple(cell): (read_table(filters), read_matches(matches))
        for cell, filters, matches in zip(
            snakemake.params.cells, snakemake.input.filters, snakemake.input.matches, strict=True
        )
    }
)
figure = draw_information(filters, snakemake.wildcards.readout)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
