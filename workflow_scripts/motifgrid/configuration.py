"""What a configuration says: checked against the schema, completed, and unrolled into cells."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from motifgrid import dataset_blocks, readout_blocks, unread_settings
from motifgrid.config_files import find_doubled_keys, find_excess
from motifgrid.dataset_collections import (
    CollectionError,
    expand_collections,
    list_members,
    name_collections,
)
from motifgrid.datasets import implanted
from motifgrid.datasets.implanted import ImplantedSettings
from motifgrid.datasets.pool import build_pool, suggest_motif
from motifgrid.datasets.simulation import SimulationSettings, require_feasible
from motifgrid.formats.keras1 import LAYERS_FILE
from motifgrid.formats.meme import Motif, read_meme
from motifgrid.models.recipes import (
    UNTRAINED,
    list_lengths,
    require_effective_clip,
    require_enough_filters,
    require_expectation,
    require_first_convolution,
    require_layers,
    require_one_convolution,
    require_same_depth,
    require_untouched_weights,
    require_used_norm,
    require_used_strides,
)
from motifgrid.motifs import databases
from motifgrid.readout_blocks import (  # noqa: F401 - part of what is asked of a configuration
    CURVES,
    FILTER_METHODS,
    IMPORTANCES,
    OF_CLASS_TABLES,
    OF_COMPARISONS,
    OPTIMISATIONS,
    PATTERN_METHODS,
    SEQUENCE_METHODS,
    list_ranked_inputs,
    list_rankings,
    list_readouts,
)
from motifgrid.resources.lock import LockError, find_wrong_size
from motifgrid.resources.sources import Source, SourceError, resolve_sources
from motifgrid.schema_checks import Validator, find_problems, resolve_references
from motifgrid.spelling import suggest

LARGE_GRID = 2000
ENOUGH_PER_JOB = 20
"""A grid with more cells than this should have that many in a job: see benchmarks/dag.py."""

CONVENTIONS: Mapping[str, Mapping[str, Mapping[str, object]]] = {
    "text": {
        "simulated": {"minimum_spacer": 1},
        "koo-eddy": {"initializer": "he_normal"},
        "training": {
            "learning_rate": 3e-4,
            "beta_1": 0.9,
            "beta_2": 0.999,
            "epsilon": 1e-7,
            "patience": 0,
        },
        "filters": {
            "fraction": 0.7,
            "positions": "maximum",
            "ends": "discard",
            "weighting": "equal",
        },
    },
    "scripts": {
        "simulated": {"minimum_spacer": 0},
        "koo-eddy": {"initializer": "glorot_uniform"},
        "training": {
            "learning_rate": 1e-3,
            "beta_1": 0.95,
            "beta_2": 0.999,
            "epsilon": 1e-8,
            "patience": 20,
        },
        "filters": {
            "fraction": 0.5,
            "positions": "all",
            "ends": "pad",
            "weighting": "activation",
        },
    },
}
"""Defaults where the text and the released scripts of Koo & Eddy 2019 differ, by convention and
by kind of dataset, family of architectures, training, or method of a readout."""


PUBLISHED_READOUT = "filters"
"""The readout that published numbers are of, where nothing else is said."""

OF_CELLS = ("auroc", "aupr")
"""Metrics that belong to a cell, whatever reads it."""

OF_HITS = ("relevant_hits",)
"""Metrics of readouts of sequences and classes."""

OF_PAIRS = ("t_test_p",)
"""Metrics of pairs of architectures over datasets; all others are of motifs."""


class ConfigurationError(ValueError):
    """A configuration that cannot run; the message names key, value and the closest valid one."""


class Cell(NamedTuple):
    """One architecture on one dataset from one seed; untrained ones are named so."""

    dataset: str
    architecture: str
    seed: int


def resolve(
    config: Mapping[str, object],
    schema: Mapping[str, object],
    published: Sequence[Mapping[str, object]] = (),
) -> dict[str, object]:
    """Check a configuration and complete it with defaults.

    Args:
        config: as read from YAML.
        schema: JSON Schema, draft 2020-12.
        published: the known published numbers, from `formats.published`; where `published` of
            the configuration names a study, those that the configuration could reproduce.

    Returns:
        A new configuration in which every setting is explicit. Keys are in alphabetic order, so
        that the order in a file changes no job's parameters.

    Raises:
        ConfigurationError: with every problem found, one per line.
    """
    given, places = config, []
    problems = find_excess(config) or find_problems(config, schema)
    if not problems:
        try:
            config = expand_collections(config)
        except CollectionError as error:
            problems = [f"  {line}" for line in str(error).splitlines()]
        else:
            problems = find_problems(config, _require_datasets(schema))
    if not problems:
        numbers, places, problems = _look_up_published(config, published, list_members(given))
        config = {**config, "published": numbers}
    if not problems:
        problems = find_problems(config, schema, places)
    if not problems:
        resolved = _fill_defaults(copy.deepcopy(dict(config)), schema, schema)
        _apply_conventions(resolved)
        readout_blocks.take_architectures(resolved["readouts"])
        problems = _complete_datasets(resolved)
    if not problems:
        for number in resolved["published"]:
            number.setdefault("row", f"{number['architecture']}, {number['dataset']}")
        problems = list(_find_inconsistencies(resolved, places, given.get("collections", ())))
        problems += unread_settings.find_problems(resolved, schema)
    if problems:
        lines = ["The configuration cannot run:", *name_collections(given, problems)]
        raise ConfigurationError("\n".join(lines))
    return _sort_keys(resolved)


def _require_datasets(schema: Mapping[str, object]) -> dict[str, object]:
    """Return the schema of a configuration whose collections have become datasets."""
    return {**schema, "required": [*schema["required"], "datasets"]}


def list_cells(config: Mapping[str, object]) -> list[Cell]:
    """List the cells of a resolved configuration's grid, untrained ones included, sorted."""
    cells = set()
    for block in config["grid"]:
        for dataset in block["datasets"]:
            for architecture in block["architectures"]:
                cells.update(Cell(dataset, architecture, seed) for seed in block["seeds"])
                cells.update(
                    Cell(dataset, architecture + UNTRAINED, seed)
                    for seed in block["untrained_seeds"]
                )
    return sorted(cells)


def list_imported(config: Mapping[str, object]) -> list[str]:
    """List the architectures whose weights are published ones, sorted."""
    return sorted(name for name, recipe in config["architectures"].items() if "weights" in recipe)


def list_reported(config: Mapping[str, object]) -> list[list[object]]:
    """List what others report of the datasets in a resolved configuration's grid.

    Returns:
        Dataset, name of the method and AUROC of each, sorted.
    """
    used = {name for block in config["grid"] for name in block["datasets"]}
    return sorted(
        [dataset, method, auroc]
        for method, aurocs in config["baselines"].get("reported", {}).items()
        for dataset, auroc in aurocs.items()
        if dataset in used
    )


def list_weight_files(recipe: Mapping[str, object]) -> dict[str, str]:
    """Map `weights` to the file of published weights, and `layers` to what describes it beside it.

    Args:
        recipe: of an architecture with weights. A file that describes them counts where it is.
    """
    layers = Path(recipe["weights"]).with_name(LAYERS_FILE)
    beside = {"layers": str(layers)} if layers.is_file() else {}
    return {"weights": recipe["weights"], **beside}


def list_cells_read(config: Mapping[str, object], readout: str) -> list[Cell]:
    """List the cells of a resolved configuration's grid that a readout reads, sorted.

    Untrained ones are read as well, but by a readout of ranks: theirs are known.
    """
    settings = config["readouts"][readout]
    named = settings.get("architectures", config["architectures"])
    suffix = "" if settings["method"] in CURVES else UNTRAINED
    cells = list_cells(config)
    return [cell for cell in cells if cell.architecture.removesuffix(suffix) in named]


def get_recipe(config: Mapping[str, object], architecture: str) -> dict[str, object]:
    """Return the recipe of an architecture, trained or untrained, of a resolved configuration."""
    return dict(config["architectures"][architecture.removesuffix(UNTRAINED)])


def get_training(config: Mapping[str, object], architecture: str) -> dict[str, object]:
    """Return the training settings of an architecture; an untrained one has only zero epochs."""
    if architecture.endswith(UNTRAINED):
        return {"epochs": 0}
    where = ("backend", "require_gpu")
    return {key: value for key, value in config["training"].items() if key not in where}


def get_simulation(config: Mapping[str, object], dataset: str) -> dict[str, object]:
    """Return the settings of a simulated dataset, see `datasets.simulation`."""
    settings = config["datasets"][dataset]
    return {key: value for key, value in settings.items() if key not in ("kind", "classes")}


def list_datasets(config: Mapping[str, object], kind: str) -> list[str]:
    """List the datasets of a kind, sorted."""
    return sorted(name for name, block in config["datasets"].items() if block["kind"] == kind)


def list_sources(config: Mapping[str, object]) -> dict[str, Source]:
    """Find what every file is that the datasets of a resolved configuration name.

    Returns:
        By the text in the configuration, the source.

    Raises:
        ConfigurationError: with every text that means nothing, or two that mean one file.
    """
    try:
        resources = resolve_sources(config["resources"])
        sources = dataset_blocks.list_sources(config["datasets"], resources)
        dataset_blocks.list_genomes(config["datasets"], sources)
    except SourceError as error:
        raise _cannot_run(str(error).splitlines()) from None
    return sources


def require_single_keys(paths: Iterable[Path | str]) -> None:
    """Check that no key stands twice in one place of configuration files.

    Raises:
        ConfigurationError: with file, line and key of every one that does.
    """
    doubled = [problem for path in paths for problem in find_doubled_keys(path)]
    if doubled:
        raise ConfigurationError("\n".join(["The configuration cannot run:", *doubled]))


def require_files(config: Mapping[str, object]) -> None:
    """Check that the local files of a resolved configuration's datasets and networks are there.

    Raises:
        ConfigurationError: with key and path of every one that is missing.
    """
    sources = list_sources(config)
    missing = list(dataset_blocks.find_missing_files(config["datasets"], sources))
    missing += [
        f"architectures: {name}: weights: no file {recipe['weights']}. Paths are relative to the "
        f"working directory, {Path.cwd()}."
        for name, recipe in config["architectures"].items()
        if "weights" in recipe and not Path(recipe["weights"]).is_file()
    ]
    if missing:
        raise _cannot_run(missing)


def require_sizes(config: Mapping[str, object], folder: Path | str) -> None:
    """Check that downloads which lie in a folder, perhaps put there by hand, have the known size.

    Args:
        config: resolved.
        folder: where downloads go.

    Raises:
        ConfigurationError: with every file that has another size than stated or locked.
    """
    try:
        wrong = [
            find_wrong_size(source, Path(folder) / source.name, config["resource_lock"])
            for source in list_sources(config).values()
            if source.url
        ]
    except LockError as error:
        raise _cannot_run([str(error)]) from None
    if any(wrong):
        raise _cannot_run(sorted({problem for problem in wrong if problem}))


def require_packages(config: Mapping[str, object]) -> None:
    """Check that the optional packages which readouts need are installed beside the workflow.

    Args:
        config: resolved. Where its jobs have environments of their own, what is installed here
            says nothing: do not ask.

    Raises:
        ConfigurationError: with every readout that lacks one, and how to get it.
    """
    missing = list(readout_blocks.find_missing_packages(config))
    if missing:
        raise ConfigurationError("\n".join(["The configuration cannot run:", *missing]))


def list_warnings(config: Mapping[str, object]) -> list[str]:
    """List what a resolved configuration may ask for, but that will hardly say what it seems to."""
    return [
        *_find_late_rates(config["training"]),
        *_find_many_jobs(config),
        *readout_blocks.find_risks(config),
    ]


def require_fit(config: Mapping[str, object], folder: Path | str) -> None:
    """Check that what is read of sequences is not longer than they are, where files tell.

    Args:
        config: resolved, which has checked this for datasets that state their length.
        folder: where downloads go. A set that has not come yet is left to the jobs.

    Raises:
        ConfigurationError: with readout or architecture, what it needs, dataset and length.
    """
    lengths = dataset_blocks.find_lengths(config["datasets"], list_sources(config), folder)
    blocks = {name: {**config["datasets"][name], "length": lengths[name]} for name in lengths}
    known = {**config, "datasets": {**config["datasets"], **blocks}}
    problems = [*_find_short_sequences(known), *readout_blocks.find_problems(known)]
    if problems:
        raise ConfigurationError("\n".join(["The configuration cannot run:", *problems]))


def list_contrast(config: Mapping[str, object], dataset: str, readout: str) -> list[Cell]:
    """List the cells that a dataset's contrast shows: the first seed of each architecture.

    Args:
        config: resolved; `contrast` names the architectures, and where it is empty those with the
            smallest and the largest first pooling window are taken.
        dataset: name of the dataset.
        readout: that must read the cells.

    Returns:
        One trained cell per architecture, in the order in which they are drawn; none where the
        readout reads nothing of this dataset.
    """
    first: dict[str, Cell] = {}
    for cell in list_cells_read(config, readout):
        if cell.dataset == dataset and not cell.architecture.endswith(UNTRAINED):
            first.setdefault(cell.architecture, cell)
    pools = list_pools(config)
    by_pool = sorted(first, key=lambda name: (pools[name], name))
    extremes = list(dict.fromkeys([*by_pool[:1], *by_pool[-1:]]))
    chosen = [name for name in config["contrast"] if name in first] or extremes
    return [first[name] for name in chosen]


def list_pools(config: Mapping[str, object]) -> dict[str, int]:
    """Return the first pooling window of every architecture of a resolved configuration.

    A network without convolutions has none, as one that is not pooled (1).
    """
    return {name: [*recipe["pools"], 1][0] for name, recipe in config["architectures"].items()}


def require_known_motifs(config: Mapping[str, object]) -> None:
    """Check that the motif database holds a configuration's motifs, and that they fit.

    Args:
        config: resolved. Without pyjaspar here (it may be only in the jobs' environment) a JASPAR
            database is left to the job that writes it.

    Raises:
        ConfigurationError: with place, value and the closest identifier of every unknown one, and
            with every dataset whose sequences are too short for its motifs.
    """
    database = _read_database(config["motif_database"])
    if database is None:
        return
    known = databases.known_identifiers() if databases.has_jaspar() else set()
    problems = []
    for name, dataset in config["datasets"].items():
        try:
            pool = build_pool(dataset_blocks.list_motifs(dataset), database, known)
            if dataset["kind"] == "simulated":
                require_feasible(pool, SimulationSettings(**get_simulation(config, name)))
            if dataset["kind"] == "implanted":
                settings = ImplantedSettings(**dataset_blocks.get_implanted(dataset))
                implanted.require_feasible(pool, settings)
        except ValueError as error:
            problems += [f"  datasets: {name}: {line}" for line in str(error).splitlines()]
    identifiers = {motif.identifier: motif.name for motif in database}
    problems += [
        f"  matches: ignored: the motif database has no '{name}'.{suggest_motif(name, identifiers)}"
        for name in config["matches"]["ignored"]
        if name not in identifiers
    ]
    problems += [
        f"  architectures: {name}: initial_motifs: the motif database has no '{identifier}'."
        f"{suggest_motif(identifier, identifiers)}"
        for name, recipe in config["architectures"].items()
        for identifier in recipe.get("initial_motifs", ())
        if identifier not in identifiers
    ]
    if problems:
        raise ConfigurationError("\n".join(["The configuration cannot run:", *problems]))


def _cannot_run(problems: Iterable[str]) -> ConfigurationError:
    return ConfigurationError(
        "\n".join(["The configuration cannot run:", *(f"  {problem}" for problem in problems)])
    )


def _read_database(database: Mapping[str, str]) -> list[Motif] | None:
    """Return the motifs of the motif database, or None where they cannot be known yet."""
    try:
        if database["source"] == "file":
            return read_meme(database["path"])
        if not databases.has_jaspar():
            return None
        chosen = {key: database[key] for key in ("release", "collection", "tax_group")}
        return databases.load_jaspar(**chosen)
    except (ValueError, OSError) as error:
        raise ConfigurationError(
            f"The configuration cannot run:\n  motif_database: {error}"
        ) from None


def _look_up_published(
    config: Mapping[str, object],
    published: Sequence[Mapping[str, object]],
    members: Mapping[str, list[str]],
) -> tuple[list[Mapping[str, object]], list[int], list[str]]:
    """Put the numbers of a study, as far as they concern the configuration, in its name's place.

    Numbers over a collection get its datasets.

    Returns:
        The numbers, the entry of `published` that each came from, and problems.
    """
    numbers, places, problems = [], [], []
    for place, entry in enumerate(config.get("published", [])):
        found = [entry]
        if isinstance(entry, str):
            try:
                found = _take_study(config, entry, published, members)
            except ConfigurationError as error:
                problems.append(f"  published: {place}: {error}")
                continue
        numbers += [_add_datasets(number, members) for number in found]
        places += [place] * len(found)
    return numbers, places, problems


def _add_datasets(
    number: Mapping[str, object], members: Mapping[str, list[str]]
) -> Mapping[str, object]:
    if number["dataset"] not in members:
        return number
    statistic = {} if number["metric"] in OF_PAIRS else {"statistic": "mean"}
    return {"datasets": members[number["dataset"]], **statistic, **number}


def _take_study(
    config: Mapping[str, object],
    study: str,
    published: Sequence[Mapping[str, object]],
    members: Mapping[str, list[str]],
) -> list[Mapping[str, object]]:
    """Take the numbers of a study that concern the configuration, with the readout they are of."""
    numbers = [number for number in published if number["study"] == study]
    if not numbers:
        studies = sorted({str(number["study"]) for number in published})
        raise ConfigurationError(
            f"no numbers of '{study}'.{suggest(study, studies)} Known: {', '.join(studies)}."
        )
    known = config["datasets"].keys() | members.keys()
    taken = [
        number
        for number in numbers
        if number["dataset"] in known and number["architecture"] in config["architectures"]
    ]
    if not taken:
        datasets, architectures = (
            _shorten(sorted({str(number[key]) for number in numbers}))
            for key in ("dataset", "architecture")
        )
        raise ConfigurationError(
            f"{study} has no number for a dataset and an architecture of this configuration. Its "
            f"numbers are about the datasets {datasets} and the architectures {architectures}. "
            "Name yours so, or take it out."
        )
    named = config.get("readouts", {PUBLISHED_READOUT: None})
    taken = [number for number in taken if number.get("readout", "") in ("", *named)]
    taken = [each for each in taken if each["metric"] not in OF_PAIRS or _is_paired(config, each)]
    if not named:
        return [number for number in taken if number["metric"] in (*OF_CELLS, *OF_PAIRS)]
    readout = _find_published_readout(config, study)
    return [{"readout": readout, **number} for number in taken]


def _is_paired(config: Mapping[str, object], number: Mapping[str, object]) -> bool:
    """Tell whether a configuration compares the pair that a number is of, either way round."""
    names = {number.get("baseline"), number["architecture"]}
    return any(set(pair) == names for pair in config.get("pairs", ()))


def _find_published_readout(config: Mapping[str, object], study: str) -> str:
    """Return the readout that a study's numbers stand beside."""
    readouts = sorted(config.get("readouts", [PUBLISHED_READOUT]))
    if PUBLISHED_READOUT in readouts:
        return PUBLISHED_READOUT
    if len(readouts) > 1:
        raise ConfigurationError(
            f"{study}'s numbers are of a readout named {PUBLISHED_READOUT}. Name one of yours so. "
            f"Known: {', '.join(readouts)}."
        )
    return readouts[0]


def _shorten(names: Sequence[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _fill_defaults(
    value: object, schema: Mapping[str, object], root: Mapping[str, object]
) -> object:
    """Return a value with the schema's defaults in it, all levels down."""
    schema = resolve_references(schema, root)
    for choice in schema.get("allOf", []):
        if Validator(choice["if"]).is_valid(value):
            return _fill_defaults(value, choice["then"], root)
    if isinstance(value, dict):
        for key, part in schema.get("properties", {}).items():
            if key not in value and "default" in part:
                value[key] = copy.deepcopy(part["default"])
        parts = schema.get("properties", {})
        others = schema.get("additionalProperties") or {}
        return {
            key: _fill_defaults(item, parts.get(key, others), root) for key, item in value.items()
        }
    if isinstance(value, list):
        return [_fill_defaults(item, schema.get("items", {}), root) for item in value]
    return value


def _apply_conventions(config: dict[str, object]) -> None:
    blocks = [(config["training"], "training")]
    blocks += [(block, block["kind"]) for block in config["datasets"].values()]
    blocks += [(block, block["family"]) for block in config["architectures"].values()]
    blocks += [(block, block["method"]) for block in config["readouts"].values()]
    for block, kind in blocks:
        convention = block.pop("convention", config["convention"])
        for key, value in CONVENTIONS[convention].get(kind, {}).items():
            block.setdefault(key, value)


def _complete_datasets(config: dict[str, object]) -> list[str]:
    problems = []
    for name, block in config["datasets"].items():
        try:
            dataset_blocks.complete_block(f"  datasets: {name}", block)
        except dataset_blocks.BlockError as error:
            problems.append(str(error))
    return problems


def _sort_keys(value: object) -> object:
    if isinstance(value, dict):
        return {key: _sort_keys(value[key]) for key in sorted(value)}
    return [_sort_keys(item) for item in value] if isinstance(value, list) else value


def _find_inconsistencies(
    config: Mapping[str, object], places: Sequence[int], collections: Iterable[str]
) -> Iterable[str]:
    database = config["motif_database"]
    if database["source"] == "file" and "path" not in database:
        yield "  motif_database: source is file, but there is no path. Name a MEME file."
    if database["source"] != "file" and "path" in database:
        yield "  motif_database: there is a path, but source is not file. Set source: file."
    for name, recipe in config["architectures"].items():
        try:
            if recipe["family"] == "luo":
                require_one_convolution(recipe)
            if recipe["family"] == "lanchantin":
                require_layers(recipe)
            require_used_norm(recipe)
            require_untouched_weights(recipe)
            require_first_convolution(recipe)
            require_expectation(recipe)
            require_enough_filters(recipe)
            require_same_depth(recipe)
            require_used_strides(recipe)
            require_effective_clip(recipe)
        except ValueError as error:
            yield f"  architectures: {name}: {error}"
            continue
        yield from _find_short_sequences(config, [name])
    for name, dataset in config["datasets"].items():
        yield from dataset_blocks.find_problems(f"  datasets: {name}", dataset)
    yield from _find_idle_reduction(config["training"])
    yield from _find_idle_decay(config["training"])
    yield from _find_ignored_truth(config)
    yield from readout_blocks.find_problems(config)
    yield from _find_unknown_names(config, places, collections)
    yield from _find_idle_statistics(config, places)
    yield from _find_misread_numbers(config, places)
    yield from _find_unpaired_numbers(config, places)
    yield from _find_lonely_pairs(config)
    yield from _find_trained_imports(config)
    yield from _find_mistaken_reports(config)
    yield from _find_idle_settings(config)


def _find_idle_settings(config: Mapping[str, object]) -> Iterable[str]:
    if config["train_together"] != "architecture" and config["cells_per_job"] == 1:
        yield (
            f"  train_together: {config['train_together']} would do nothing, since cells_per_job "
            "is 1. Set cells_per_job to how many cells a job may train."
        )
    used = {name for block in config["grid"] for name in block["datasets"]}
    known = [name for name in config["datasets"] if name in used]
    kinds = {config["datasets"][name]["kind"] for name in known}
    if config["matches"]["sites"] and not (
        config["readouts"] and kinds & set(dataset_blocks.WITH_TRUE_SITES)
    ):
        yield (
            "  matches: sites: true would do nothing, since it takes a readout and a dataset whose "
            "true sites are known (kind: simulated, implanted or grammar). Leave it out."
        )
    classes = [len(dataset_blocks.list_classes(config["datasets"][name])) for name in known]
    if "kmer" in config["baselines"] and classes and 1 not in classes:
        yield (
            "  baselines: kmer would do nothing, since no dataset of the grid has one class alone. "
            "Leave it out."
        )


def _find_lonely_pairs(config: Mapping[str, object]) -> Iterable[str]:
    for number, pair in enumerate(config["pairs"]):
        yield from (
            f"  pairs: {number}: {name} has published weights, and so no losses whose gaps could "
            "be compared. Take the pair out."
            for name in sorted(set(pair) & set(list_imported(config)))
        )
    trained: dict[str, set[str]] = {}
    for block in config["grid"]:
        for name in block["architectures"]:
            trained.setdefault(name, set()).update(block["datasets"])
    reported: dict[str, set[str]] = {}
    for dataset, method, _auroc in list_reported(config):
        reported.setdefault(method, set()).add(dataset)
    places = {**trained, **reported}
    for number, (baseline, other) in enumerate(config["pairs"]):
        known = {baseline, other} <= _list_comparable(config)
        if known and not places.get(baseline, set()) & places.get(other, set()):
            scored = "trains" if {baseline, other} <= config["architectures"].keys() else "has"
            yield (
                f"  pairs: {number}: the grid {scored} {baseline} and {other} on no dataset in "
                "common. Put both into one block of the grid, or take the pair out."
            )


def _list_comparable(config: Mapping[str, object]) -> set[str]:
    """Return the names that a pair may have: architectures, and methods that others report."""
    return config["architectures"].keys() | config["baselines"].get("reported", {}).keys()


def _find_mistaken_reports(config: Mapping[str, object]) -> Iterable[str]:
    """Find reported methods that have another's name, or no dataset of the grid."""
    told = {method for _dataset, method, _auroc in list_reported(config)}
    for method, aurocs in config["baselines"].get("reported", {}).items():
        if method in config["architectures"] or method.startswith("kmer-"):
            taken = "an architecture" if method in config["architectures"] else "a baseline of ours"
            yield (
                f"  baselines: reported: {method} is the name of {taken}. Expected another one, "
                f"such as {method}-reported."
            )
        if method not in told and aurocs.keys() <= config["datasets"].keys():
            yield (
                f"  baselines: reported: {method} would do nothing, since the grid trains on none "
                "of its datasets. Leave it out, or add one to the grid."
            )


def _find_trained_imports(config: Mapping[str, object]) -> Iterable[str]:
    imported = list_imported(config)
    for number, block in enumerate(config["grid"]):
        for name in sorted(set(block["architectures"]) & set(imported)):
            for key, expected in (("seeds", [0]), ("untrained_seeds", [])):
                if block[key] != expected:
                    yield (
                        f"  grid: {number}: {key}: {block[key]}, but {name} has published weights: "
                        "there is one such network, and no untrained one. Put it into a block of "
                        "its own with seeds: [0] and untrained_seeds: []."
                    )


def _find_idle_reduction(training: Mapping[str, object]) -> Iterable[str]:
    after, patience = training["reduce_after"], training["patience"]
    if 0 < patience <= after:
        yield (
            f"  training: reduce_after: {after} would do nothing, since training stops after "
            f"patience: {patience} such epochs. Expected less than patience."
        )


def _find_idle_decay(training: Mapping[str, object]) -> Iterable[str]:
    if "decay_factor" in training and not training.get("decay_after"):
        yield (
            "  training: decay_factor would do nothing, since there is no decay_after. Set "
            "decay_after to a number of epochs, or leave decay_factor out."
        )


def _find_late_rates(training: Mapping[str, object]) -> Iterable[str]:
    """Find learning rates that would fall after the last epoch only."""
    for key in ("reduce_after", "decay_after"):
        if training.get(key, 0) >= training["epochs"]:
            yield (
                f"  training: {key}: {training[key]} of epochs: {training['epochs']} never lowers "
                "the learning rate of an epoch. Set it to fewer epochs, or leave it out."
            )


def _find_many_jobs(config: Mapping[str, object]) -> Iterable[str]:
    cells, size = len(list_cells(config)), config["cells_per_job"]
    if cells > LARGE_GRID and size < ENOUGH_PER_JOB:
        yield (
            f"  cells_per_job: {size}, for {cells:,} cells. Snakemake plans every job anew at each "
            f"start, which takes minutes here: {ENOUGH_PER_JOB} or more cells per job make it one."
        )


def _find_ignored_truth(config: Mapping[str, object]) -> Iterable[str]:
    for name, block in config["datasets"].items():
        for entry in dataset_blocks.list_motifs(block):
            for identifier in entry.get("relevant", [entry["motif"]]):
                if identifier in config["matches"]["ignored"]:
                    yield (
                        f"  matches: ignored: {identifier} is what class {entry['name']} of "
                        f"{name} is found by. Take it out here, or out of the class's relevant."
                    )


def _find_short_sequences(
    config: Mapping[str, object], architectures: Iterable[str] = ()
) -> Iterable[str]:
    """Find architectures, of all or of some, that leave nothing of sequences of a known length."""
    for name in architectures or config["architectures"]:
        try:
            for length in _lengths_in_grid(config, name):
                list_lengths(config["architectures"][name], length)
        except ValueError as error:
            yield f"  architectures: {name}: {error}"


def _lengths_in_grid(config: Mapping[str, object], architecture: str) -> list[int]:
    """List the known lengths of the sequences that an architecture is trained on."""
    names = {
        name
        for block in config["grid"]
        if architecture in block["architectures"]
        for name in block["datasets"]
    }
    blocks = [config["datasets"].get(name, {}) for name in names]
    return sorted({block["length"] for block in blocks if "length" in block})


def _find_unknown_names(
    config: Mapping[str, object], entries: Sequence[int], collections: Iterable[str]
) -> Iterable[str]:
    places = [
        (f"grid: {number}: {kind}", kind, name)
        for number, block in enumerate(config["grid"])
        for kind in ("datasets", "architectures")
        for name in block[kind]
    ]
    places += [("contrast", "architectures", name) for name in config["contrast"]]
    shown = config["dashboard"].get("architectures", ())
    places += [("dashboard: architectures", "architectures", name) for name in shown]
    reported = config["baselines"].get("reported", {})
    places += [
        (f"pairs: {number}", "architectures", name)
        for number, pair in enumerate(config["pairs"])
        for name in pair
        if name not in reported
    ]
    places += [
        (f"baselines: reported: {method}", "datasets", name)
        for method, aurocs in reported.items()
        for name in aurocs
    ]
    places += [
        (f"readouts: {readout}: architectures", "architectures", name)
        for readout, block in config["readouts"].items()
        for name in block.get("architectures", ())
    ]
    places += [
        (f"readouts: {readout}: of", "readouts", block["of"])
        for readout, block in config["readouts"].items()
        if "of" in block
    ]
    places += [
        (f"published: {number}: {key}", kind, name)
        for number, entry in zip(entries, config["published"], strict=True)
        for key, kind, name in _list_names(entry, bool(config["readouts"]))
    ]
    for key, kind, name in places:
        if name not in config[kind]:
            hint = suggest(name, [*config[kind], *(collections if kind == "datasets" else ())])
            known = _shorten(sorted(config[kind]), 30)
            yield f"  {key}: no '{name}' under {kind}.{hint} Known: {known}."


def _list_names(number: Mapping[str, object], read: bool) -> Iterable[tuple[str, str, str]]:
    """List what a published number names, as (key, section, name)."""
    yield "architecture", "architectures", number["architecture"]
    if "datasets" in number:
        yield from (("datasets", "datasets", name) for name in number["datasets"])
    else:
        yield "dataset", "datasets", number["dataset"]
    if number["metric"] not in OF_PAIRS and (read or number["metric"] not in OF_CELLS):
        yield "readout", "readouts", number["readout"]


def _find_idle_statistics(config: Mapping[str, object], entries: Sequence[int]) -> Iterable[str]:
    for place, number in zip(entries, config["published"], strict=True):
        if "statistic" in number and number["metric"] in OF_PAIRS:
            yield (
                f"  published: {place}: statistic: {number['statistic']} would do nothing, since "
                f"{number['metric']} is of a test. Leave it out."
            )
        elif "statistic" in number and "datasets" not in number:
            yield (
                f"  published: {place}: statistic: {number['statistic']} would do nothing, since "
                f"{number['dataset']} is one dataset. Name a collection there, or leave it out."
            )


def _find_unpaired_numbers(config: Mapping[str, object], entries: Sequence[int]) -> Iterable[str]:
    """Find published numbers of a pair that is not compared, and pairs of what has none."""
    for place, number in zip(entries, config["published"], strict=True):
        metric, baseline = number["metric"], number.get("baseline")
        if baseline is not None and metric not in OF_PAIRS:
            yield (
                f"  published: {place}: baseline: {baseline} would do nothing, since {metric} is "
                f"of one architecture. Leave it out, or take metric {', '.join(OF_PAIRS)}."
            )
        if metric in OF_PAIRS and baseline is None:
            yield (
                f"  published: {place}: {metric} is of two architectures. Name the one that "
                f"{number['architecture']} is compared with (baseline: ...)."
            )
        elif metric in OF_PAIRS and not _is_paired(config, number):
            yield (
                f"  published: {place}: {metric} of {baseline} and {number['architecture']}, which "
                f"are not compared. Add [{baseline}, {number['architecture']}] to pairs."
            )


def _find_misread_numbers(config: Mapping[str, object], entries: Sequence[int]) -> Iterable[str]:
    """Find published numbers whose readout does not measure them."""
    kinds = {True: (*SEQUENCE_METHODS, *OPTIMISATIONS), False: (*FILTER_METHODS, *PATTERN_METHODS)}
    for place, number in zip(entries, config["published"], strict=True):
        metric, readout = number["metric"], config["readouts"].get(number["readout"])
        methods = kinds[metric in OF_HITS]
        if metric not in (*OF_CELLS, *OF_PAIRS) and readout and readout["method"] not in methods:
            known = [name for name, each in config["readouts"].items() if each["method"] in methods]
            yield (
                f"  published: {place}: readout: {number['readout']} does not measure {metric}. "
                f"Expected one of {', '.join(known) or 'a readout of ' + ', '.join(methods)}."
            )
