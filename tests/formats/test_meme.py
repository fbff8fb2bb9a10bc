import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from shared_data import shared_data

from motifgrid.formats.meme import Motif, MotifFileError, read_meme, write_meme

HEADER = "MEME version 4\n\nALPHABET= ACGT\n\n"
ROW = "0.25 0.25 0.25 0.25\n"

counts = st.integers(1, 20).flatmap(
    lambda width: arrays(np.float64, (width, 4), elements=st.integers(0, 40).map(float))
)
pwms = counts.map(lambda table: (table + 1) / (table + 1).sum(axis=1, keepdims=True))
words = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
names = st.lists(words, max_size=3).map(" ".join)
motif_lists = st.lists(
    st.builds(Motif, identifier=words, pwm=pwms, nsites=st.integers(1, 10**6), name=names),
    max_size=4,
    unique_by=lambda motif: motif.identifier,
)


def motif_of(identifier, width=3, nsites=20, name=""):
    return Motif(identifier, np.full((width, 4), 0.25), nsites, name)


def write(folder, text):
    path = folder / "motifs.meme"
    path.write_text(text)
    return path


# Writing


def test_a_written_file_to_the_byte(tmp_path):
    motif = Motif("MA0001.1", np.array([[0.5, 0.5, 0, 0], [0, 1 / 3, 1 / 3, 1 / 3]]), 21.5, "AG L")
    write_meme(tmp_path / "a.meme", [motif])
    assert (tmp_path / "a.meme").read_text() == (
        "MEME version 4\n\n"
        "# sha256 of the other lines: "
        "1f98e14c3fa60d57cf57d34bfc1c5380e767ea59fad6346513ce04f6c39432c1\n"
        "\nALPHABET= ACGT\n\nstrands: + -\n\n"
        "Background letter frequencies\nA 0.25 C 0.25 G 0.25 T 0.25\n"
        "\nMOTIF MA0001.1 AG L\n"
        "letter-probability matrix: alength= 4 w= 2 nsites= 21.5 E= 0\n"
        "0.500000 0.500000 0.000000 0.000000\n"
        "0.000000 0.333333 0.333333 0.333333\n"
    )


@given(motif_lists)
def test_a_file_read_back_holds_the_same_motifs(tmp_path_factory, motifs):
    path = tmp_path_factory.mktemp("meme") / "a.meme"
    write_meme(path, iter(motifs))
    again = read_meme(path)
    assert [motif.identifier for motif in again] == [motif.identifier for motif in motifs]
    for motif, same in zip(motifs, again, strict=True):
        assert (same.name, same.nsites) == (motif.name, motif.nsites)
        np.testing.assert_allclose(same.pwm, motif.pwm, atol=2e-6)
        np.testing.assert_allclose(same.pwm.sum(axis=1), 1.0)


def test_writing_what_was_read_changes_at_most_the_last_digit(tmp_path):
    # Rows are made to sum to 1 on reading, so printed digits may move by one.
    generator = np.random.default_rng(1)
    motifs = [Motif(str(n), generator.dirichlet([1] * 4, 9), 10 + n) for n in range(20)]
    write_meme(tmp_path / "a.meme", motifs)
    write_meme(tmp_path / "b.meme", read_meme(tmp_path / "a.meme"))
    texts = [(tmp_path / name).read_text().split() for name in ("a.meme", "b.meme")]
    assert len(texts[0]) == len(texts[1])
    seal = texts[0].index("lines:") + 1
    for first, second in zip(*(text[:seal] + text[seal + 1 :] for text in texts), strict=True):
        assert first == second or abs(float(first) - float(second)) < 1.5e-6


def test_no_motifs_leave_a_header_that_can_be_read(tmp_path):
    write_meme(tmp_path / "a.meme", [])
    assert read_meme(tmp_path / "a.meme") == []


@pytest.mark.parametrize(
    ("matrix", "problem"),
    [
        (np.full((3, 4), 0.3), "is not a matrix of probabilities"),
        (np.zeros((3, 4)), "is not a matrix of probabilities"),
        (np.full((4, 5), 0.2), r"has a matrix of shape \(4, 5\)\. Expected \(W, 4\)"),
        (np.full(4, 0.25), r"has a matrix of shape \(4,\)\. Expected \(W, 4\)"),
    ],
)
def test_a_matrix_that_is_none_of_probabilities_is_not_written(tmp_path, matrix, problem):
    with pytest.raises(ValueError, match=f"Motif f7 {problem}"):
        write_meme(tmp_path / "a.meme", [Motif("f7", matrix, 10)])
    assert not list(tmp_path.iterdir())


def test_a_doubled_identifier_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="motif identifier f1 occurs more than once"):
        write_meme(tmp_path / "a.meme", [motif_of("f0"), motif_of("f1"), motif_of("f1")])


# Reading


def test_versions_3_to_5_names_and_blanks_are_read(tmp_path):
    path = write(
        tmp_path,
        "# made by hand\nMEME version 3.0\n\nALPHABET= ACGT\n\n"
        "MOTIF M1\n\nBL   MOTIF M1 width=2 seqs=5\n"
        "log-odds matrix: alength= 4 w= 2 n= 0 bayes= 0 E= 0\n -0.263 0.585 0.585 -2.585\n"
        "letter-probability matrix: alength= 4 w= 2 nsites= 5 E= 0\n"
        "  0.1\t0.2  0.3 0.4\t\n 1 0 0 0\nURL http://example.org\n\n"
        "MOTIF M2   two words \nletter-probability matrix: w= 1\n0.7 0.1 0.1 0.1\n",
    )
    first, second = read_meme(path)
    assert (first.identifier, first.name, first.nsites) == ("M1", "", 5.0)
    np.testing.assert_allclose(first.pwm, [[0.1, 0.2, 0.3, 0.4], [1, 0, 0, 0]])
    assert (second.identifier, second.name, second.nsites) == ("M2", "two words", 20.0)
    assert second.pwm.shape == (1, 4)


def test_a_width_that_is_not_stated_is_counted(tmp_path):
    path = write(
        tmp_path,
        f"{HEADER}MOTIF M1\nletter-probability matrix:\n{ROW * 3}\nMOTIF M2\n"
        f"letter-probability matrix: alength= 4 nsites= 8\n{ROW * 2}",
    )
    first, second = read_meme(path)
    assert (len(first.pwm), len(second.pwm)) == (3, 2)
    assert (first.nsites, second.nsites) == (20.0, 8.0)


def test_rounded_rows_are_made_to_sum_to_1(tmp_path):
    text = f"{HEADER}MOTIF M1\nletter-probability matrix: w= 1 nsites= 3\n0.33 0.33 0.33 0.00\n"
    (motif,) = read_meme(write(tmp_path, text))
    np.testing.assert_allclose(motif.pwm, [[1 / 3, 1 / 3, 1 / 3, 0]])


@pytest.mark.parametrize("text", ["", "\n", ">seq\nACGT\n", "MA0001.1\tAGL3\n0.25 0.25\n"])
def test_a_file_in_another_format_is_named(tmp_path, text):
    with pytest.raises(MotifFileError, match=r"motifs\.meme: no 'MEME version' line"):
        read_meme(write(tmp_path, text))


def test_another_alphabet_is_named_with_its_line(tmp_path):
    text = "MEME version 4\n\nALPHABET= ACDEFGHIKLMNPQRSTVWY\n"
    with pytest.raises(MotifFileError, match=r"motifs\.meme, line 3: .*Expected ALPHABET= ACGT"):
        read_meme(write(tmp_path, text))


def test_a_motif_without_an_identifier_is_named_with_its_line(tmp_path):
    with pytest.raises(MotifFileError, match=r"line 5: MOTIF without an identifier"):
        read_meme(write(tmp_path, f"{HEADER}MOTIF\n"))


@pytest.mark.parametrize(
    "rest", ["", "URL x\n", f"MOTIF M2\nletter-probability matrix: w= 1\n{ROW}"]
)
def test_a_motif_without_a_matrix_is_named_with_its_line(tmp_path, rest):
    with pytest.raises(MotifFileError, match=r"line 5: MOTIF M1 one has no 'letter-prob"):
        read_meme(write(tmp_path, f"{HEADER}MOTIF M1 one\n{rest}"))


@pytest.mark.parametrize(
    "row",
    [
        "0.25 0.25 0.25\n",
        "0.25 0.25 0.25 0.25 0.0\n",
        "0.25 0.25 0.25 0.5\n",
        "0.2 0.2 0.2 0.2\n",
        "1.5 -0.5 0.0 0.0\n",
        "0.25 0.25 x 0.25\n",
        "\n",
        "MOTIF M2\n",
        "",
    ],
)
def test_a_broken_row_is_named_with_its_line(tmp_path, row):
    text = (
        f"{HEADER}MOTIF M1\nletter-probability matrix: alength= 4 w= 2 nsites= 9 E= 0\n{ROW}{row}"
    )
    with pytest.raises(MotifFileError, match=r"motifs\.meme, line 8: .*Expected four prob"):
        read_meme(write(tmp_path, text))


@pytest.mark.parametrize("value", ["inf 0 0 0", "nan nan nan nan"])
def test_a_row_that_is_not_finite_is_refused(tmp_path, value):
    text = f"{HEADER}MOTIF M1\nletter-probability matrix: w= 1\n{value}\n"
    with pytest.raises(MotifFileError, match="line 7"):
        read_meme(write(tmp_path, text))


def test_a_matrix_head_without_numbers_is_named_with_its_line(tmp_path):
    text = f"{HEADER}MOTIF M1\nletter-probability matrix: w= 1 nsites= many\n{ROW}\n"
    with pytest.raises(MotifFileError, match=r"motifs\.meme, line 6: .*nsites= many"):
        read_meme(write(tmp_path, text))


def test_a_negative_probability_is_never_written(tmp_path):
    motif = Motif("M1", np.array([[1.5, -0.5, 0.0, 0.0]]), nsites=3)
    with pytest.raises(ValueError, match="M1 is not a matrix of probabilities"):
        write_meme(tmp_path / "motifs.meme", [motif])


def test_a_doubled_identifier_is_named_with_its_file(tmp_path):
    block = f"MOTIF M1\nletter-probability matrix: w= 1 nsites= 9\n{ROW}\n"
    with pytest.raises(MotifFileError, match=r"motifs\.meme: motif identifier M1 occurs more"):
        read_meme(write(tmp_path, HEADER + block + block))


# Real files


@pytest.mark.parametrize(
    ("parts", "count"),
    [
        (("jaspar", "JASPAR_CORE_2016_vertebrates.meme"), 519),
        (("jaspar", "JASPAR2024_CORE_vertebrates.from_pyjaspar.meme"), 879),
        (("tomtom_golden", "meme_suite_tests", "tests", "common", "sample.meme"), 5),
        (
            (
                "tomtom_golden/meme_suite_tests/doc/examples/tomtom_example_output_files",
                "JASPAR_CORE_2014_from_pyjaspar.meme",
            ),
            593,
        ),
        (
            (
                "tomtom_golden/meme_suite_tests/doc/examples/tomtom_example_output_files",
                "query_from_xml.meme",
            ),
            1,
        ),
        (("published", "tomtom_koo_eddy", "cnn_25_clip.meme"), 30),
    ],
)
def test_real_files_are_read(parts, count):
    motifs = read_meme(shared_data(*parts))
    assert len(motifs) == count
    for motif in motifs:
        np.testing.assert_allclose(motif.pwm.sum(axis=1), 1.0)
        assert motif.nsites > 0
        assert motif.pwm.shape[0] >= 3


def test_values_of_a_real_file():
    motifs = read_meme(shared_data("jaspar", "JASPAR_CORE_2016_vertebrates.meme"))
    ctcf = next(motif for motif in motifs if motif.identifier == "MA0139.1")
    assert (ctcf.name, ctcf.nsites, len(ctcf.pwm)) == ("CTCF", 911.0, 19)
    np.testing.assert_allclose(ctcf.pwm[0], [0.095290, 0.318729, 0.083242, 0.502738], atol=2e-6)
