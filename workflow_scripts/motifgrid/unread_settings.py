"""Settings that a configuration states and nothing reads: they would pass in silence."""

from collections.abc import Iterable, Mapping

Block = Mapping[str, object]

OF_TRAINING = ("dropout", "initializer", "max_norm", "max_norm_of")
"""Keys of a recipe that are about training alone; published weights are not trained."""

RANDOM_METHODS = ("smoothgrad", "class_optimisation", "feature_importance")
"""Methods of readouts that draw random numbers whatever they read."""


def find_problems(config: Block, schema: Block) -> Iterable[str]:
    """Describe what a configuration sets and what, beside the rest of it, does nothing.

    Args:
        config: resolved. What is as it would be without being said is not told.
        schema: of configurations, which has the defaults.

    Yields:
        Lines that begin with the key.
    """
    for name, recipe in config["architectures"].items():
        for key, reason in _explain_recipe(recipe).items():
            if _is_set(recipe, key, schema["$defs"][recipe["family"]]):
                yield f"  architectures: {name}: {key} would do nothing, since {reason}"
    for name, readout in config["readouts"].items():
        for key, reason in _explain_readout(readout).items():
            if _is_set(readout, key, schema["$defs"][readout["method"]]):
                yield f"  readouts: {name}: {key} would do nothing, since {reason}"
    training = config["training"]
    if not training["reduce_after"] and _is_set(training, "reduce_factor", _of_training(schema)):
        yield (
            "  training: reduce_factor would do nothing, since there is no reduce_after. Set "
            "reduce_after to a number of epochs, or leave reduce_factor out."
        )


def _of_training(schema: Block) -> Block:
    return schema["$defs"]["training"]


def _is_set(block: Block, key: str, schema: Block) -> bool:
    return key in block and block[key] != schema["properties"][key].get("default")


def _explain_recipe(recipe: Block) -> dict[str, str]:
    """Map the keys that a recipe does not read to why, and what to do."""
    reasons = {}
    if recipe["family"] == "lanchantin" and not recipe["recurrent"]:
        reasons["units"] = (
            "recurrent: 0 makes no LSTM. Leave units out, or set recurrent to 1 or more."
        )
    if not recipe["filters"]:
        reasons["pool_padding"] = (
            "filters: [] makes no convolution to pool. Leave pool_padding out."
        )
    elif max(recipe["pools"]) == 1:
        reasons["pool_padding"] = (
            f"pools: {list(recipe['pools'])} makes no windows. Leave pool_padding out, or pool "
            "somewhere."
        )
    if "weights" in recipe:
        reasons |= {
            key: f"the weights are published ones, which are not trained. Leave {key} out."
            for key in OF_TRAINING
        }
    return reasons


def _explain_readout(readout: Block) -> dict[str, str]:
    """Map the keys that a readout does not read to why, and what to do."""
    reasons, drawn = _explain_ranking(readout), readout["method"] in RANDOM_METHODS
    if readout["method"] == "integrated_gradients":
        drawn = readout["baseline"] == "shuffles"
        if not drawn:
            reasons["shuffles"] = (
                f"the baseline is {readout['baseline']}. Set baseline: shuffles, or leave shuffles "
                "out (shuffled says whether shuffles are read beside the sequences)."
            )
    if readout["method"] == "feature_importance":
        reasons |= _explain_class_tables(readout)
    if not drawn and not readout.get("shuffled", False):
        reasons["seed"] = "nothing is random in it with shuffled: false. Leave seed out."
    return reasons


def _explain_class_tables(readout: Block) -> dict[str, str]:
    """Map the keys that tables of classes do not read to why, and what to do."""
    reasons = {}
    if "pairs" in readout:
        reasons["most_pairs"] = "pairs names the pairs. Leave one of the two out."
    if "biclusters" not in readout:
        reasons["blocks"] = (
            "there are no biclusters. Name two groups (biclusters: [...]), or leave blocks out."
        )
    return reasons


def _explain_ranking(readout: Block) -> dict[str, str]:
    """Map the keys of ascents and of what they rank that are not read to why, and what to do."""
    reasons = {}
    if readout["method"] == "class_optimisation":
        if readout["definition"] == "deepmotif":
            reasons["patience"] = (
                "a start of definition: deepmotif takes all steps. Set definition: enhanced, or "
                "leave patience out."
            )
        if readout["kept"] == 1:
            reasons["incomplete_scores"] = (
                "kept: 1 leaves nothing to rank. Set kept to 2 or more, or leave incomplete_scores "
                "out."
            )
    elif readout["method"] == "feature_importance" and readout["layer"] != 1:
        reasons["incomplete_scores"] = (
            f"filters are ranked of layer: 1, not of {readout['layer']}. Leave incomplete_scores "
            "out."
        )
    return reasons
