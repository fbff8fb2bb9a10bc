"""What a configuration says: checked against the schema, completed, and unrolled into cells."""

import copy
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import jsonschema
import numpy as np

from motifgrid import dataset_blocks
from motifgrid.dataset_collections import (
    CollectionError,
    expand_collections,
    name_collections,
)
from motifgrid.datasets import implanted
from motifgrid.datasets.implanted import ImplantedSettings
from motifgrid.datasets.pool import build_pool
from motifgrid.datasets.simulation import SimulationSettings, require_feasible
from motifgrid.formats.meme import Motif, read_meme
from motifgrid.models.recipes import (
    UNTRAINED,
    list_lengths,
    require_effective_clip,
    require_enough_filters,
    require_expectation,
    require_one_convolution,
    require_same_depth,
    require_used_strides,
)
from motifgrid.motifs import databases
from motifgrid.resources.lock import LockError, find_wrong_size
from motifgrid.resources.sources import Source, SourceError, resolve_sources
from motifgrid.spelling import suggest

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


def _is_number(value: object) -> bool:
    """Tell a finite number from a boolean, from text, and from YAML's .nan and .inf."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return isinstance(value, int) or math.isfinite(value)


_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    # JSON Schema takes 10.0 for an integer, Keras and NumPy do not
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _checker, value: _is_number(value) and isinstance(value, int),
            "number": lambda _checker, value: _is_number(value),
        }
    ),
)


PUBLISHED_READOUT = "filters"
"""The readout that published numbers are of, where nothing else is said."""


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
    problems = [_explain(error) for error in _errors(config, schema)]
    if not problems:
        try:
            config = expand_collections(config)
        except CollectionError as error:
            problems = [f"  {line}" for line in str(error).splitlines()]
        else:
            problems = [_explain(error) for error in _errors(config, _require_datasets(schema))]
    if not problems:
        numbers, places, problems = _look_up_published(config, published)
        config = {**config, "published": numbers}
    if not problems:
        problems = [_explain(error, places) for error in _errors(config, schema)]
    if not problems:
        resolved = _fill_defaults(copy.deepcopy(dict(config)), schema, schema)
        _apply_conventions(resolved)
        problems = _complete_datasets(resolved)
    if not problems:
        for number in resolved["published"]:
            number.setdefault("row", f"{number['architecture']}, {number['dataset']}")
        problems = list(_find_inconsistencies(resolved, places, given.get("collections", ())))
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


def require_files(config: Mapping[str, object]) -> None:
    """Check that the local files of a resolved configuration's datasets are there.

    Raises:
        ConfigurationError: with key and path of every one that is missing.
    """
    sources = list_sources(config)
    missing = list(dataset_blocks.find_missing_files(config["datasets"], sources))
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


def list_contrast(config: Mapping[str, object], dataset: str) -> list[Cell]:
    """List the cells that a dataset's contrast shows: the first seed of each architecture.

    Args:
        config: resolved; `contrast` names the architectures, and where it is empty those with the
            smallest and the largest first pooling window are taken.
        dataset: name of the dataset.

    Returns:
        One trained cell per architecture, in the order in which they are drawn.
    """
    first: dict[str, Cell] = {}
    for cell in list_cells(config):
        if cell.dataset == dataset and not cell.architecture.endswith(UNTRAINED):
            first.setdefault(cell.architecture, cell)
    pools = list_pools(config)
    by_pool = sorted(first, key=lambda name: (pools[name], name))
    extremes = list(dict.fromkeys([by_pool[0], by_pool[-1]]))
    chosen = [name for name in config["contrast"] if name in first] or extremes
    return [first[name] for name in chosen]


def list_pools(config: Mapping[str, object]) -> dict[str, int]:
    """Return the first pooling window of every architecture of a resolved configuration."""
    return {name: recipe["pools"][0] for name, recipe in config["architectures"].items()}


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
    identifiers = {motif.identifier for motif in database}
    problems += [
        f"  matches: ignored: the motif database has no '{name}'.{suggest(name, identifiers)}"
        for name in config["matches"]["ignored"]
        if name not in identifiers
    ]
    problems += [
        f"  architectures: {name}: initial_motifs: the motif database has no '{identifier}'."
        f"{suggest(identifier, identifiers)}"
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
            f"The configuration cannot run:\n  motif_database: {database.get('path', '')} {error}"
        ) from None


def _errors(
    config: Mapping[str, object], schema: Mapping[str, object]
) -> list[jsonschema.ValidationError]:
    validator = _Validator(schema)
    return sorted(validator.iter_errors(config), key=lambda error: [str(p) for p in error.path])


def _explain(error: jsonschema.ValidationError, places: Sequence[int] = ()) -> str:
    """Say what a validator found; `places` are the entries that published numbers came from."""
    path = list(error.absolute_path)
    if places and path[:1] == ["published"] and len(path) > 1:
        path[1] = places[path[1]]
    key = ": ".join(str(part) for part in path) or "(top level)"
    if error.validator == "additionalProperties":
        known = sorted(error.schema["properties"])
        unknown = sorted(set(error.instance) - set(known), key=str)
        return "\n".join(
            f"  {key}: unknown key '{name}'.{suggest(name, known)} Known: {', '.join(known)}."
            for name in unknown
        )
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        return f"  {key}: missing {', '.join(missing)}."
    if error.validator == "dependentRequired":
        return "\n".join(
            f"  {key}: {name} needs {', '.join(needed)} beside it."
            for name, needed in error.validator_value.items()
            if name in error.instance and not set(needed) <= set(error.instance)
        )
    if error.validator == "enum":
        choices = ", ".join(str(choice) for choice in error.validator_value)
        hint = suggest(error.instance, error.validator_value)
        return f"  {key}: '{error.instance}' is not one of {choices}.{hint}"
    if error.validator == "type":
        expected = error.validator_value
        expected = expected if isinstance(expected, str) else " or ".join(expected)
        return f"  {key}: {error.instance!r}. Expected {expected}.{_hint(error)}"
    if error.validator == "pattern" and (words := _list_words(error.validator_value)):
        expected = " or ".join([*words, *_name_other_types(error.schema)])
        hint = suggest(error.instance, words) or f" Did you mean '{words[0]}'?"
        return f"  {key}: '{error.instance}'. Expected {expected}.{hint}"
    description = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
    return f"  {key}: {error.message}. {description}".rstrip()


def _hint(error: jsonschema.ValidationError) -> str:
    """YAML 1.1 reads 3e-4 as text; say so where a number was meant."""
    if error.validator_value != "number" or not isinstance(error.instance, str):
        return ""
    try:
        number = float(error.instance)
    except ValueError:
        return ""
    written = np.format_float_positional(number, trim="0")
    return f" Write {written}." if math.isfinite(number) else ""


def _list_words(pattern: str) -> list[str]:
    """Return the words that a pattern such as ^(alternate|random)$ takes; others have none."""
    found = re.fullmatch(r"\^\(?([a-z_]+(?:\|[a-z_]+)*)\)?\$", pattern)
    return found[1].split("|") if found else []


def _name_other_types(schema: Mapping[str, object]) -> list[str]:
    """Name what a value may be that is no text."""
    numbers = schema.get("items", {}).get("type") in ("integer", "number")
    names = {
        "array": "a list of numbers" if numbers else "a list",
        "integer": "a whole number",
        "number": "a number",
        "object": "keys of its own",
    }
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    return [names[kind] for kind in types if kind in names]


def _look_up_published(
    config: Mapping[str, object], published: Sequence[Mapping[str, object]]
) -> tuple[list[Mapping[str, object]], list[int], list[str]]:
    """Put the numbers of a study, as far as they concern the configuration, in its name's place.

    Returns:
        The numbers, the entry of `published` that each came from, and problems.
    """
    numbers, places, problems = [], [], []
    for place, entry in enumerate(config.get("published", [])):
        found = [entry]
        if isinstance(entry, str):
            try:
                found = _take_study(config, entry, published)
            except ConfigurationError as error:
                problems.append(f"  published: {place}: {error}")
                continue
        numbers += found
        places += [place] * len(found)
    return numbers, places, problems


def _take_study(
    config: Mapping[str, object], study: str, published: Sequence[Mapping[str, object]]
) -> list[Mapping[str, object]]:
    """Take the numbers of a study that concern the configuration, with the readout they are of."""
    numbers = [number for number in published if number["study"] == study]
    if not numbers:
        studies = sorted({str(number["study"]) for number in published})
        raise ConfigurationError(
            f"no numbers of '{study}'.{suggest(study, studies)} Known: {', '.join(studies)}."
        )
    taken = [
        number
        for number in numbers
        if number["dataset"] in config["datasets"]
        and number["architecture"] in config["architectures"]
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
    readout = _find_published_readout(config, study)
    return [{"readout": readout, **number} for number in taken]


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
    if "$ref" in schema:
        schema = {**_definition(schema["$ref"], root), **schema}
    for choice in schema.get("allOf", []):
        if _Validator(choice["if"]).is_valid(value):
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


def _definition(reference: str, root: Mapping[str, object]) -> Mapping[str, object]:
    return root["$defs"][reference.removeprefix("#/$defs/")]


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
            require_expectation(recipe)
            require_enough_filters(recipe)
            require_same_depth(recipe)
            require_used_strides(recipe)
            require_effective_clip(recipe)
            for length in _lengths_in_grid(config, name):
                list_lengths(recipe, length)
        except ValueError as error:
            yield f"  architectures: {name}: {error}"
    for name, dataset in config["datasets"].items():
        yield from dataset_blocks.find_problems(f"  datasets: {name}", dataset)
    yield from _find_idle_reduction(config["training"])
    yield from _find_ignored_truth(config)
    yield from _find_unreadable_layers(config)
    yield from _find_wide_windows(config)
    yield from _find_unknown_names(config, places, collections)
    yield from _find_lonely_pairs(config)
    yield from _find_idle_settings(config)


def _find_idle_settings(config: Mapping[str, object]) -> Iterable[str]:
    if config["train_together"] != "architecture" and config["cells_per_job"] == 1:
        yield (
            f"  train_together: {config['train_together']} would do nothing, since cells_per_job "
            "is 1. Set cells_per_job to how many cells a job may train."
        )
    used = {name for block in config["grid"] for name in block["datasets"]}
    kinds = {block["kind"] for name, block in config["datasets"].items() if name in used}
    if config["matches"]["sites"] and not (
        config["readouts"] and kinds & set(dataset_blocks.WITH_TRUE_SITES)
    ):
        yield (
            "  matches: sites: true would do nothing, since it takes a readout and a dataset whose "
            "true sites are known (kind: simulated or implanted). Leave it out."
        )


def _find_lonely_pairs(config: Mapping[str, object]) -> Iterable[str]:
    trained: dict[str, set[str]] = {}
    for block in config["grid"]:
        for name in block["architectures"]:
            trained.setdefault(name, set()).update(block["datasets"])
    for number, (baseline, other) in enumerate(config["pairs"]):
        known = {baseline, other} <= config["architectures"].keys()
        if known and not trained.get(baseline, set()) & trained.get(other, set()):
            yield (
                f"  pairs: {number}: the grid trains {baseline} and {other} on no dataset in "
                "common. Put both into one block of the grid, or take the pair out."
            )


def _find_idle_reduction(training: Mapping[str, object]) -> Iterable[str]:
    after, patience = training["reduce_after"], training["patience"]
    if 0 < patience <= after:
        yield (
            f"  training: reduce_after: {after} would do nothing, since training stops after "
            f"patience: {patience} such epochs. Expected less than patience."
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


def _find_unreadable_layers(config: Mapping[str, object]) -> Iterable[str]:
    used = {name for block in config["grid"] for name in block["architectures"]}
    for name, readout in config["readouts"].items():
        explicit = [layer for layer in readout.get("layers", []) if isinstance(layer, int)]
        if explicit and 1 not in explicit:
            yield f"  readouts: {name}: layers: {explicit}. Expected 1 among them, for the figures."
        for architecture in sorted(used & set(config["architectures"])):
            recipe = config["architectures"][architecture]
            pooled = [pool > 1 for pool in recipe["pools"]]
            readable = pooled.index(True) + 1 if True in pooled else len(pooled)
            for layer in sorted(explicit):
                if layer > len(pooled):
                    problem = f"is not there: it has {len(pooled)} convolutions"
                elif layer > readable:
                    problem = f"lies behind the pooling of conv_{readable}"
                else:
                    continue
                yield (
                    f"  readouts: {name}: layers: {layer} of {architecture} {problem}. Set layers: "
                    "before_pooling for every one that can be read."
                )


def _find_wide_windows(config: Mapping[str, object]) -> Iterable[str]:
    used = {name for block in config["grid"] for name in block["datasets"]}
    for name, readout in config["readouts"].items():
        for dataset in sorted(used & set(config["datasets"])):
            length, window = config["datasets"][dataset].get("length"), readout.get("window")
            if length and isinstance(window, int) and window > length:
                yield (
                    f"  readouts: {name}: window: {window} is longer than the sequences of "
                    f"{dataset} ({length} nt). Expected {length} at most, or receptive_field."
                )


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
    places += [
        (f"pairs: {number}", "architectures", name)
        for number, pair in enumerate(config["pairs"])
        for name in pair
    ]
    places += [
        (f"published: {number}: {key}", kind, entry[key])
        for number, entry in zip(entries, config["published"], strict=True)
        for key, kind in (
            ("dataset", "datasets"),
            ("architecture", "architectures"),
            ("readout", "readouts"),
        )
    ]
    for key, kind, name in places:
        if name not in config[kind]:
            hint = suggest(name, [*config[kind], *(collections if kind == "datasets" else ())])
            known = _shorten(sorted(config[kind]), 30)
            yield f"  {key}: no '{name}' under {kind}.{hint} Known: {known}."
