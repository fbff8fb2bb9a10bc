"""Rule scan_figure: draw AUROC against a number that recipes vary."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.csv_tables import read_table
from motifgrid.provenance.sidecars import record
from motifgrid.report.figures import save_figure
from motifgrid.report.scan_figure import draw_scan
from motifgrid.report.scans import find_scans

scans = {scan.file_name: scan for scan in find_scans(snakemake.params.recipes)}
figure = draw_scan(read_table(snakemake.input.cells), scans[snakemake.wildcards.scan])
save_figure(figure, snakemake.output.svg, snakemake.output.png)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
