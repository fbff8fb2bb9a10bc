import numpy as np
import pandas as pd
import pytest
from report_toys import cells_of, fractions_of, published_number

from motifgrid.report.published_table import compare_published
from motifgrid.report.sites_table import SUMMARY_COLUMNS
from motifgrid.report.summary_page import (
    QUESTION,
    answer,
    format_markdown,
    join_words,
    write_summary,
)
from motifgrid.report.tables import summarise


@pytest.fixture
def summary():
    names = ("cnn-2", "cnn-25", "cnn-25-untrained")
    aurocs, fractions = (0.968, 0.954, 0.5), (0.0, 0.98, 0.1)
    return summarise(
        cells_of(*((name, 0, auroc) for name, auroc in zip(names, aurocs, strict=True))),
        fractions_of(*((name, 0, part) for name, part in zip(names, fractions, strict=True))),
    )


def test_the_answer_is_one_sentence_from_the_best_down_to_chance(summary):
    assert answer(summary) == (
        "The fraction of filters that match a motif of the ground truth is 0.980 for CNN-25 "
        "(AUROC 0.954) and 0.000 for CNN-2 (AUROC 0.968); untrained, by chance, 0.100 for CNN-25 "
        "(AUROC 0.500)."
    )


def test_the_answer_changes_with_the_tables(summary):
    better = summary.assign(relevant_mean=summary["relevant_mean"] / 2)
    assert "0.490 for CNN-25" in answer(better)


def test_without_untrained_cells_there_is_no_chance(summary):
    assert answer(summary[:2]).endswith("0.000 for CNN-2 (AUROC 0.968).")


def test_untrained_cells_alone_can_be_described(summary):
    assert answer(summary[2:]).endswith("is untrained, by chance, 0.100 for CNN-25 (AUROC 0.500).")


def test_several_layers_have_a_sentence_each(summary):
    lines = answer(pd.concat([summary, summary.assign(layer=2)])).splitlines()
    heads = [line.split(": The fraction of filters")[0] for line in lines]
    assert heads == [f"- **synthetic, readout activation, layer {layer}**" for layer in (1, 2)]


def test_without_a_ground_truth_the_database_answers(summary):
    unknown = summary.assign(relevant_mean=np.nan)
    assert answer(unknown).startswith("The fraction of filters that match a motif of the database")


def test_without_readouts_there_is_no_answer_yet(summary):
    assert "No filters were read" in answer(summary.assign(any_mean=np.nan))


def test_labels_are_used(summary):
    assert "for the wide one (AUROC" in answer(summary, {"cnn-25": "the wide one"})


def test_markdown_tables():
    table = pd.DataFrame({"a": ["1", "x|y"], "b": ["2", "3"]})
    assert format_markdown(table) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n| x\\|y | 3 |"


def test_words_are_joined_as_in_a_sentence():
    assert [join_words(list(words)) for words in ("", "a", "ab", "abc")] == [
        "", "a", "a and b", "a, b and c",
    ]  # fmt: skip


def test_the_page_has_its_parts_in_order(summary):
    comparison = compare_published(
        summary, [published_number(), published_number(architecture="cnn-4")]
    )
    page = write_summary(summary, comparison, "20 epochs.", {"results/report.html": "the report"})
    heads = [line for line in page.splitlines() if line.startswith("#")]
    assert heads == [
        "# Summary",
        "## What was asked",
        "## Answer",
        "## Table 1",
        "## Beside the published numbers",
        "## Where things are",
    ]
    assert QUESTION in page
    assert "| CNN-25 | 1 | 0.954 |" in page
    assert (
        "The one number with a published spread over trials or a bound agrees: ours lies within "
        "two published standard deviations. 1 of 2 is not in this grid."
    ) in page
    assert "What differs: 20 epochs." in page
    assert "- `results/report.html`: the report" in page
    assert page.endswith("\n") and "\n\n\n" not in page


def test_parts_without_content_are_left_out(summary):
    page = write_summary(summary, compare_published(summary, []))
    assert "published numbers" not in page and "Where things are" not in page


def test_the_question_can_be_the_studys(summary):
    page = write_summary(summary, compare_published(summary, []), question="Does it work?")
    assert "Does it work?" in page and QUESTION not in page


def test_the_number_of_seeds_is_told(summary):
    assert "over seeds (here 1)" in write_summary(summary, compare_published(summary, []))
    mixed = summary.assign(n=[5, 3, 3])
    assert "over seeds (here 3 to 5)" in write_summary(mixed, compare_published(mixed, []))


@pytest.fixture
def sites():
    """Three trained architectures: one for each readout, and one for both; and a null."""
    shares = {"cnn-2": (0.4, 0.5), "cnn-4": (0.3, 0.3), "cnn-25": (0.6, 0.9), "cnn-50": (0.8, 0.7)}
    shares["cnn-50-untrained"] = (0.2, 0.1)
    rows = [
        (readout, "synthetic", name, 2, 2, 10 * share, 1.0, share - 0.01, 0.1, share, 0.1)
        for name, pair in shares.items()
        for readout, share in zip(("filters", "kernel_pwm"), pair, strict=True)
    ]
    return pd.DataFrame(rows, columns=SUMMARY_COLUMNS)


def test_true_sites_have_a_sentence_and_a_table(summary, sites):
    page = write_summary(summary, compare_published(summary, []), sites=sites)
    heads = [line for line in page.splitlines() if line.startswith("## ")]
    assert heads == ["## What was asked", "## Answer", "## Table 1", "## True sites"]
    assert (
        "The readout that describes true sites best (share, at least 0) is kernel_pwm in CNN-2 "
        "(kernel_pwm 0.500, filters 0.400) and CNN-25 (kernel_pwm 0.900, filters 0.600); "
        "filters and kernel_pwm in CNN-4 (filters 0.300, kernel_pwm 0.300); filters in CNN-50 "
        "(filters 0.800, kernel_pwm 0.700)."
    ) in page
    assert "| CNN-25 | kernel_pwm | 2 | 9.000 ± 1.000 | 0.890 ± 0.100 | 0.900 ± 0.100 |" in page
    assert "| CNN-50 (untrained) | filters | 2 | 2.000 ± 1.000 | 0.190 ± 0.100 | 0.200" in page


def test_shares_of_several_datasets_are_means(summary, sites):
    both = pd.concat([sites, sites.assign(dataset="other", described_mean=0.0)])
    page = write_summary(summary, compare_published(summary, []), sites=both)
    assert "best (share, at least 0, mean over datasets) is kernel_pwm in CNN-2 (" in page
    assert "CNN-25 (kernel_pwm 0.450, filters 0.300)" in page


def test_one_readout_is_not_compared(summary, sites):
    alone = sites[sites["readout"] == "filters"]
    page = write_summary(summary, compare_published(summary, []), sites=alone)
    assert "## True sites" in page and "The readout that" not in page


def pair_of(baseline, other, improved, worsened, p=0.01, difference=0.0123):
    return {
        "baseline": baseline,
        "other": other,
        "metric": "auroc",
        "datasets": 10,
        "improved": improved,
        "equal": 10 - improved - worsened,
        "worsened": worsened,
        "median_difference": difference,
        "median_low": 0.001,
        "median_high": 0.02,
        "p": p,
        "p_holm": 2 * p,
        "t_test_p": p / 4,
        "rank_biserial": 0.5,
        "baseline_sd": 0.02,
        "other_sd": 0.01,
    }


@pytest.fixture
def scores_alone(summary):
    return summary.assign(any_mean=np.nan, relevant_mean=np.nan)


def test_without_readouts_the_answer_is_about_the_pair(scores_alone):
    pairs = pd.DataFrame([pair_of("max", "expectation", 8, 2)])
    assert answer(scores_alone, pairs=pairs) == (
        "expectation has the higher AUROC on 8 of 10 datasets, max on 2 (median difference 0.0123, "
        "p = 0.01)."
    )
    page = write_summary(scores_alone, compare_published(scores_alone, []), pairs=pairs)
    assert "expectation has the higher AUROC on 8 of 10 datasets" in page
    assert "filters were read" not in page


def test_pairs_have_the_ps_of_both_tests(scores_alone):
    pairs = pd.DataFrame([pair_of("max", "expectation", 8, 2)])
    page = write_summary(scores_alone, compare_published(scores_alone, []), pairs=pairs)
    head, _rule, row = [line for line in page.splitlines() if line.startswith("| ")][-3:]
    told = dict(zip(head.split(" | "), row.split(" | "), strict=True))
    assert [told[name] for name in ("p, Wilcoxon", "Holm", "p, t-test")] == [
        "0.01", "0.02", "0.0025",
    ]  # fmt: skip
    assert "Student's paired t-test" in page


def test_several_pairs_have_a_line_each_with_corrected_ps(scores_alone):
    worse = pair_of("max", "average", 1, 9, difference=-0.3)
    even = pair_of("average", "expectation", 5, 5, p=np.nan, difference=0.0)
    first, second = answer(scores_alone, pairs=pd.DataFrame([worse, even])).splitlines()
    assert first == (
        "- max has the higher AUROC on 9 of 10 datasets, average on 1 (median difference 0.3000, "
        "p = 0.02 after Holm's correction)."
    )
    assert second == (
        "- Neither is better: average and expectation each have the higher AUROC on 5 of 10 "
        "datasets (median difference 0.0000; too few datasets differ for a p)."
    )


def test_equal_datasets_are_counted_in_the_answer(scores_alone):
    pairs = pd.DataFrame([pair_of("max", "expectation", 7, 2)])
    assert answer(scores_alone, pairs=pairs) == (
        "expectation has the higher AUROC on 7 of 10 datasets, max on 2 (1 equal; median "
        "difference 0.0123, p = 0.01)."
    )


def test_without_readouts_nothing_is_said_of_filters(summary, scores_alone):
    said = "fractions are of all filters"
    assert said in write_summary(summary, compare_published(summary, []))
    assert said not in write_summary(scores_alone, compare_published(scores_alone, []))


def test_with_readouts_the_answer_is_about_filters_whatever_the_pairs(summary):
    pairs = pd.DataFrame([pair_of("cnn-2", "cnn-25", 8, 2)])
    assert answer(summary, pairs=pairs) == answer(summary)


def test_of_many_datasets_the_answer_is_about_all_of_them(summary):
    trained = summary[summary["architecture"].isin(["cnn-2", "cnn-25"])]
    parts = [
        trained.assign(dataset=f"set-{number}", auroc_mean=trained["auroc_mean"] - number / 10)
        for number in range(3)
    ]
    many = pd.concat(parts, ignore_index=True)
    pairs = pd.DataFrame([pair_of("cnn-2", "cnn-25", 8, 2)])
    lines = answer(many, pairs=pairs).splitlines()
    mean = {
        name: many.loc[many["architecture"] == name, "auroc_mean"].mean()
        for name in ("cnn-2", "cnn-25")
    }
    first, second = sorted(mean, key=mean.get, reverse=True)
    labels = {"cnn-2": "CNN-2", "cnn-25": "CNN-25"}
    assert lines[0] == (
        f"- The mean AUROC over 3 datasets is {mean[first]:.3f} for {labels[first]} and "
        f"{mean[second]:.3f} for {labels[second]}."
    )
    assert lines[1].startswith("- CNN-25 has the higher AUROC on 8 of 10 datasets, CNN-2 on 2")
    assert lines[2].startswith("- **readout activation, layer 1**, means over datasets: The ")
    read = many[many["architecture"] == "cnn-25"]["relevant_mean"].mean()
    assert f"{read:.3f} for CNN-25" in lines[2]
    assert len(lines) == 3
    assert "mean AUROC" not in answer(many[many["dataset"] != "set-0"], pairs=pairs)


def test_of_many_datasets_the_table_is_over_them(summary):
    parts = [summary.assign(dataset=f"set-{number}") for number in range(3)]
    many = pd.concat(parts, ignore_index=True)
    page = write_summary(many, compare_published(many, []), table_name="Table 2")
    table = page.split("## Table 2")[1].split("\n## ")[0]
    assert "`results/tables/table1.csv`" in table
    rows = [line for line in table.splitlines() if line.startswith("| CNN-25 |")]
    assert rows[0].startswith("| CNN-25 | 3 | 0.954 | 0.954 | 0.000 |")
    assert "set-0" not in table


@pytest.mark.parametrize(
    ("means", "words"),
    [
        ([0.0], "The one number with a published spread over trials or a bound does not agree: "),
        ([0.98, 0.0], "Of the 2 numbers with a published spread over trials or a bound, 1 agrees"),
        ([0.98, 0.98], "trials or a bound, 2 agree: ours lie within two published standard dev"),
        ([0.0, 0.0], "trials or a bound, 0 agree: ours lie within two published standard dev"),
    ],
)
def test_numbers_are_counted_in_words(summary, means, words):
    numbers = [published_number(mean=mean) for mean in means]
    assert words in write_summary(summary, compare_published(summary, numbers))


def test_one_dataset_is_no_datasets(scores_alone):
    pair = {**pair_of("max", "expectation", 1, 0), "datasets": 1, "equal": 0}
    said = answer(scores_alone, pairs=pd.DataFrame([pair]))
    assert said.startswith("expectation has the higher AUROC on 1 of 1 dataset, max on 0 (")


def test_numbers_of_which_none_can_be_judged_are_not_counted_as_none(summary):
    page = write_summary(summary, compare_published(summary, [published_number(sd=None)]))
    assert "Of the 0 numbers" not in page
    assert "None of these numbers is judged: ours is missing, or the paper states neither" in page


def test_rankings_have_a_part_where_there_are_any(summary):
    columns = ["readout", "architecture", "measure", "top", "cut"]
    columns += ["experiments", "matched", "matches", "expected"]
    rankings = pd.DataFrame([("i", "all", "oniv", 1, 0.05, 30, 29, 29, 7.8)], columns=columns)
    page = write_summary(summary, compare_published(summary, []), rankings=rankings)
    assert "## Are the first filters the motif?" in page
    assert "| all | 1 | 29 of 30 (7.8) |" in page
    answer = page.split("## Answer\n\n")[1].split("\n## ")[0]
    assert answer.startswith(
        "The first filter or input is its class's motif (p \N{LESS-THAN OR EQUAL TO} 0.05) in "
        "29 of 30 by ONIV (i; in random order 7.8).\n\n"
    )
    empty = write_summary(summary, compare_published(summary, []), rankings=rankings[:0])
    assert "Are the first filters" not in empty
