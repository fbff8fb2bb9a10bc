"""Rule tables: gather the grid's scores and match fractions."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.csv_tables import read_table
from motifgrid.provenance.sidecars import record
from motifgrid.report import baselines, tables

entries = [
    tables.CellFiles(*cell, *files)
    for cell, *files in zip(
        snakemake.params.cells,
        snakemake.input.scores,
        snakemake.input.history,
        snakemake.input.facts,
        strict=True,
    )
]
cells = tables.collect_cells(entries)
matches = tables.collect_matches(
    [
        tables.MatchFiles(*readout, fractions)
        for readout, fractions in zip(
            snakemake.params.readouts, snakemake.input.fractions, strict=True
        )
    ]
)
summary = tables.summarise(cells, matches)
write_csv(snakemake.output.cells, cells)
write_csv(snakemake.output.scores, tables.collect_scores(entries))
write_csv(snakemake.output.matches, matches)
write_csv(snakemake.output.summary, summary)
table1 = tables.render_table1(summary)
path = snakemake.input.get("baselines")
if path:
    table1 = baselines.add_rows(table1, read_table(path))
write_csv(snakemake.output.table1, table1)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
