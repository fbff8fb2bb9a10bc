"""Print what made a result: python workflow_scripts/show_provenance.py results/tables/cells.csv.

Ends with 0 where the result and all that it was made from are as they were, with 1 where something
changed, and with 2 where nothing tells what made it.
"""

import argparse
import sys

from motifgrid.provenance.entries import read_entries
from motifgrid.provenance.sidecars import ProvenanceError, find_sidecar
from motifgrid.report.provenance_page import list_details


def main() -> int:
    """Print the provenance of the results on the command line."""
    parser = argparse.ArgumentParser(description="Print what made a table, a figure or a page.")
    parser.add_argument("results", nargs="+", metavar="RESULT", help="for example a CSV or SVG")
    try:
        places = dict.fromkeys(find_sidecar(path) for path in parser.parse_args().results)
        entries = read_entries(places)
    except ProvenanceError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n\n".join("\n".join(list_details(entry)) for entry in entries))
    return int(any(entry.changes for entry in entries))


if __name__ == "__main__":
    sys.exit(main())
