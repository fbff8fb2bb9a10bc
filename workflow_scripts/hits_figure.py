"""Rule hits_figure: draw how often readouts point at the class's motif."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

import pandas as pd

from motifgrid.report.figures import save_figure
from motifgrid.report.hits_figure import draw_hits

hits = pd.read_csv(snakemake.input.hits)
save_figure(draw_hits(hits), snakemake.output.svg, snakemake.output.png)
