"""What jobs are told of their study: the resolved configuration, and the files that it names."""

from collections.abc import Mapping
from dataclasses import asdict

from motifgrid import configuration, dataset_blocks
from motifgrid.resources.sources import Source


def describe_study(study: Mapping[str, object], sources: Mapping[str, Source]) -> dict[str, object]:
    """Return what a job needs to know to say what its results were made with.

    Args:
        study: the resolved configuration.
        sources: by the text in it, the files from outside, from `configuration.list_sources`.

    Returns:
        As JSON values the `study`; of its `datasets` by name the `files` from outside (name, path,
        url) and whether they rest on `motifs` of the database; of architectures the files of
        published `weights`; and the readouts that are `curves`, which no Tomtom sees.
    """
    return {
        "study": study,
        "datasets": {
            name: {
                "files": [_describe_file(sources[text]) for _key, text in files],
                "motifs": bool(dataset_blocks.list_motifs(block)),
            }
            for name, block in study["datasets"].items()
            for files in [dataset_blocks.list_files(block)]
        },
        "weights": {
            name: sorted(configuration.list_weight_files(study["architectures"][name]).values())
            for name in configuration.list_imported(study)
        },
        "curves": configuration.list_readouts(study, configuration.CURVES),
    }


def _describe_file(source: Source) -> dict[str, str]:
    known = asdict(source)
    return {key: known[key] for key in ("name", "path", "url")}
