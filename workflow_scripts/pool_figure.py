"""Rule pool_figure: draw relevant fraction and AUROC against the first layer's pool size."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

import pandas as pd

from motifgrid.report.figures import save_figure
from motifgrid.report.pool_figure import draw_pool_figure
from motifgrid.report.tables import select_layer

figure = draw_pool_figure(
    pd.read_csv(snakemake.input.cells),
    select_layer(pd.read_csv(snakemake.input.matches), snakemake.wildcards.readout, layer=1),
    snakemake.params.pools,
)
save_figure(figure, snakemake.output.svg, snakemake.output.png)
