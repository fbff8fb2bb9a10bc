"""Traits of classes: what they must not see, what may fool them, and their first neurons."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

NOT, VULNERABLE = "not", "vulnerable"
"""Traits: a neuron that must be silent ("NOT" term, activeness); and one that is much wanted though
its filter says little and is no known motif, nor the class's own (vulnerability)."""

TRAIT_COLUMNS = ("class", "trait", "neuron", "oniv", "part", "motif", "evalue", "bits")
FEATURE_COLUMNS = ("neuron", "motif", "class", "group", "rank", "oniv")


@dataclass(frozen=True)
class TraitCuts:
    """From where on a neuron is a trait.

    Attributes:
        active: it is a NOT term where its ONIV is at most minus this part of the largest absolute
            one of the class.
        wanted: it can be a vulnerability where its ONIV is at least this part of that.
        little_bits: and its filter's motif has at most so many bits, all positions together: 8
            bits are met by chance once in 256 nucleotides.
    """

    active: float = 0.5
    wanted: float = 0.5
    little_bits: float = 8.0


def get_cuts(settings: Mapping[str, object]) -> TraitCuts:
    """Return the cuts among the settings of a readout."""
    return TraitCuts(**{each.name: settings[each.name] for each in fields(TraitCuts)})


def list_traits(
    wide: pd.DataFrame,
    facts: pd.DataFrame,
    cuts: TraitCuts,
    own: Mapping[str, Collection[int]] | None = None,
) -> pd.DataFrame:
    """List each class's NOT terms and vulnerabilities.

    Source: Liu & Gifford 2017, who state no cuts.

    Args:
        wide: from `importance_table.spread_importances`.
        facts: from `importance_table.describe_neurons`; where a neuron's filter was not read, or is
            dead, nothing is said of its vulnerability.
        cuts: from where on.
        own: from `motifs.ranking.find_own`: by class the neurons that are its own motif, which no
            database may know; they are no vulnerabilities of that class.

    Returns:
        `TRAIT_COLUMNS`, class by class, NOT terms first, the largest absolute ONIV first; part is
        ONIV beside the largest absolute one of the class.
    """
    facts = facts.set_index("neuron").loc[wide.columns]
    weak = ((facts["bits"] <= cuts.little_bits) & ~facts["known"].eq(True)).to_numpy()
    parts = []
    for name, values in zip(wide.index, wide.to_numpy(), strict=True):
        largest = np.abs(values).max()
        part = values / largest if largest > 0 else np.zeros(len(values))
        unknown = weak & ~wide.columns.isin((own or {}).get(name, ()))
        flags = {NOT: part <= -cuts.active, VULNERABLE: (part >= cuts.wanted) & unknown}
        for trait, flag in flags.items():
            order = np.argsort(-np.abs(values), kind="stable")
            chosen = order[flag[order]]
            said = facts.iloc[chosen][["motif", "evalue", "bits"]].reset_index()
            columns = {"class": name, "trait": trait, "oniv": values[chosen], "part": part[chosen]}
            parts.append(said.assign(**columns)[list(TRAIT_COLUMNS)])
    return pd.concat([each for each in parts if len(each)] or parts[:1], ignore_index=True)


def list_features(
    wide: pd.DataFrame, facts: pd.DataFrame, groups: Mapping[str, str], top: int
) -> pd.DataFrame:
    """List, for each neuron, the classes that it is among the first neurons of.

    Source: Liu & Gifford 2017, many classes: features and the experiments whose top 5 they are in.

    Args:
        wide: from `importance_table.spread_importances`.
        facts: from `importance_table.describe_neurons`.
        groups: by class, from `class_groups.assign_groups`.
        top: how many first neurons; one with an ONIV of at most 0 is not wanted and not listed.

    Returns:
        `FEATURE_COLUMNS`, neuron by neuron, the largest ONIV first; rank counts from 1.
    """
    values = wide.to_numpy()
    order = np.argsort(-values, axis=1, kind="stable")[:, :top]
    rows, ranks = np.indices(order.shape)
    names = wide.index.to_numpy()[rows.ravel()]
    columns = {
        "neuron": wide.columns.to_numpy()[order.ravel()],
        "class": names,
        "group": [groups.get(name, "") for name in names],
        "rank": ranks.ravel() + 1,
        "oniv": np.take_along_axis(values, order, axis=1).ravel(),
    }
    table = pd.DataFrame(columns).merge(facts[["neuron", "motif"]], on="neuron", how="left")
    table = table[table["oniv"] > 0].sort_values(
        ["neuron", "oniv"], ascending=[True, False], kind="stable"
    )
    return table[list(FEATURE_COLUMNS)].reset_index(drop=True)
