"""Rule provenance: print what made the results that are there, and what no longer matches."""

import logging

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.provenance.entries import read_readable
from motifgrid.provenance.sidecars import find_root, list_sidecars
from motifgrid.report.provenance_page import list_missing, list_rows

root = find_root(snakemake.log[0])
found = list_sidecars(root)
entries, problems = read_readable(found, snakemake.config["provenance"]["study"])
# as a module, results are below a prefix, which parameters do not have
expected = [str(root.parent / path) for path in snakemake.params.sidecars]
for line in [*list_rows(entries), *list_missing(expected, found), *problems]:
    logging.getLogger("motifgrid").info(line)
