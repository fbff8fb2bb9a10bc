"""Rule optima_figure: draw the input that each class fits best, and the way there."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

import pandas as pd

from motifgrid.formats.meme import read_meme
from motifgrid.report.figures import save_figure
from motifgrid.report.names import name_cell
from motifgrid.report.optima_figure import draw_optima

figure = draw_optima(
    read_meme(snakemake.input.motifs),
    pd.read_csv(snakemake.input.optima, dtype={"class": str}, keep_default_na=False),
    pd.read_csv(snakemake.input.history, dtype={"class": str}, keep_default_na=False),
    name_cell(**snakemake.wildcards),
)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
