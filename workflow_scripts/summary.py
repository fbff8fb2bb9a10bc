"""Rule summary: write the page that a reader opens first."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.formats.atomic import write_text
from motifgrid.formats.csv_tables import read_table
from motifgrid.provenance.sidecars import record
from motifgrid.report.published_table import read_comparison
from motifgrid.report.summary_page import write_summary

sites = [read_table(path) for path in snakemake.input.sites]
pairs, baselines, hits, rankings = (
    snakemake.input.get(name) for name in ("pairs", "baselines", "hits", "rankings")
)
tables = zip(snakemake.input.splits, snakemake.input.problems, strict=True)
page = write_summary(
    read_table(snakemake.input.summary),
    read_comparison(snakemake.input.published),
    note=snakemake.params.note,
    files=snakemake.params.files,
    question=snakemake.params.title,
    table_name=snakemake.params.table_name,
    datasets={
        name: (read_table(splits), read_table(problems))
        for name, (splits, problems) in zip(snakemake.params.datasets, tables, strict=True)
    },
    pairs=read_table(pairs) if pairs else None,
    sites=sites[0] if sites else None,
    baselines=read_table(baselines) if baselines else None,
    hits=read_table(hits) if hits else None,
    rankings=read_table(rankings) if rankings else None,
)
write_text(snakemake.output.page, page)
record(snakemake.rule, snakemake.input, snakemake.output, snakemake.config["provenance"])
