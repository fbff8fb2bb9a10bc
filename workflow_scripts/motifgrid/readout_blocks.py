"""Readouts in a configuration: their methods, and whether each can read what it shall."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from motifgrid import dataset_blocks
from motifgrid.models.layer_names import list_layers
from motifgrid.readouts import modisco_patterns
from motifgrid.readouts.checks import OTHER_GROUP, explain_overshoot
from motifgrid.spelling import suggest

FILTER_METHODS = ("filters", "kernel_pwm")
"""Methods of readouts that turn filters into motifs."""

PATTERN_METHODS = ("tfmodisco",)
"""Methods of readouts that turn the maps of another readout into motifs."""

SEQUENCE_METHODS = (
    "saliency",
    "integrated_gradients",
    "smoothgrad",
    "in_silico_mutagenesis",
    "temporal_output",
    "activation_window",
)
"""Methods of readouts that point at a k-mer in each of a class's sequences."""

OPTIMISATIONS = ("class_optimisation",)
"""Methods of readouts that look for the best input of a class."""

GRADIENTS = ("saliency", "integrated_gradients", "smoothgrad")
"""Methods of readouts whose maps are of gradients."""

IMPORTANCES = ("feature_importance",)
"""Methods of readouts that say which neurons of a layer each class wants."""

OF_CLASS_TABLES = (
    *("pairs", "most_pairs", "most_neurons", "active", "wanted", "little_bits", "top", "groups"),
    *("strong", "biclusters", "blocks"),
)
"""Settings of these that say what is made of the importances, not how they are found."""

OF_COMPARISONS = ("architectures", "filters", "incomplete_scores", *OF_CLASS_TABLES)
"""Settings of any readout that do not change what it finds in a cell."""

CURVES = ("roc",)
"""Methods of readouts that trace how a cell ranks sequences."""

READS_CONVOLUTIONS = (*FILTER_METHODS, "activation_window")
"""Methods of readouts that a network without convolutions has nothing for."""

READS_RECURRENCE = ("temporal_output",)
"""Methods of readouts that a network without recurrent layers has nothing for."""

TELLING_WIDTH = 6
"""Nucleotides of a hit from which on it tells a motif from others: of k-mers from a motif's own
sites Tomtom finds it by 36 % of those of 6 nucleotides, 13 % of 5, 3 % of 4 (docs/readouts.md)."""

MOST_NAMED = 5
"""Classes that a message names."""

_SUM_OF_GRADIENTS = (
    "the gradients of a position's four bases add up to how the score changes off the sequences "
    "that a network can see, not to what a base contributes"
)


def list_readouts(config: Mapping[str, object], methods: Sequence[str]) -> list[str]:
    """List the readouts of a resolved configuration that have one of some methods, sorted."""
    return sorted(name for name, block in config["readouts"].items() if block["method"] in methods)


def list_rankings(config: Mapping[str, object]) -> list[str]:
    """List the readouts of a resolved configuration that rank filters, sorted: of layer 1."""
    return [
        name
        for name in list_readouts(config, IMPORTANCES)
        if config["readouts"][name]["layer"] == 1
    ]


def list_ranked_inputs(config: Mapping[str, object]) -> list[str]:
    """List the readouts of a resolved configuration that rank best inputs, sorted."""
    return [
        name
        for name in list_readouts(config, OPTIMISATIONS)
        if config["readouts"][name]["kept"] > 1
    ]


def take_architectures(readouts: Mapping[str, dict[str, object]]) -> None:
    """Let readouts of maps read what those maps are of, where they do not say."""
    for block in readouts.values():
        source = readouts.get(block.get("of"), {})
        if "architectures" in source:
            block.setdefault("architectures", list(source["architectures"]))


def find_problems(config: Mapping[str, object]) -> Iterable[str]:
    """Describe what the readouts of a configuration cannot read, or would read in vain.

    What `dashboard` wants to show of them is looked at as well.

    Args:
        config: valid by the schema, with every default in it.

    Yields:
        Lines that begin with the key.
    """
    yield from _find_idle_readouts(config)
    yield from _find_unreadable_layers(config)
    yield from _find_unreadable_maps(config)
    yield from _find_wide_windows(config)
    yield from _find_wide_seqlets(config)
    yield from _find_wrong_strips(config)
    yield from _find_unread_pages(config)
    yield from _find_unreadable_features(config)
    yield from _find_overshooting_steps(config)
    yield from _find_wanting_starts(config)
    yield from _find_wanting_scores(config)
    yield from _find_unknown_groups(config)


def find_missing_packages(config: Mapping[str, object]) -> Iterable[str]:
    """Name the readouts of a configuration that need a Python package which is not installed."""
    if not modisco_patterns.has_package():
        for name in list_readouts(config, PATTERN_METHODS):
            yield f"  readouts: {name}: {modisco_patterns.HOW_TO_INSTALL}"


def find_risks(config: Mapping[str, object]) -> Iterable[str]:
    """Describe what readouts of a resolved configuration may do, but say little by.

    Args:
        config: resolved.

    Yields:
        Lines that begin with the key.
    """
    yield from _find_unknown_hits(config)
    yield from _find_few_seqlets(config)
    sources = set(_list_sources(config).values())
    for name, readout in config["readouts"].items():
        width = readout.get("width", TELLING_WIDTH)
        if width < TELLING_WIDTH:
            yield (
                f"  readouts: {name}: width: {width}: Tomtom seldom finds a motif by fewer than "
                f"{TELLING_WIDTH} nucleotides of its sites, and finds others by chance. Compare "
                "hits with those in shuffles, or take a larger width."
            )
        if not readout.get("times_input", True) and name not in sources:
            yield (
                f"  readouts: {name}: times_input: false is for maps alone, and no readout of "
                f"method tfmodisco reads those of {name}. Its hits mean nothing, since "
                f"{_SUM_OF_GRADIENTS}."
            )


def _find_unknown_hits(config: Mapping[str, object]) -> Iterable[str]:
    """Find classes without a motif whose hits nothing can be counted of."""
    names = list_readouts(config, (*SEQUENCE_METHODS, *OPTIMISATIONS))
    lacking = [
        f"{entry['name']} of {dataset}"
        for dataset in _list_used(config, "datasets")
        for entry in dataset_blocks.list_classes_without_motif(config["datasets"][dataset])
    ]
    if names and lacking:
        more = f" and {len(lacking) - MOST_NAMED} more" if len(lacking) > MOST_NAMED else ""
        classes = ", ".join(lacking[:MOST_NAMED]) + more
        yield (
            f"  readouts: {', '.join(names)}: no motif is known of {classes}, so that no hit there "
            "can count as the motif's. Name it (motif: MA0083.3) where there is one."
        )


def _find_few_seqlets(config: Mapping[str, object]) -> Iterable[str]:
    """Find readouts of patterns whose sequences cannot have as many seqlets as a pattern needs."""
    for name, of in _list_sources(config).items():
        settings = modisco_patterns.choose_settings(config["readouts"][name])
        sequences = config["readouts"][of]["sequences"]
        for dataset, length in _list_lengths(config).items():
            read = length if settings.window == modisco_patterns.WHOLE else settings.window
            most = sequences * settings.most_of(read)
            if most <= settings.least_seqlets:
                yield (
                    f"  readouts: {name}: least_seqlets: {settings.least_seqlets}: the {sequences} "
                    f"sequences of {dataset} that {of} reads of a class have {most} seqlets at "
                    "most, so that no pattern is found. Set fewer least_seqlets, or more sequences "
                    f"(readouts: {of}: sequences)."
                )


def _list_used(config: Mapping[str, object], kind: str) -> list[str]:
    """List the datasets or architectures that the grid names and the configuration knows."""
    used = {name for block in config["grid"] for name in block[kind]}
    return sorted(used & set(config[kind]))


def _find_idle_readouts(config: Mapping[str, object]) -> Iterable[str]:
    """Find readouts of which every architecture is known, and none in the grid."""
    used = {name for block in config["grid"] for name in block["architectures"]}
    for name, readout in config["readouts"].items():
        named = readout.get("architectures", used)
        if not used & set(named) and set(named) <= set(config["architectures"]):
            yield (
                f"  readouts: {name}: architectures: {', '.join(named)} would read nothing: the "
                f"grid trains none of these. Expected one of {', '.join(sorted(used))}."
            )


def _find_unreadable_layers(config: Mapping[str, object]) -> Iterable[str]:
    used = {name for block in config["grid"] for name in block["architectures"]}
    for name, readout in config["readouts"].items():
        explicit = [layer for layer in readout.get("layers", []) if isinstance(layer, int)]
        if explicit and 1 not in explicit:
            yield f"  readouts: {name}: layers: {explicit}. Expected 1 among them, for the figures."
        named = readout.get("architectures", used)
        for architecture in sorted(used & set(named) & set(config["architectures"])):
            recipe = config["architectures"][architecture]
            if readout["method"] in READS_RECURRENCE and not recipe.get("recurrent"):
                yield _explain_unreadable(name, readout["method"], architecture, "recurrent layers")
            if not recipe["filters"]:
                if readout["method"] in READS_CONVOLUTIONS:
                    yield _explain_unreadable(name, readout["method"], architecture, "convolutions")
                continue
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


def _find_unreadable_features(config: Mapping[str, object]) -> Iterable[str]:
    used = {name for block in config["grid"] for name in block["architectures"]}
    for name in list_readouts(config, IMPORTANCES):
        readout = config["readouts"][name]
        filters, layer = readout.get("filters"), readout["layer"]
        if filters is not None and filters not in list_readouts(config, FILTER_METHODS):
            yield (
                f"  readouts: {name}: filters: {filters} is no readout of filters. Expected one of "
                f"{', '.join(list_readouts(config, FILTER_METHODS)) or 'method filters'}."
            )
        for architecture in sorted(used & set(readout.get("architectures", used))):
            recipe = config["architectures"].get(architecture)
            if recipe and isinstance(layer, str) and layer not in list_layers(recipe):
                yield (
                    f"  readouts: {name}: layer: no layer {layer} of {architecture} can be read."
                    f"{suggest(layer, list_layers(recipe))} Expected a convolution's number, or "
                    f"one of {', '.join(list_layers(recipe))}."
                )
            count = len(recipe["filters"]) if recipe else 0
            if isinstance(layer, int) and layer > count:
                yield (
                    f"  readouts: {name}: layer: {layer} of {architecture} is not there: it has "
                    f"{count} convolutions. Name a layer that it has, or the architectures that "
                    f"shall be read (readouts: {name}: architectures: [...])."
                )


def _find_overshooting_steps(config: Mapping[str, object]) -> Iterable[str]:
    for name in list_readouts(config, IMPORTANCES):
        readout = config["readouts"][name]
        if problem := explain_overshoot(readout["learning_rate"], readout["penalty"]):
            yield f"  readouts: {name}: {problem}"


def _find_wanting_starts(config: Mapping[str, object]) -> Iterable[str]:
    for name in list_readouts(config, OPTIMISATIONS):
        kept, starts = (config["readouts"][name][key] for key in ("kept", "starts"))
        if kept > starts:
            yield (
                f"  readouts: {name}: kept: {kept} is more than there are starts ({starts}). "
                f"Expected {starts} at most, or more starts."
            )


def _find_wanting_scores(config: Mapping[str, object]) -> Iterable[str]:
    """Find rankings by scores that the engine of Tomtom does not have."""
    if config["tomtom"]["engine"] != "memelite":
        return
    for name in (*list_rankings(config), *list_ranked_inputs(config)):
        if config["readouts"][name]["incomplete_scores"]:
            yield (
                f"  readouts: {name}: incomplete_scores: true, but memelite has complete scores "
                "alone. Set tomtom: engine: meme, or leave incomplete_scores out."
            )


def _find_unknown_groups(config: Mapping[str, object]) -> Iterable[str]:
    """Find groups that are clustered but not named, or without classes, and unknown classes."""
    datasets = config["datasets"]
    used = {each for block in config["grid"] for each in block["datasets"]} & set(datasets)
    blocks = [datasets[name] for name in used]
    classes = {each["name"] for block in blocks for each in dataset_blocks.list_classes(block)}
    for name in list_readouts(config, IMPORTANCES):
        readout = config["readouts"][name]
        groups = readout.get("groups", {})
        for group in readout.get("biclusters", ()):
            if group not in groups:
                yield (
                    f"  readouts: {name}: biclusters: no group {group}. Expected two of groups: "
                    f"{', '.join(groups) or 'there are none'}."
                )
        for group, problem in _explain_groups(groups, classes):
            yield f"  readouts: {name}: groups: {group}: {problem}"
        for pair in readout.get("pairs", ()):
            for each in [each for each in pair if each not in classes]:
                yield (
                    f"  readouts: {name}: pairs: no dataset of the grid has a class {each}."
                    f"{suggest(each, classes)}"
                )


def _explain_groups(
    groups: Mapping[str, Sequence[str]], classes: Iterable[str]
) -> Iterable[tuple[str, str]]:
    """Yield groups that would be another group or have no class, each with why."""
    left = set(classes)
    for group, patterns in groups.items():
        fits = {each for each in classes if any(fnmatchcase(each, one) for one in patterns)}
        if group == OTHER_GROUP:
            yield (
                group,
                "this is the group of all classes that fit none. Expected another name, or no "
                "such group: what is left is in it anyway.",
            )
        elif not fits:
            yield (
                group,
                f"no class fits {', '.join(patterns)}. Expected names of classes, or patterns of "
                "these such as tf-*.",
            )
        elif not fits & left:
            yield (
                group,
                f"every class that fits {', '.join(patterns)} is of an earlier group, since the "
                "first that fits counts. Name this one before it, or narrow the earlier one.",
            )
        left -= fits


def _explain_unreadable(readout: str, method: str, architecture: str, lacking: str) -> str:
    return (
        f"  readouts: {readout}: method: {method} reads {lacking}, but {architecture} of the grid "
        f"has none. Name those that it shall read (readouts: {readout}: architectures: [...])."
    )


def _find_unreadable_maps(config: Mapping[str, object]) -> Iterable[str]:
    readouts = config["readouts"]
    for name, of in _list_sources(config).items():
        method = readouts[of]["method"]
        if method not in modisco_patterns.SOURCES:
            yield (
                f"  readouts: {name}: of: {of} is of method {method}, which makes no maps of the "
                "four bases. Name a readout with one of the methods "
                f"{', '.join(modisco_patterns.SOURCES)}."
            )
            continue
        if lacking := modisco_patterns.find_missing_setting(readouts[of]):
            yield (
                f"  readouts: {name}: of: the maps of {of} do not say what each of the four bases "
                f"would contribute. Set readouts: {of}: {lacking}."
            )
        read = readouts[of].get("architectures", config["architectures"])
        for architecture in readouts[name].get("architectures", ()):
            if architecture in config["architectures"] and architecture not in read:
                yield (
                    f"  readouts: {name}: architectures: {of} makes no maps of {architecture}. "
                    f"Take it out, or add it to readouts: {of}: architectures."
                )


def _list_sources(config: Mapping[str, object]) -> dict[str, str]:
    """Map readouts of maps to those that make the maps; a name that is not there is told apart."""
    readouts = config["readouts"]
    return {name: block["of"] for name, block in readouts.items() if block.get("of") in readouts}


def _find_wide_seqlets(config: Mapping[str, object]) -> Iterable[str]:
    for name in list_readouts(config, PATTERN_METHODS):
        try:
            settings = modisco_patterns.choose_settings(config["readouts"][name])
        except ValueError as error:
            yield f"  readouts: {name}: {error}"
            continue
        if settings.least_seqlets >= settings.most_seqlets:
            yield (
                f"  readouts: {name}: least_seqlets: {settings.least_seqlets} of most_seqlets: "
                f"{settings.most_seqlets} leave no pattern: there is none of so few. Expected "
                "fewer least_seqlets than most_seqlets."
            )
        for dataset, length in _list_lengths(config).items():
            read = length if settings.window == modisco_patterns.WHOLE else settings.window
            if settings.seqlet > read:
                yield (
                    f"  readouts: {name}: size: {settings.size} and flank: {settings.flank} make "
                    f"seqlets of {settings.seqlet} nt, but {read} nt of {dataset} are read. "
                    f"Expected size + 2 x flank of {read} at most."
                )
            elif settings.pattern > read:
                yield (
                    f"  readouts: {name}: trim_size: {settings.trim_size} and initial_flank: "
                    f"{settings.initial_flank} make patterns of {settings.pattern} nt, but {read} "
                    f"nt of {dataset} are read. Expected trim_size + 2 x initial_flank of {read} "
                    "at most."
                )


def _list_lengths(config: Mapping[str, object]) -> dict[str, int]:
    """Map datasets of the grid to the lengths of their sequences, where these are known."""
    used = {name for block in config["grid"] for name in block["datasets"]}
    known = {name: config["datasets"][name] for name in sorted(used & set(config["datasets"]))}
    return {name: block["length"] for name, block in known.items() if "length" in block}


def _find_wide_windows(config: Mapping[str, object]) -> Iterable[str]:
    for name, readout in config["readouts"].items():
        for dataset, length in _list_lengths(config).items():
            if readout.get("width") == length:
                yield (
                    f"  readouts: {name}: width: {length} is the whole of the sequences of "
                    f"{dataset}, in which nothing is left to point at. Expected less, such as 9."
                )
            for key in ("window", "width"):
                window = readout.get(key)
                if isinstance(window, int) and window > length:
                    words = {"filters": "receptive_field", "tfmodisco": "all"}
                    other = f", or {words[readout['method']]}" if key == "window" else ""
                    yield (
                        f"  readouts: {name}: {key}: {window} is longer than the sequences of "
                        f"{dataset} ({length} nt). Expected {length} at most{other}."
                    )


def _find_wrong_strips(config: Mapping[str, object]) -> Iterable[str]:
    for name, readout in config["readouts"].items():
        if problem := _explain_strip(readout):
            yield f"  readouts: {name}: strip: {readout['strip']} {problem}"


def _explain_strip(readout: Mapping[str, object]) -> str:
    """Say why hits by a readout's strip would mean nothing; of a strip with a meaning nothing."""
    method, strip = readout["method"], readout.get("strip")
    if method in GRADIENTS and strip == "loss":
        return (
            f"is for in_silico_mutagenesis. Of {method} it would be the sum with its sign turned "
            "round, and hits what speaks most against their class. Expected absolute or sum."
        )
    if method == "in_silico_mutagenesis" and strip == "sum":
        return (
            f"of {method} is by how much substitutions raise the score, and hits would be what "
            "speaks most against their class. Expected loss or absolute."
        )
    if strip == "sum" and not readout.get("times_input", True):
        return (
            f"beside times_input: false has no meaning, since {_SUM_OF_GRADIENTS}. Leave "
            "times_input out where hits are wanted, or strip where maps are."
        )
    return ""


def _find_unread_pages(config: Mapping[str, object]) -> Iterable[str]:
    """Find architectures that pages shall show and no readout of sequences reads.

    Best inputs alone make no page, but are shown beside sequences.
    """
    used = {name for block in config["grid"] for name in block["architectures"]}
    if config["dashboard"].get("sequences") and not list_readouts(config, SEQUENCE_METHODS):
        yield (
            "  dashboard: sequences would do nothing, since no readout reads sequences. Take it "
            f"out, or add a readout with one of the methods {', '.join(SEQUENCE_METHODS)} "
            "(docs/dashboard.md)."
        )
    shown = config["dashboard"].get("architectures", [])
    read, beside = (
        {
            architecture
            for name in list_readouts(config, methods)
            for architecture in config["readouts"][name].get("architectures", used)
        }
        & used
        for methods in (SEQUENCE_METHODS, OPTIMISATIONS)
    )
    for name in shown:
        if name in config["architectures"] and name not in read | (beside if read else set()):
            known = f"Known: {', '.join(sorted(read))}" if read else "There is none"
            yield (
                f"  dashboard: architectures: no readout of sequences reads {name}. {known}. Take "
                "it out, or add such a readout (docs/dashboard.md)."
            )
