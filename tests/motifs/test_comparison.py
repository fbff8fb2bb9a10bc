import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from shared_data import meme_tomtom, shared_data

from motifgrid import dna
from motifgrid.formats.meme import Motif, read_meme
from motifgrid.formats.tomtom import COLUMNS, read_tomtom, write_tomtom
from motifgrid.motifs import comparison
from motifgrid.motifs.comparison import Engine, EngineError
from motifgrid.motifs.databases import DatabaseInfo

PACKAGE = Path(comparison.__file__).parents[2]
PAIR = ["Query_ID", "Target_ID"]


def motif_of(letters, identifier, nsites=100, purity=0.85):
    matrix = np.full((len(letters), 4), (1 - purity) / 3)
    matrix[np.arange(len(letters)), ["ACGT".index(letter) for letter in letters]] = purity
    return Motif(identifier, matrix, nsites)


def random_motifs(count, seed=0):
    generator = np.random.default_rng(seed)
    return [
        Motif(f"T{number:03d}", generator.dirichlet([0.3] * 4, generator.integers(6, 15)), 50)
        for number in range(count)
    ]


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.fixture(scope="session")
def background():
    return random_motifs(60)


@pytest.fixture(scope="session")
def meme():
    program = str(meme_tomtom())
    version = subprocess.run([program, "-version"], capture_output=True, text=True, check=True)
    return Engine("meme", version.stdout.strip(), program)


# Which engine


def test_an_engine_survives_writing_and_its_file_is_sorted(tmp_path):
    engine = Engine("meme", "5.4.1", "bin/tomtom")
    comparison.write_engine(tmp_path / "engine.json", engine)
    assert comparison.read_engine(tmp_path / "engine.json") == engine
    text = (tmp_path / "engine.json").read_text()
    assert text.index("name") < text.index("program") < text.index("version")
    assert text.endswith("}\n")


@pytest.mark.parametrize("text", ["", "[]", '{"name": "meme"}', '{"name": "x", "version": "1"}'])
def test_a_file_that_is_no_engine_is_named(tmp_path, text):
    (tmp_path / "engine.json").write_text(text)
    with pytest.raises(ValueError, match=r"engine\.json.*name, version and program"):
        comparison.read_engine(tmp_path / "engine.json")


def test_an_unknown_engine_is_refused_with_the_choices():
    with pytest.raises(ValueError, match=r"`engine`.*auto, meme, memelite.*Received tomtom2"):
        comparison.resolve_engine("tomtom2")
    with pytest.raises(ValueError, match=r"`engine`.*Received auto"):
        Engine("auto", "1")


def test_meme_that_is_not_on_path_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match=r"--use-conda.*tomtom: engine: memelite"):
        comparison.resolve_engine("meme")


def test_auto_takes_meme_where_it_is_on_path_and_memelite_otherwise(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert comparison.resolve_engine("auto").name == "memelite"
    program = script(tmp_path / "tomtom", "echo 5.5.7")
    assert comparison.resolve_engine("auto") == Engine("meme", "5.5.7", program)
    assert comparison.resolve_engine("memelite").program == ""


def test_memelite_that_is_not_installed_says_what_to_do(monkeypatch):
    def missing(name):
        raise comparison.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(comparison.importlib.metadata, "version", missing)
    with pytest.raises(EngineError, match=r"memelite.*not installed.*tomtom: engine: meme"):
        comparison.resolve_engine("memelite")


def test_a_comparison_names_engine_and_database():
    database = DatabaseInfo("mine.meme", "", 60, "ab" * 32)
    assert comparison.describe_comparison(Engine("meme", "5.4.1", "bin/tomtom"), database) == {
        "engine": "meme 5.4.1",
        "database": "mine.meme, 60 motifs",
        "database release": "user's file",
        "database sha256": "ab" * 32,
    }


# What goes in


def test_no_queries_give_an_empty_table_with_types(background, memelite):
    table = comparison.compare([], background, memelite)
    assert tuple(table.columns) == COLUMNS
    assert len(table) == 0
    full = comparison.compare(background[:1], background, memelite)
    assert (table.dtypes == full.dtypes).all()


def test_no_hits_give_an_empty_table_with_types(background, memelite):
    table = comparison.compare(background[:2], background, memelite, evalue=0.0)
    full = comparison.compare(background[:2], background, memelite)
    assert len(table) == 0
    assert (table.dtypes == full.dtypes).all()


def test_no_targets_are_refused(background, memelite):
    with pytest.raises(ValueError, match="No target motifs"):
        comparison.compare(background[:1], [], memelite)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.zeros((5, 4)), "probabilities"),
        (np.full((5, 4), np.nan), "probabilities"),
        (np.full((5, 4), 0.3), "probabilities"),
        (np.tile([1.5, -0.5, 0.0, 0.0], (5, 1)), "probabilities"),
        (np.full((4, 5), 0.2), r"shape \(4, 5\)"),
        (np.zeros((0, 4)), r"shape \(0, 4\)"),
    ],
)
def test_an_invalid_query_is_named(background, memelite, matrix, message):
    with pytest.raises(ValueError, match=rf"query motif filter_07.*{message}"):
        comparison.compare([Motif("filter_07", matrix, 10)], background, memelite)


def test_an_invalid_target_is_named(background, memelite):
    broken = Motif("MA0001.1", np.zeros((5, 4)), 10)
    with pytest.raises(ValueError, match=r"target motif MA0001\.1"):
        comparison.compare(background[:1], [*background, broken], memelite)


def test_a_doubled_query_is_named(background, memelite):
    with pytest.raises(ValueError, match="query motif T000 occurs more than once"):
        comparison.compare([background[0], background[0]], background, memelite)


# What comes out of memelite


def test_a_motif_finds_itself(background, memelite):
    table = comparison.compare(background[:5], background, memelite, evalue=0.1)
    best = table.drop_duplicates("Query_ID")
    assert list(best["Query_ID"]) == [f"T{number:03d}" for number in range(5)]
    assert (best["Query_ID"] == best["Target_ID"]).all()
    assert (best["Optimal_offset"] == 0).all()
    assert (best["Orientation"] == "+").all()
    assert (best["Overlap"] == best["Query_consensus"].str.len()).all()


def test_evalue_is_p_times_the_number_of_targets_and_the_cut_keeps_equality(background, memelite):
    table = comparison.compare(background[:3], background, memelite, evalue=1e6)
    assert len(table) == 3 * 60
    np.testing.assert_allclose(table["E-value"], table["p-value"] * 60)
    cut = table["E-value"].sort_values().iloc[7]
    again = comparison.compare(background[:3], background, memelite, evalue=cut)
    assert again["E-value"].max() == cut


def test_a_table_is_ordered_by_query_as_given_then_p(background, memelite):
    queries = [background[4], background[1]]
    table = comparison.compare(queries, background, memelite, evalue=60)
    assert list(table["Query_ID"].unique()) == ["T004", "T001"]
    for _, hits in table.groupby("Query_ID"):
        assert hits["p-value"].is_monotonic_increasing
        assert hits["q-value"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("target", "offset", "overlap"),
    [("GATTACA", 0, 7), ("CCGATTACA", 2, 7), ("TTACAGG", -2, 5), ("ATTACAGG", -1, 6)],
)
def test_offset_and_overlap_have_the_sign_of_tomtom(background, memelite, target, offset, overlap):
    query, found = motif_of("GATTACA", "query"), motif_of(target, "found")
    table = comparison.compare([query], [*background, found], memelite)
    hit = table[table["Target_ID"] == "found"].iloc[0]
    assert (hit["Optimal_offset"], hit["Overlap"], hit["Orientation"]) == (offset, overlap, "+")
    assert hit["Target_consensus"] == target


def test_the_other_strand_is_found_and_its_consensus_printed(background, memelite):
    query, found = motif_of("GATTACA", "query"), motif_of("TGTAATCGG", "found")
    table = comparison.compare([query], [*background, found], memelite)
    hit = table[table["Target_ID"] == "found"].iloc[0]
    assert (hit["Orientation"], hit["Target_consensus"]) == ("-", "CCGATTACA")
    assert hit["Optimal_offset"] == 2


def test_a_palindrome_is_given_on_the_plus_strand(background, memelite):
    found = motif_of("CCATATATGG", "found")
    assert np.array_equal(found.pwm, dna.reverse_complement_matrix(found.pwm))
    table = comparison.compare([motif_of("CCATATATGG", "query")], [*background, found], memelite)
    assert table.iloc[0]["Target_ID"] == "found"
    assert table.iloc[0]["Orientation"] == "+"


def test_fewer_sites_make_a_weaker_match(background, memelite):
    strong, weak = motif_of("GATTACA", "strong", nsites=1000), motif_of("GATTACA", "weak", nsites=1)
    targets = [*background, motif_of("GATTACA", "found", purity=0.97)]
    table = comparison.compare([strong, weak], targets, memelite).set_index(PAIR)
    assert table.loc[("strong", "found"), "p-value"] <= table.loc[("weak", "found"), "p-value"]


def test_threads_do_not_change_a_table(background, memelite):
    one = comparison.compare(background[:20], background, memelite, threads=1)
    many = comparison.compare(background[:20], background, memelite, threads=64)
    pd.testing.assert_frame_equal(one, many)


def test_one_call_for_many_equals_many_calls(background, memelite):
    together = comparison.compare(background[:6], background, memelite)
    apart = [comparison.compare([query], background, memelite) for query in background[:6]]
    pd.testing.assert_frame_equal(together, pd.concat(apart, ignore_index=True))


def test_few_targets_are_logged_and_compared(background, memelite, caplog):
    table = comparison.compare(background[:1], background[:3], memelite)
    assert table.iloc[0]["Target_ID"] == "T000"
    assert "has 3 motifs" in caplog.text
    assert not [record for record in caplog.records if record.levelname != "WARNING"]


def test_a_table_survives_writing(background, memelite, tmp_path):
    table = comparison.compare(background[:3], background, memelite)
    write_tomtom(tmp_path / "tomtom.tsv", table, {"engine": "memelite"})
    again = read_tomtom(tmp_path / "tomtom.tsv")
    np.testing.assert_allclose(again["E-value"], table["E-value"], rtol=1e-5)
    assert list(again["Target_ID"]) == list(table["Target_ID"])


def test_benjamini_hochberg_in_closed_form():
    pvalues = np.array([[0.04, 0.01, 0.5, 0.02], [1.0, 1.0, 1.0, 1.0]])
    expected = [[0.16 / 3, 0.04, 0.5, 0.04], [1.0, 1.0, 1.0, 1.0]]
    np.testing.assert_allclose(comparison._benjamini_hochberg(pvalues), expected)


# Against what MEME printed


def test_sample_motifs_equal_memes_complete_scores_to_every_digit(memelite):
    folder = shared_data("tomtom_golden", "meme_suite_tests", "tests")
    motifs = read_meme(folder / "common" / "sample.meme")
    golden = read_tomtom(folder / "tomtom" / "tomtom.complete.out.ed")
    ours = comparison.compare(motifs, motifs, memelite, evalue=10)
    both = ours.merge(golden, on=PAIR, how="outer", suffixes=("", "_meme"), indicator=True)
    assert len(both) == 25
    assert (both["_merge"] == "both").all()
    for column in COLUMNS[2:]:
        theirs = both[f"{column}_meme"]
        if column in ("p-value", "E-value", "q-value"):
            # Tomtom computes with 32-bit floats: its smallest p-value (9e-39) has few digits.
            np.testing.assert_allclose(both[column], theirs, rtol=1e-5)
        else:
            assert (both[column] == theirs).all(), column


@pytest.fixture(scope="module")
def published_and_ours(published_tables, our_tables):
    def merged(name):
        ours, theirs = our_tables[name], published_tables[name]
        return ours.merge(theirs, on=PAIR, how="outer", suffixes=("", "_meme"), indicator=True)

    return pd.concat([merged(name).assign(network=name) for name in our_tables])


def test_the_published_pairs_are_found_and_no_others(published_and_ours):
    assert len(published_and_ours) == 1451
    assert published_and_ours["_merge"].value_counts().to_dict() == {
        "both": 1451,
        "left_only": 0,
        "right_only": 0,
    }


def test_the_published_evalues_are_met_within_a_thousandth(published_and_ours):
    ratio = published_and_ours["E-value"] / published_and_ours["E-value_meme"]
    assert (ratio - 1).abs().max() < 2e-3
    assert (ratio - 1).abs().median() < 1e-5


@pytest.mark.parametrize("column", ["Optimal_offset", "Overlap", "Orientation"])
def test_the_published_alignments_are_met(published_and_ours, column):
    assert (published_and_ours[column] == published_and_ours[f"{column}_meme"]).all()


def test_the_published_qvalues_are_ours_times_the_share_of_true_nulls(published_and_ours):
    share = published_and_ours["q-value_meme"] / published_and_ours["q-value"]
    assert share.between(0.84, 1.002).all()
    per_query = share.groupby([published_and_ours["network"], published_and_ours["Query_ID"]])
    # One factor per query: the range within a query is rounding alone.
    assert (per_query.max() - per_query.min()).max() < 0.02


@pytest.mark.parametrize("column", ["Query_consensus", "Target_consensus"])
def test_consensuses_differ_from_memes_only_where_letters_tie(
    published_and_ours, published_filters, jaspar, column
):
    named = {motif.identifier: motif.pwm for motif in jaspar}
    different = published_and_ours[
        published_and_ours[column] != published_and_ours[f"{column}_meme"]
    ]
    assert len(different) <= 12
    for row in different.to_dict("records"):
        if column == "Query_consensus":
            filters = {motif.identifier: motif.pwm for motif in published_filters[row["network"]]}
            matrix = filters[row["Query_ID"]]
        else:
            matrix = named[row["Target_ID"]]
            matrix = dna.reverse_complement_matrix(matrix) if row["Orientation"] == "-" else matrix
        letters = np.array(["ACGT".index(letter) for letter in row[f"{column}_meme"]])
        chosen = matrix[np.arange(len(matrix)), letters]
        np.testing.assert_allclose(chosen, matrix.max(axis=1), atol=1e-6)


# MEME's own program


def test_meme_is_found_and_tells_its_version(monkeypatch, meme):
    monkeypatch.setenv("PATH", str(Path(meme.program).parent))
    assert comparison.resolve_engine("meme") == meme
    assert meme.version[0].isdigit()


@pytest.mark.parametrize("name", ["cnn_4", "cnn_2_1"])
def test_meme_and_memelite_agree(published_filters, jaspar, memelite, meme, name):
    theirs = comparison.compare(published_filters[name][:15], jaspar, meme, threads=2)
    ours = comparison.compare(published_filters[name][:15], jaspar, memelite, threads=2)
    assert (theirs.dtypes == ours.dtypes).all()
    both = ours.merge(theirs, on=PAIR, how="outer", suffixes=("", "_meme"), indicator=True)
    assert len(theirs) > 300
    assert (both["_merge"] == "both").all()
    np.testing.assert_allclose(both["E-value"], both["E-value_meme"], rtol=2e-3)
    for column in ("Optimal_offset", "Overlap", "Orientation"):
        # Two placements with the same score: each engine takes the first it meets.
        assert (both[column] != both[f"{column}_meme"]).sum() <= 2, column


def test_meme_and_memelite_agree_on_kmers(jaspar, memelite, meme):
    letters = np.random.default_rng(0).integers(0, 4, (40, 9))
    kmers = [Motif(dna.decode(kmer), np.eye(4)[kmer], nsites=1) for kmer in letters]
    theirs, ours = (comparison.compare(kmers, jaspar, engine) for engine in (meme, memelite))
    both = ours.merge(theirs, on=PAIR, how="outer", suffixes=("", "_meme"), indicator=True)
    assert len(theirs) > 300
    assert (both["_merge"] == "both").all()
    np.testing.assert_allclose(both["E-value"], both["E-value_meme"], rtol=1e-4)


def test_meme_is_ordered_by_query_as_given_with_any_number_of_processes(background, meme):
    queries = [background[7], background[2], background[5]]
    one = comparison.compare(queries, background, meme, threads=1)
    many = comparison.compare(queries, background, meme, threads=8)
    assert list(one["Query_ID"].unique()) == ["T007", "T002", "T005"]
    # Tomtom's estimate of the true nulls draws random numbers in the order of its queries.
    pd.testing.assert_frame_equal(one.drop(columns="q-value"), many.drop(columns="q-value"))


def test_meme_without_hits_gives_an_empty_table_with_types(background, meme, memelite):
    table = comparison.compare(background[:1], background, meme, evalue=0.0)
    assert len(table) == 0
    full = comparison.compare(background[:1], background, memelite)
    assert (table.dtypes == full.dtypes).all()


def test_a_failing_program_is_quoted(background, tmp_path):
    program = script(tmp_path / "tomtom", "echo 'no such alphabet' >&2; exit 3")
    with pytest.raises(EngineError, match=r"tomtom -text .*status 3: no such alphabet"):
        comparison.compare(background[:1], background, Engine("meme", "5", program))


def test_a_program_that_has_gone_says_what_to_do(background, tmp_path):
    gone = Engine("meme", "5", str(tmp_path / "gone"))
    with pytest.raises(EngineError, match=r"gone: No such file.*--use-conda"):
        comparison.compare(background[:1], background, gone)


def test_a_programs_warnings_are_logged(background, tmp_path, caplog):
    header = "\\t".join(COLUMNS)
    program = script(tmp_path / "tomtom", f"echo 'Warning: too wide' >&2; printf '{header}\\n'")
    table = comparison.compare(background[:1], background, Engine("meme", "5", program))
    assert len(table) == 0
    assert "Warning: too wide" in caplog.text


def test_tomtom_is_called_as_the_study_called_it(background, tmp_path):
    header = "\\t".join(COLUMNS)
    program = script(tmp_path / "tomtom", f"echo \"$@\" > {tmp_path}/call; printf '{header}\\n'")
    comparison.compare(background[:1], background, Engine("meme", "5", program), evalue=0.1)
    call = (tmp_path / "call").read_text().split()
    assert call[:8] == ["-text", "-verbosity", "1", "-dist", "ed", "-evalue", "-thresh", "0.1"]


# Compiled code


def run_python(code, cache):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(PACKAGE)}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    )


def test_after_a_warm_up_later_processes_compile_nothing(memelite):
    comparison.warm_up(memelite)
    cache = Path(os.environ["NUMBA_CACHE_DIR"])
    before = {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb?")}
    assert before
    code = (
        "import numpy as np\n"
        "from motifgrid.formats.meme import Motif\n"
        "from motifgrid.motifs.comparison import compare, resolve_engine\n"
        "rows = np.random.default_rng(0).dirichlet([1] * 4, (60, 9))\n"
        "motifs = [Motif(str(n), row, 20) for n, row in enumerate(rows)]\n"
        "for threads in (1, 2):\n"
        "    compare(motifs[:7], motifs, resolve_engine('memelite'), threads=threads)\n"
    )
    run_python(code, cache)
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb?")} == before


def test_importing_the_module_does_not_import_memelite(tmp_path):
    code = "import sys, motifgrid.motifs.comparison; assert 'numba' not in sys.modules"
    run_python(code, tmp_path)


def test_there_is_nothing_to_warm_up_for_meme(tmp_path):
    comparison.warm_up(Engine("meme", "5", str(tmp_path / "absent")))


def test_a_cache_is_made_and_one_that_is_set_wins(monkeypatch, tmp_path):
    monkeypatch.delitem(sys.modules, "memelite", raising=False)
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    assert comparison.use_cache(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()
    assert comparison.use_cache(tmp_path / "other") == tmp_path / "a" / "b"
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path / "a" / "b")


def test_a_cache_reaches_a_numba_that_is_imported_already(tmp_path):
    code = (
        "import os, numba\n"
        "del os.environ['NUMBA_CACHE_DIR']\n"
        "from motifgrid.motifs.comparison import use_cache\n"
        f"use_cache({str(tmp_path / 'new')!r})\n"
        f"assert numba.config.CACHE_DIR == {str(tmp_path / 'new')!r}\n"
    )
    run_python(code, tmp_path)


def test_a_cache_that_comes_too_late_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "memelite", object())
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    with pytest.raises(RuntimeError, match="call use_cache first"):
        comparison.use_cache(tmp_path)
