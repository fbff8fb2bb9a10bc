import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from shared_data import shared_data

from motifgrid.formats.meme import SEAL, Motif, MotifFileError, read_meme, write_meme
from motifgrid.motifs import databases
from motifgrid.motifs.databases import DatabaseInfo

PACKAGE = Path(databases.__file__).parents[2]
JASPAR_2016 = {
    "source": "jaspar",
    "release": "JASPAR2016",
    "collection": "CORE",
    "tax_group": "vertebrates",
}


def printed_rows(path):
    """The printed digits of every motif of a MEME file, by identifier."""
    rows = {}
    for line in path.read_text().splitlines():
        if line.startswith("MOTIF"):
            rows[line.split()[1]] = current = []
        elif re.match(r"\s*[01]\.\d", line):
            current.append(line.split())
    return rows


def motifs_of(count):
    return [Motif(f"M{number:03d}", np.full((5, 4), 0.25), 10, "Name") for number in range(count)]


# JASPAR


def test_the_2016_release_has_the_studies_519_motifs(jaspar):
    assert len(jaspar) == 519
    identifiers = [motif.identifier for motif in jaspar]
    assert identifiers == sorted(set(identifiers))
    names = {motif.identifier: motif.name for motif in jaspar}
    assert names["MA0083.3"] == "SRF"
    assert names["MA0140.2"] == "GATA1::TAL1"


def test_the_2016_release_equals_memes_own_file(jaspar, tmp_path):
    meme_file = shared_data("jaspar", "JASPAR_CORE_2016_vertebrates.meme")
    theirs = {motif.identifier: motif for motif in read_meme(meme_file)}
    assert [motif.identifier for motif in jaspar] == sorted(theirs)
    for motif in jaspar:
        same = theirs[motif.identifier]
        assert (motif.name, motif.nsites) == (same.name, same.nsites)
        np.testing.assert_allclose(motif.pwm, same.pwm, atol=2e-6)
    write_meme(tmp_path / "ours.meme", jaspar)
    ours, printed = printed_rows(tmp_path / "ours.meme"), printed_rows(meme_file)
    assert len(printed) == 519
    # In one row of MA0867.1 two values end in a 5 after the last digit, and are rounded apart.
    different = [identifier for identifier in printed if ours[identifier] != printed[identifier]]
    assert different == ["MA0867.1"]
    gap = np.array(ours["MA0867.1"], float) - np.array(printed["MA0867.1"], float)
    assert np.abs(gap).max() < 1.5e-6


def test_every_motif_is_one_of_probabilities(jaspar):
    for motif in jaspar:
        assert motif.pwm.shape[1] == 4
        np.testing.assert_allclose(motif.pwm.sum(axis=1), 1.0)
        assert motif.nsites >= 1


def test_a_position_without_counts_is_uniform():
    motifs = databases.load_jaspar("JASPAR2022", "UNVALIDATED", "vertebrates")
    empty = next(motif for motif in motifs if motif.identifier == "UN0498.1")
    np.testing.assert_allclose(empty.pwm[-1], 0.25)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("JASPAR2017",), r"`release`.*JASPAR2014, JASPAR2016.*Received JASPAR2017\. Did you mean"),
        (("jaspar2016",), r"Received jaspar2016\. Did you mean 'JASPAR2016'\?"),
        (("HOCOMOCO",), r"`release`.*Received HOCOMOCO\.$"),
        (("JASPAR2016", "COER"), r"`collection`.*CNE, CORE.*Did you mean 'CORE'\?"),
        (("JASPAR2016", "CORE", "vertebrate"), r"`tax_group`.*Did you mean 'vertebrates'\?"),
        (("JASPAR2016", "PBM", "plants"), "JASPAR2016 has no motifs in collection PBM for plants"),
    ],
)
def test_what_jaspar_does_not_have_is_named_with_the_closest(arguments, message, capsys):
    with pytest.raises(ValueError, match=message):
        databases.load_jaspar(*arguments)
    assert capsys.readouterr().out == ""


def test_a_missing_package_says_what_to_do(monkeypatch):
    monkeypatch.setattr(databases.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        ModuleNotFoundError, match=r"pyjaspar, which is not installed.*source: file"
    ):
        databases.load_jaspar()
    assert not databases.has_jaspar()


def test_an_installed_package_is_seen():
    assert databases.has_jaspar()


# Identifiers


def test_identifiers_of_all_collections_and_releases_are_known(jaspar):
    known = databases.known_identifiers()
    assert {motif.identifier for motif in jaspar} <= known
    assert {"PB0001.1", "MA0601.1", "MA0083.1"} <= known
    assert "MA9999.1" not in known
    assert len(known) > 7000


def test_identifiers_are_read_without_biopython_and_at_once():
    code = (
        "import sys, time\n"
        "from motifgrid.motifs.databases import known_identifiers\n"
        "start = time.perf_counter(); known_identifiers(); print(time.perf_counter() - start)\n"
        "assert 'Bio' not in sys.modules and 'pyjaspar' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(PACKAGE)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert float(done.stdout) < 2.0  # 0.05 s on two idle cores


# Descriptions


def test_a_description_survives_writing_and_its_file_is_sorted(tmp_path):
    info = DatabaseInfo(name="a.meme", release="", motifs=3, sha256="0" * 64)
    databases.write_info(tmp_path / "info.json", info)
    assert databases.read_info(tmp_path / "info.json") == info
    text = (tmp_path / "info.json").read_text()
    assert list(json.loads(text)) == ["motifs", "name", "release", "sha256"]
    assert text.endswith("}\n")


@pytest.mark.parametrize("text", ["", "[1]", '{"name": "x"}', '{"name": "x", "colour": 1}'])
def test_a_file_that_is_no_description_is_named(tmp_path, text):
    (tmp_path / "info.json").write_text(text)
    with pytest.raises(ValueError, match=r"info\.json.*name, release, motifs and sha256"):
        databases.read_info(tmp_path / "info.json")


# Building


def test_building_jaspar_writes_the_motifs_and_their_description(tmp_path, jaspar, caplog):
    info = databases.build_database(JASPAR_2016, tmp_path / "db.meme", tmp_path / "db.json")
    assert (info.name, info.release, info.motifs) == (
        "JASPAR2016 CORE vertebrates",
        "JASPAR2016",
        519,
    )
    assert info.sha256 == hashlib.sha256((tmp_path / "db.meme").read_bytes()).hexdigest()
    assert databases.read_info(tmp_path / "db.json") == info
    written = read_meme(tmp_path / "db.meme")
    assert [motif.identifier for motif in written] == [motif.identifier for motif in jaspar]
    assert not caplog.records


def test_building_twice_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        databases.build_database(JASPAR_2016, tmp_path / f"{name}.meme", tmp_path / f"{name}.json")
    assert (tmp_path / "a.meme").read_bytes() == (tmp_path / "b.meme").read_bytes()
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_a_users_file_is_rewritten_in_one_spelling(tmp_path, caplog):
    row = "  0.5\t 0.25   0.125 0.125\n"
    blocks = [
        f"MOTIF M{number} my factor\nletter-probability matrix: alength= 4 w= 2 nsites= 7 E= 0\n"
        f"{row}{row}URL http://example.org\n\n"
        for number in range(50)
    ]
    (tmp_path / "mine.txt").write_text("MEME version 5\n\nALPHABET= ACGT\n\n" + "".join(blocks))
    settings = {"source": "file", "path": str(tmp_path / "mine.txt")}
    info = databases.build_database(settings, tmp_path / "db.meme", tmp_path / "db.json")
    assert info == DatabaseInfo("mine.txt", "", 50, info.sha256)
    text = (tmp_path / "db.meme").read_text()
    assert text.startswith("MEME version 4\n")
    assert "0.500000 0.250000 0.125000 0.125000\n" in text
    assert read_meme(tmp_path / "db.meme")[0].name == "my factor"
    assert not caplog.records


def test_few_motifs_are_logged(tmp_path, caplog):
    write_meme(tmp_path / "mine.meme", motifs_of(49))
    settings = {"source": "file", "path": str(tmp_path / "mine.meme")}
    databases.build_database(settings, tmp_path / "db.meme", tmp_path / "db.json")
    assert "mine.meme has 49 motifs" in caplog.text
    assert "below 50 motifs" in caplog.text


def test_a_database_without_motifs_is_an_error_and_writes_nothing(tmp_path):
    write_meme(tmp_path / "mine.meme", [])
    settings = {"source": "file", "path": str(tmp_path / "mine.meme")}
    with pytest.raises(ValueError, match=r"mine\.meme: no motifs"):
        databases.build_database(settings, tmp_path / "db.meme", tmp_path / "db.json")
    assert not (tmp_path / "db.meme").exists()
    assert not (tmp_path / "db.json").exists()


def test_a_users_broken_file_is_named_with_its_line(tmp_path):
    write_meme(tmp_path / "mine.meme", motifs_of(2))
    lines = (tmp_path / "mine.meme").read_text().splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith(SEAL))
    (tmp_path / "mine.meme").write_text(text.replace("0.250000", "0.75", 1))
    settings = {"source": "file", "path": str(tmp_path / "mine.meme")}
    with pytest.raises(MotifFileError, match=r"mine\.meme, line 13"):
        databases.build_database(settings, tmp_path / "db.meme", tmp_path / "db.json")


def test_an_unknown_source_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"`source`.*jaspar or file.*Received hocomoco"):
        databases.build_database({"source": "hocomoco"}, tmp_path / "a", tmp_path / "b")
