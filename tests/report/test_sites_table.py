import numpy as np
import pandas as pd
import pytest

from motifgrid.formats.atomic import write_csv
from motifgrid.motifs.recovery import COLUMNS
from motifgrid.report.sites_table import (
    SITE_COLUMNS,
    SUMMARY_COLUMNS,
    SiteFiles,
    collect_sites,
    compare_readouts,
    render_sites,
    summarise_sites,
)

DASH = "\N{EN DASH}"


def sites_of(*shares, truth=10.0):
    """What a cell's filters make of motifs: shares, None where none lives."""
    rows = [
        (f"factor {i}", 50, "", np.nan, np.nan, "", truth, np.nan)
        if share is None
        else (f"factor {i}", 50, "filter_0", share * truth, 1, "+", truth, share)
        for i, share in enumerate(shares)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def entry(folder, *shares, readout="filters", dataset="toy", architecture="cnn-25", seed=0):
    path = folder / f"{readout}-{dataset}-{architecture}-{seed}.csv"
    write_csv(path, sites_of(*shares))
    return SiteFiles(readout, dataset, architecture, seed, path)


def summary_of(folder, *entries):
    return summarise_sites(
        collect_sites([entry(folder, *shares, **key) for shares, key in entries])
    )


def test_every_row_of_every_cell_is_kept_in_order(tmp_path):
    table = collect_sites(
        [
            entry(tmp_path, 0.5, 0.75, architecture="cnn-25", seed=10),
            entry(tmp_path, 0.25, None, architecture="cnn-25", seed=9),
            entry(tmp_path, 0.1, 0.2, architecture="cnn-2"),
        ]
    )
    assert list(table) == SITE_COLUMNS
    assert list(table["architecture"] + "/" + table["seed"].astype(str)) == (
        ["cnn-2/0", "cnn-2/0", "cnn-25/9", "cnn-25/9", "cnn-25/10", "cnn-25/10"]
    )
    assert table["motif"].tolist() == ["factor 0", "factor 1"] * 3
    assert table["filter"].tolist() == ["filter_0"] * 3 + [""] + ["filter_0"] * 2
    assert table["share"].to_numpy() == pytest.approx(
        [0.1, 0.2, 0.25, np.nan, 0.5, 0.75], nan_ok=True
    )


def test_a_motif_may_be_called_na(tmp_path):
    path = tmp_path / "sites.csv"
    write_csv(path, sites_of(0.5, None).assign(motif=["NA", "nan"]))
    table = collect_sites([SiteFiles("filters", "toy", "cnn-2", 0, path)])
    assert table["motif"].tolist() == ["NA", "nan"]
    assert table["bits"].dtype == float and table["bits"].isna().tolist() == [False, True]


def test_no_cell_gives_an_empty_table_and_summary():
    assert list(collect_sites([])) == SITE_COLUMNS
    summary = summarise_sites(collect_sites([]))
    assert list(summary) == SUMMARY_COLUMNS and summary.empty


def test_a_file_without_a_column_is_named(tmp_path):
    path = tmp_path / "sites.csv"
    write_csv(path, sites_of(0.5).drop(columns="truth_bits"))
    with pytest.raises(
        ValueError, match=r"sites.csv: no column truth_bits. Expected a header with motif, "
    ):
        collect_sites([SiteFiles("filters", "toy", "cnn-2", 0, path)])


def test_motifs_are_averaged_within_a_cell_and_cells_over_seeds(tmp_path):
    summary = summary_of(tmp_path, ((0.2, 0.4), {"seed": 0}), ((0.6, 0.8), {"seed": 1}))
    assert list(summary) == SUMMARY_COLUMNS
    row = summary.iloc[0]
    assert row[:5].tolist() == ["filters", "toy", "cnn-25", 2, 2]
    assert row[5:].tolist() == pytest.approx([5.0, 2.0, 0.5, 0.2, 0.5, 0.2])


def test_a_motif_without_sites_is_left_out_of_the_mean(tmp_path):
    summary = summary_of(tmp_path, ((0.2, None, 0.4), {}))
    assert summary["share_mean"].tolist() == pytest.approx([0.3])
    assert summary["scored"].tolist() == [1]


def test_a_motif_about_which_every_filter_misleads_counts_as_nothing_described(tmp_path):
    row = summary_of(tmp_path, ((-2.0, 0.8, None), {})).iloc[0]
    assert row[["bits_mean", "share_mean", "described_mean"]].tolist() == pytest.approx(
        [-6.0, -0.6, 0.4]
    )


def test_a_seed_without_a_living_filter_is_counted_but_not_averaged(tmp_path):
    summary = summary_of(
        tmp_path,
        ((None, None), {"seed": 0}),
        ((0.6, 0.8), {"seed": 1}),
        ((None, None), {"architecture": "cnn-2"}),
    )
    assert summary["architecture"].tolist() == ["cnn-2", "cnn-25"]
    assert summary["n"].tolist() == [1, 2] and summary["scored"].tolist() == [0, 1]
    assert summary["share_mean"].to_numpy() == pytest.approx([np.nan, 0.7], nan_ok=True)
    rendered = render_sites(summary)
    assert rendered["Seeds"].tolist() == ["0 of 1", "1 of 2"]
    assert rendered["Bits of a true site"].tolist() == [DASH, "7.000"]


def test_readers_see_readouts_side_by_side_and_untrained_networks_last(tmp_path):
    cells = [
        ((0.5,), {"readout": readout, "architecture": name})
        for readout in ("kernel_pwm", "filters")
        for name in ("cnn-25-untrained", "cnn-25", "cnn-2")
    ]
    rendered = render_sites(summary_of(tmp_path, *cells), {"cnn-2": "small pools"})
    assert list(rendered) == [
        "Architecture", "Readout", "Seeds", "Bits of a true site", "Share of the true motif's bits",
        "Share, at least 0",
    ]  # fmt: skip
    names = ["small pools", "CNN-25", "CNN-25 (untrained)"]
    assert rendered["Architecture"].tolist() == [name for name in names for _ in range(2)]
    assert rendered["Readout"].tolist() == ["filters", "kernel_pwm"] * 3


def test_one_readout_on_one_dataset_is_not_named_in_every_row(tmp_path):
    assert list(render_sites(summary_of(tmp_path, ((0.5,), {}))))[:2] == ["Architecture", "Seeds"]


def test_shares_are_averaged_over_the_datasets_that_every_readout_has(tmp_path):
    cells = [
        ((share,), {"readout": readout, "dataset": dataset})
        for readout, dataset, share in (
            ("filters", "one", 0.2),
            ("filters", "two", 0.4),
            ("filters", "three", 0.9),
            ("kernel_pwm", "one", 0.5),
            ("kernel_pwm", "two", 0.7),
            ("kernel_pwm", "three", None),
        )
    ]
    null = ((0.1,), {"architecture": "cnn-25-untrained"})
    shares = compare_readouts(summary_of(tmp_path, *cells, null))
    assert shares.index.tolist() == ["cnn-25"]
    assert shares.loc["cnn-25"].to_dict() == pytest.approx({"filters": 0.3, "kernel_pwm": 0.6})


def test_an_architecture_that_one_readout_never_scores_is_not_compared(tmp_path):
    cells = [
        ((0.2,), {"readout": "filters"}),
        ((None,), {"readout": "kernel_pwm"}),
        ((0.2,), {"readout": "filters", "architecture": "cnn-2"}),
        ((0.3,), {"readout": "kernel_pwm", "architecture": "cnn-2"}),
    ]
    assert compare_readouts(summary_of(tmp_path, *cells)).index.tolist() == ["cnn-2"]
