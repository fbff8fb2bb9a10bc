import numpy as np
import pandas as pd
import pytest
from report_toys import cells_of, fractions_of, published_number

from motifgrid.report.over_datasets import (
    MANY_DATASETS,
    render_fractions,
    render_scores,
    select_widely_trained,
    summarise_scores,
)
from motifgrid.report.published_table import compare_published
from motifgrid.report.tables import summarise

DASH = "\N{EN DASH}"
AUROCS = {"cnn-2": (0.6, 0.7, 0.95), "cnn-25": (0.7, 0.9), "cnn-2-untrained": (0.5, 0.52, 0.48)}


def grid(read=()):
    """Sets set-0, set-1 and so on with a seed on each side of these AUROCs; some were read."""
    cells = [
        cells_of((name, 0, auroc - 0.01), (name, 1, auroc + 0.01)).assign(dataset=f"set-{number}")
        for name, aurocs in AUROCS.items()
        for number, auroc in enumerate(aurocs)
    ]
    fractions = [
        fractions_of((name, 0, part), (name, 1, part)).assign(dataset=dataset)
        for name, dataset, part in read
    ]
    return summarise(pd.concat(cells), pd.concat(fractions) if fractions else fractions_of())


def test_many_datasets_are_those_of_one_trained_architecture():
    assert MANY_DATASETS == 3
    assert set(select_widely_trained(grid())["architecture"]) == {"cnn-2"}


def test_every_dataset_counts_once_by_its_mean_over_seeds():
    scores = summarise_scores(grid(read=[("cnn-2", "set-0", 0.2)])).set_index("architecture")
    assert list(scores.index) == ["cnn-2", "cnn-25", "cnn-2-untrained"]
    for name, aurocs in AUROCS.items():
        row = scores.loc[name]
        assert row["datasets"] == len(aurocs)
        expected = np.mean(aurocs), np.median(aurocs), np.std(aurocs)
        assert row[["auroc_mean", "auroc_median", "auroc_sd"]].tolist() == pytest.approx(expected)
        assert row["aupr_mean"] == pytest.approx(np.mean(aurocs) - 0.1)


def test_a_readout_more_does_not_count_a_dataset_twice():
    summary = grid(read=[("cnn-2", "set-0", 0.2)])
    twice = pd.concat([summary, summary[summary["readout"] != ""].assign(readout="other")])
    pd.testing.assert_frame_equal(summarise_scores(twice), summarise_scores(summary))


def test_baselines_stand_below_the_networks():
    rows = [("set-0", "meme", 0.6, np.nan), ("set-1", "meme", 0.8, np.nan)]
    baselines = pd.DataFrame(rows, columns=["dataset", "baseline", "auroc", "aupr"])
    table = render_scores(summarise_scores(grid(), baselines), compare_published(grid(), []))
    assert table.iloc[-1].tolist() == ["meme", "2", "0.700", "0.700", "0.100", DASH]


def test_published_statistics_stand_beside_ours():
    over = {"dataset": "sets", "datasets": ["set-0", "set-1", "set-2"], "metric": "auroc"}
    numbers = [
        published_number(architecture="cnn-2", mean=mean, sd=sd, statistic=statistic, **over)
        for statistic, mean, sd in (("mean", 0.876, 0.116), ("median", 0.905, None))
    ]
    comparison = compare_published(grid(), numbers)
    first, second, _null = render_scores(summarise_scores(grid()), comparison).to_dict("records")
    published = [f"Published {statistic}" for statistic in ("mean", "median", "sd")]
    assert [first[name] for name in published] == ["0.876", "0.905", "0.116"]
    assert [second[name] for name in published] == [DASH] * 3
    alone = render_scores(summarise_scores(grid()), compare_published(grid(), numbers[1:]))
    assert "Published median" in alone and "Published mean" not in alone


def test_fractions_are_means_over_the_datasets_that_were_read():
    read = [("cnn-2", "set-0", 0.2), ("cnn-2", "set-2", 0.6), ("cnn-25", "set-0", 1.0)]
    table = render_fractions(grid(read))
    assert list(table.columns[:3]) == ["Architecture", "Datasets", "Any match"]
    told = table.set_index("Architecture")
    assert told.loc["CNN-2", ["Datasets", "Relevant match"]].tolist() == ["2", "0.400"]
    assert told.loc["CNN-25", ["Datasets", "Relevant match"]].tolist() == ["1", "1.000"]
    assert render_fractions(grid()).empty
