"""Broken text files: peaks, genomes, motifs, sequence sets, Tomtom's tables."""

import gzip
import os

from inputs.broken import gather

from motifgrid.formats.genome import GenomeError, index_genome, open_genome, unpack_genome
from motifgrid.formats.meme import MotifFileError, read_meme
from motifgrid.formats.peaks import PeakFileError, read_peaks
from motifgrid.formats.sequence_sets import SequenceSetError, read_sequence_set
from motifgrid.formats.tomtom import COLUMNS, TomtomFileError, read_tomtom

GOOD = b"chr1\t10\t20\n"
NARROW = b"chr1\t10\t60\tpeak\t0\t.\t5.5\t-1\t-1\t25\n"


def narrow(column, text):
    """A good line of narrowPeak, then one with another text in a column, counted from 1."""
    cells = NARROW.rstrip(b"\n").split(b"\t")
    cells[column - 1] = text
    return NARROW + b"\t".join(cells) + b"\n"


BED = gather(
    "BED",
    read_peaks,
    PeakFileError,
    "a.bed",
    ("empty", b"", "no peaks in 1 lines"),
    ("only a header", b"track name=a\n#chrom\tstart\tend\n", "no peaks in 2 lines"),
    ("only blank lines", b"\n \n\t\n", "no peaks in 3 lines"),
    ("two columns", GOOD + b"chr1\t10\n", "line 2: 2 tab-separated columns in 'chr1\\t10'"),
    ("spaces for tabs", b"chr1 10 20\n", "line 1: 1 tab-separated column in 'chr1 10 20'"),
    ("tabs and spaces", GOOD + b"chr1\t10 20\n", "tabs, not spaces"),
    ("commas for tabs", b"chr1,10,20\n", "line 1: 1 tab-separated column"),
    ("another number of columns", GOOD + b"chr1\t1\t2\tx\n", "line 2: 4 columns, but 3 in line 1"),
    ("Windows line ends", GOOD + b"chr1\t30\t40\r\n", "line 2: a Windows line end"),
    ("old Macintosh line ends", b"chr1\t10\t20\rchr1\t30\t40\r", "line 1: a Windows line end"),
    ("UTF-8 with BOM", b"\xef\xbb\xbf" + GOOD, "line 1: begins with a byte order mark"),
    ("UTF-16", GOOD.decode().encode("utf-16"), "line 1: begins with a byte order mark"),
    (
        "UTF-16 without BOM",
        GOOD.decode().encode("utf-16-le"),
        "line 2: 1 tab-separated column in '\\x00'",
    ),
    ("start behind end", GOOD + b"chr1\t30\t25\n", "line 2: start 30 is greater than end 25"),
    ("start at end", b"chr1\t30\t30\n", "line 1: start and end are both 30"),
    ("negative start", GOOD + b"\nchr1\t-1\t25\n", "line 3: start is -1"),
    ("both negative", b"chr1\t-30\t-20\n", "line 1: start is -30"),
    ("a fraction", b"chr1\t10.5\t20\n", "line 1: start (column 2) is '10.5'"),
    ("thousands separated", b"chr1\t1,000\t2,000\n", "line 1: start (column 2) is '1,000'"),
    ("hexadecimal", b"chr1\t0x10\t0x20\n", "line 1: start (column 2) is '0x10'"),
    ("underscores", b"chr1\t1_0\t2_0\n", "line 1: start (column 2) is '1_0'"),
    ("other digits", "chr1\t\u0661\t\u0662\n".encode(), "line 1: start (column 2)"),
    ("true and false", b"chr1\tFalse\t20\nchr1\tTrue\t20\n", "line 1: start (column 2) is 'False'"),
    ("no number", b"chr1\t\t20\n", "line 1: start (column 2) is ''"),
    ("nan", b"chr1\tnan\t20\n", "line 1: start (column 2) is 'nan'"),
    ("inf", b"chr1\t10\tinf\n", "line 1: end (column 3) is 'inf'"),
    ("beyond 64 bits", b"chr1\t10\t99999999999999999999\n", "line 1: end (column 3) is '9999"),
    ("at 64 bits", b"chr1\t10\t9223372036854775807\n", "9223372036854775807 is beyond any"),
    ("beyond any chromosome", b"chr1\t10\t2e12\n", "line 1: 2000000000000 is beyond any"),
    ("column names", b"chrom\tstart\tend\n" + GOOD, "begin it with #"),
    ("columns in another order", b"10\t20\tchr1\n", "line 1: end (column 3) is 'chr1'"),
    ("no chromosome", b"\t10\t20\n", "line 1: chrom (column 1) is ''"),
    ("a space behind the chromosome", b"chr1 \t10\t20\n", "line 1: chrom (column 1) is 'chr1 '"),
    ("a NUL in the chromosome", b"chr1\x00\t10\t20\n", "line 1: chrom (column 1) is 'chr1\\x00'"),
    ("a NUL in a number", b"chr1\t10\t20\x00\n", "line 1: end (column 3) is '20\\x00'"),
    ("a bell in the chromosome", b"chr1\x07\t10\t20\n", "line 1: chrom (column 1) is 'chr1\\x07'"),
    ("an open quote", b'"chr1\t10\t20\nchr2\t3\t4"\n', "line 2: end (column 3) is '4\"'"),
    ("a web page", b"<!DOCTYPE html>\n<html><body>404</body></html>\n", "line 1: 1 tab-separated"),
    ("bytes", bytes(range(256)), "line 2: a Windows line end"),
    ("one endless line", b"chr1\t" + b"7" * 100_000, "line 1: 2 tab-separated columns in 'chr1"),
    ("a FASTA", b">chr1\nACGT\n", "line 1: 1 tab-separated column"),
    ("a folder", lambda path: path.mkdir(), "cannot be read (Is a directory)"),
    ("a pipe", os.mkfifo, "a pipe or a device. Expected a file"),
    ("nothing there", lambda path: None, "cannot be read (No such file"),
    ("a link to itself", lambda path: path.symlink_to(path), "cannot be read (Too many levels"),
)

NARROW_PEAK = gather(
    "narrowPeak",
    read_peaks,
    PeakFileError,
    "a.narrowPeak",
    ("summit behind the end", narrow(10, b"51"), "line 2: summit offset (column 10) is 51 in a"),
    ("summit before the start", narrow(10, b"-2"), "line 2: summit offset (column 10) is -2"),
    ("summit as a place", narrow(10, b"248956422"), "line 2: summit offset (column 10) is 2489"),
    ("a fraction of a summit", narrow(10, b"3.5"), "line 2: summit offset (column 10) is '3.5'"),
    ("no summit written", narrow(10, b""), "line 2: summit offset (column 10) is ''"),
    ("a dot for a summit", narrow(10, b"."), "line 2: summit offset (column 10) is '.'"),
    ("signal nan", narrow(7, b"nan"), "line 2: signalValue (column 7) is 'nan'"),
    ("signal inf", narrow(7, b"inf"), "line 2: signalValue (column 7) is inf"),
    ("signal beyond a float", narrow(7, b"1e999"), "line 2: signalValue (column 7) is inf"),
    ("no signal", narrow(7, b""), "line 2: signalValue (column 7) is ''"),
    ("a decimal comma", narrow(7, b"5,5"), "line 2: signalValue (column 7) is '5,5'"),
    ("cut in a line", NARROW + NARROW[:20], "line 2: 7 columns, but 10 in line 1"),
    ("broadPeak among it", NARROW + NARROW[:-4] + b"\n", "line 2: 9 columns, but 10 in line 1"),
    ("start behind end", narrow(2, b"70"), "line 2: start 70 is greater than end 60"),
)

PACKED = gzip.compress(GOOD * 200, mtime=0)

GZIP = gather(
    "gzip",
    read_peaks,
    PeakFileError,
    "a.bed.gz",
    ("text under its name", GOOD, "not gzip, though named .gz"),
    ("a web page under its name", b"<html>404</html>", "not gzip, though named .gz"),
    ("only its first bytes", PACKED[:2], "damaged gzip"),
    ("only its header", PACKED[:10], "damaged gzip"),
    ("cut in the middle", PACKED[: len(PACKED) // 2], "damaged gzip"),
    ("cut in its checksum", PACKED[:-6], "damaged gzip"),
    ("another checksum", PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:], "damaged gzip"),
    ("another size", PACKED[:-4] + b"\1\0\0\0", "damaged gzip"),
    ("a flipped bit", PACKED[:25] + bytes([PACKED[25] ^ 8]) + PACKED[26:], "damaged gzip"),
    ("text behind it", PACKED + GOOD, "damaged gzip"),
    ("half a second member", PACKED + PACKED[:30], "damaged gzip"),
    ("another method", b"\x1f\x8b\x07" + PACKED[3:], "damaged gzip"),
    ("packed twice", gzip.compress(PACKED, mtime=0), "line 1"),
    ("nothing in it", gzip.compress(b"", mtime=0), "no peaks in 1 lines"),
    ("a broken second member", PACKED + gzip.compress(b"chr1\t5\n"), "line 201: 2 tab-separated"),
    ("Windows line ends in it", gzip.compress(b"chr1\t1\t2\r\n"), "line 1: a Windows line end"),
)


def unpack(path):
    unpack_genome(path, path.parent / "unpacked.fa")


def index(path):
    index_genome(path, path.parent / "genome.fai")


SEQUENCE = b">chr1\nACGTACGT\nACGTACGT\n>chr2\nACGT\n"

FASTA = gather(
    "FASTA",
    unpack,
    GenomeError,
    "genome.fa",
    ("empty", b"", "empty. Expected a genome"),
    ("no header", b"ACGT\n", "starts with b'ACGT"),
    ("a header alone", b">chr1\n", "sequence chr1 is empty"),
    ("an empty sequence", b">chr1\n>chr2\nACGT\n", "sequence chr1 is empty"),
    ("an empty last sequence", b">chr1\nACGT\n>chr2\n\n", "sequence chr2 is empty"),
    ("a name twice", SEQUENCE + b">chr1 again\nAC\n", "sequence chr1 occurs more than once"),
    ("no name", b">\nACGT\n", "line 1: > without a name"),
    ("only blanks for a name", b">chr1\nAC\n> \t\nAC\n", "line 3: > without a name"),
    ("protein", b">chr1\nACGT\nMEEPQSDPSV\n", "line 3: character 'E'"),
    ("RNA", b">chr1\nACGU\n", "line 2: character 'U'"),
    ("gaps", b">chr1\nAC--GT\n", "line 2: character '-'"),
    ("blanks in lines", b">chr1\nACGT ACGT\n", "line 2: character ' '"),
    ("numbers in lines", b">chr1\n1 ACGT\n", "line 2: character '1'"),
    ("qualities", b">chr1\nACGT\n+\nIIII\n", "line 3: character '+'"),
    ("FASTQ", b"@read\nACGT\n+\nIIII\n", "starts with b'@read"),
    ("Windows line ends", b">chr1\r\nACGT\r\n", "line 1: Windows line end"),
    ("one Windows line end", b">chr1\nACGT\nAC\r\nGT\n", "line 3: Windows line end"),
    ("UTF-8 with BOM", b"\xef\xbb\xbf" + SEQUENCE, "byte-order mark"),
    ("UTF-16", SEQUENCE.decode().encode("utf-16"), "is UTF-16 text"),
    ("a NUL", b">chr1\nAC\x00GT\n", "line 2: character '\\x00'"),
    ("a web page", b"<html></html>", "is a web page"),
    ("bytes", b">chr1\n" + bytes(range(128, 256)), "line 2: character"),
    ("a zip archive", b"PK\x03\x04" + bytes(40), "is a zip archive"),
    ("bzip2", b"BZh91AY&SY", "is compressed with bzip2"),
    ("zstd", b"\x28\xb5\x2f\xfd" + bytes(9), "is compressed with zstd"),
    ("gzip cut short", gzip.compress(SEQUENCE)[:-9], "cut short or damaged", "genome.fa.gz"),
    ("gzip in gzip", gzip.compress(gzip.compress(SEQUENCE)), "another compressed file"),
    ("an endless header", b">chr1" + b"a" * 70_000 + b"\nACGT\n", "line 1: a header of more than"),
    ("an endless header of DNA", b">" + b"ACGT" * 3_000_000, "line 1: a header of more than"),
    ("a folder", lambda path: path.mkdir(), "no such genome file"),
    ("a pipe", os.mkfifo, "no such genome file"),
) + gather(
    "FASTA",
    index,
    GenomeError,
    "local.fa",
    ("local: protein", b">chr1\nACGT\nACPQ\n", "character 'P' in sequence chr1, line 2 of it"),
    ("local: RNA", b">chr1\nACGT\n>chr2\nACGU\n", "character 'U' in sequence chr2, line 1 of it"),
    ("local: lines of all lengths", b">c\nACGT\nAC\nACGT\n", "cannot be indexed"),
    ("local: a longer last line", b">c\nAC\nACGT\n", "cannot be indexed"),
    ("local: a name twice", b">c\nACGT\n>c\nAC\n", "cannot be indexed"),
    ("local: an empty sequence", b">c\n>d\nAC\n", "sequence c is empty"),
    ("local: gzip", gzip.compress(b">c\nAC\n"), "is gzip. Expected a plain FASTA"),
    ("local: a compressed name", b">c\nAC\n", "under the name of a compressed", "local.fa.gz"),
    ("local: latin-1 in a name", b">chr\xe9\nACGT\n", "cannot be indexed"),
)


def open_with_index(path):
    fasta = path.parent / "genome.fa"
    fasta.write_bytes(SEQUENCE)
    os.utime(fasta, (0, 0))
    return open_genome(fasta, path)


LINE = b"chr1\t16\t6\t8\t9\n"

INDEX = gather(
    "FASTA index",
    open_with_index,
    GenomeError,
    "genome.fai",
    ("empty", b"", "empty, or a name occurs twice"),
    ("a missing column", b"chr1\t16\t6\t8\n", "line 1: 'chr1\\t16\\t6\\t8'"),
    ("one column more", b"chr1\t16\t6\t8\t9\t1\n", "line 1"),
    ("text for a number", LINE + b"chr2\tfour\t30\t4\t5\n", "line 2: 'chr2\\tfour"),
    ("underscores", b"chr1\t1_6\t6\t8\t9\n", "line 1: 'chr1\\t1_6"),
    ("other digits", "chr1\t\u0661\t6\t8\t9\n".encode(), "line 1"),
    ("a negative offset", b"chr1\t16\t-6\t8\t9\n", "line 1"),
    ("a size beyond any", b"chr1\t" + b"9" * 30 + b"\t6\t8\t9\n", "line 1"),
    ("no bases in a line", b"chr1\t16\t6\t0\t9\n", "line 1"),
    ("more bases than bytes", b"chr1\t16\t6\t9\t8\n", "line 1"),
    ("no name", LINE[4:], "line 1: '\\t16\\t6"),
    ("a name twice", LINE + LINE, "a name occurs twice"),
    ("of another genome", b"chr9\t16\t6\t8\t9\n", "does not describe"),
    ("without a sequence", LINE, "does not describe"),
    ("an offset behind the file", b"chr1\t16\t999999\t8\t9\n", "does not describe"),
    ("not UTF-8", b"chr\xff\t16\t6\t8\t9\n", "line 1: byte b'\\xff' is not UTF-8"),
    ("a folder", lambda path: path.mkdir(), "no such index"),
)

HEAD = b"MEME version 4\n\nALPHABET= ACGT\n\n"
ROWS = b"0.25 0.25 0.25 0.25\n1 0 0 0\n"


def motif(settings=b"alength= 4 w= 2 nsites= 20", rows=ROWS, title=b"MOTIF M1 name"):
    return HEAD + title + b"\nletter-probability matrix: " + settings + b"\n" + rows


MEME = gather(
    "MEME",
    read_meme,
    MotifFileError,
    "motifs.meme",
    ("empty", b"", "no 'MEME version' line"),
    ("another format", b">MA0001.1\nA [ 0 1 ]\n", "no 'MEME version' line"),
    ("XML", b"<?xml version='1.0'?><MEME/>", "no 'MEME version' line"),
    ("protein", HEAD.replace(b"ACGT", b"ACDEFGHIKLMNPQRSTVWY"), "line 3: ALPHABET= ACDEF"),
    ("RNA", HEAD.replace(b"ACGT", b"ACGU"), "line 3: ALPHABET= ACGU"),
    ("no identifier", motif(title=b"MOTIF"), "line 5: MOTIF without an identifier"),
    ("no matrix", HEAD + b"MOTIF M1\n", "line 5: MOTIF M1 has no 'letter-probability matrix'"),
    ("the next motif for a matrix", HEAD + b"MOTIF A\nMOTIF B\n", "line 5: MOTIF A has no"),
    ("an identifier twice", motif() + motif()[len(HEAD) :], "motif identifier M1 occurs more than"),
    ("text for the width", motif(b"alength= 4 w= two"), "line 6: letter-probability matrix:"),
    ("width nan", motif(b"w= nan"), "Expected a whole number behind w="),
    ("width inf", motif(b"w= inf"), "Expected a whole number behind w="),
    ("a negative width", motif(b"w= -2"), "Expected a whole number behind w="),
    ("a fraction of a width", motif(b"w= 1.5"), "Expected a whole number behind w="),
    ("a smaller width", motif(b"w= 1"), "line 6: M1 has 2 rows, and w= 1"),
    ("a larger width", motif(b"w= 3"), "line 9: ''. Expected four probabilities"),
    ("an endless width", motif(b"w= 1e15"), "line 9: ''. Expected four probabilities"),
    ("no rows", motif(b"w= 0", b""), "line 6: M1 has 0 rows"),
    ("no rows and no width", motif(b"nsites= 20", b"\n"), "line 6: M1 has 0 rows"),
    ("another number of letters", motif(b"alength= 20 w= 2"), "Expected alength= 4"),
    ("negative sites", motif(b"w= 2 nsites= -5"), "Expected a number behind nsites="),
    ("sites nan", motif(b"w= 2 nsites= nan"), "Expected a number behind nsites="),
    ("sites inf", motif(b"w= 2 nsites= inf"), "Expected a number behind nsites="),
    ("three columns", motif(rows=b"0.5 0.25 0.25\n1 0 0 0\n"), "line 7: '0.5 0.25 0.25'"),
    ("five columns", motif(rows=b"0.2 0.2 0.2 0.2 0.2\n1 0 0 0\n"), "line 7"),
    ("counts", motif(rows=b"5 5 5 5\n20 0 0 0\n"), "line 7: '5 5 5 5'"),
    ("a row that sums to 0", motif(rows=b"0 0 0 0\n1 0 0 0\n"), "line 7: '0 0 0 0'"),
    ("a negative probability", motif(rows=b"1.5 -0.5 0 0\n1 0 0 0\n"), "line 7: '1.5 -0.5 0 0'"),
    ("nan", motif(rows=b"nan 1 0 0\n1 0 0 0\n"), "line 7: 'nan 1 0 0'"),
    ("inf", motif(rows=b"1 0 0 0\ninf 0 0 0\n"), "line 8: 'inf 0 0 0'"),
    ("decimal commas", motif(rows=b"0,25 0,25 0,25 0,25\n1 0 0 0\n"), "line 7: '0,25"),
    ("cut in a row", motif(rows=ROWS[:-6]), "line 8: '1'. Expected four"),
    ("UTF-8 with BOM", b"\xef\xbb\xbf" + motif(), "line 1: begins with a byte order mark"),
    ("UTF-16", motif().decode().encode("utf-16"), "line 1: begins with a byte order mark"),
    ("latin-1", motif(title=b"MOTIF M1 caf\xe9"), "line 5: byte b'\\xe9' is not UTF-8"),
    ("gzip", gzip.compress(motif(), mtime=0), "is not UTF-8. Expected plain text"),
    ("a control character", motif(title=b"MOTIF M\x07"), "has a character that is not shown"),
    ("text turned round", motif(title="MOTIF M \u202eGPJ".encode()), "that is not shown"),
    ("bytes", bytes(range(256)), "line 2: byte b'\\x80' is not UTF-8"),
    ("a folder", lambda path: path.mkdir(), "cannot be read (Is a directory)"),
    ("a pipe", os.mkfifo, "a pipe or a device"),
    ("nothing there", lambda path: None, "cannot be read (No such file"),
)

PAIR = ["q1", "MA1", "0", "1e-3", "0.5", "0.5", "10", "ACGT", "ACGT", "+"]


def pair(column, text):
    cells = list(PAIR)
    cells[COLUMNS.index(column)] = text
    lines = ["\t".join(COLUMNS), "\t".join(PAIR), "\t".join(cells)]
    return ("\n".join(lines) + "\n").encode()


TOMTOM = gather(
    "Tomtom",
    read_tomtom,
    TomtomFileError,
    "tomtom.tsv",
    ("empty", b"", "found an empty file"),
    ("another table", b"a\tb\n", "expected Tomtom's ten columns, found 'a\\tb'"),
    ("no header", "\t".join(PAIR).encode(), "expected Tomtom's ten columns, found 'q1"),
    ("commas for tabs", ",".join(COLUMNS).encode(), "expected Tomtom's ten columns"),
    ("a column less", pair("Orientation", "+")[:-3] + b"\n", "line 3: 9 columns"),
    ("a column more", pair("Orientation", "+\tx"), "line 3: 11 columns"),
    ("text for a p-value", pair("p-value", "small"), "line 3: p-value is 'small'"),
    ("a p-value nan", pair("p-value", "nan"), "line 3: p-value is 'nan'"),
    ("a negative p-value", pair("p-value", "-1"), "line 3: p-value is '-1'"),
    ("an E-value inf", pair("E-value", "inf"), "line 3: E-value is 'inf'"),
    ("an E-value beyond a float", pair("E-value", "1e999"), "line 3: E-value is '1e999'"),
    ("no E-value", pair("E-value", ""), "line 3: E-value is ''"),
    ("a fraction of an offset", pair("Optimal_offset", "1.5"), "line 3: Optimal_offset is '1.5'"),
    ("an endless overlap", pair("Overlap", "9" * 5000), "line 3: Overlap is '9999"),
    ("not UTF-8", pair("Target_ID", "x").replace(b"x", b"\xff"), "line 3: byte b'\\xff'"),
    ("nothing there", lambda path: None, "cannot be read (No such file"),
)

DEEPBIND = b"FoldID\tEventID\tseq\tBound\nA\tseq_1_peak\tACGT\t1\n"
ZENG = b">chr1:11-14 ACGT 1\n"

SEQUENCES = gather(
    "sequence sets",
    read_sequence_set,
    SequenceSetError,
    "set.seq.gz",
    ("DeepBind: a header alone", gzip.compress(DEEPBIND[:25]), "no sequences"),
    *(
        (name, gzip.compress(content, mtime=0), says)
        for name, content, says in (
            ("empty", b"", "empty. Expected labelled sequences"),
            ("neither format", b"ACGT\t1\n", "line 1: 'ACGT\\t1' begins neither"),
            ("no column", DEEPBIND.replace(b"Bound", b"bound"), "line 1: no column Bound"),
            ("a cell less", DEEPBIND + b"A\tx\tACGT\n", "line 3: 3 tab-separated"),
            ("a cell more", DEEPBIND + b"A\tx\tACGT\t1\t1\n", "line 3: 5 tab-separated"),
            ("another length", DEEPBIND + b"A\tx\tACGTA\t1\n", "line 3: the sequence of x has 5"),
            ("no sequence", DEEPBIND.replace(b"ACGT", b""), "line 2: the sequence of seq_1_peak"),
            ("IUPAC letters", DEEPBIND + b"A\tx\tACRT\t1\n", "has the letter 'R'"),
            ("RNA", DEEPBIND + b"A\tx\tACGU\t1\n", "has the letter 'U'"),
            ("a number for a label", DEEPBIND + b"A\tx\tACGT\t0.7\n", "the label of x is '0.7'"),
            ("no label", DEEPBIND + b"A\tx\tACGT\t\n", "line 3: the label of x is ''"),
            ("a bound shuffle", DEEPBIND + b"A\tx_shuf\tACGT\t1\n", "is named as a shuffle"),
            ("bytes", bytes(range(256)), "begins neither known format"),
            ("Zeng: two columns", ZENG + b">chr1:11-14 ACGT\n", "line 2: '>chr1:11-14 ACGT'"),
            ("Zeng: no >", ZENG + b"chr1:11-14 ACGT 1\n", "line 2"),
            ("Zeng: no place", ZENG + b">peak ACGT 1\n", "line 2: 'peak' is not a place"),
            ("Zeng: a place of 0", b">chr1:0-3 ACGT 1\n", "line 1: chr1:0-3 has a sequence"),
            ("Zeng: another length", b">chr1:11-20 ACGT 1\n", "Expected one of 10"),
            ("Zeng: reversed", b">chr1:14-11 ACGT 1\n", "line 1: chr1:14-11"),
            ("Zeng: endless", b">chr1:1-9999999999999 ACGT 1\n", "is not a place"),
            ("Zeng: no chromosome", b">:11-14 ACGT 1\n", "is not a place"),
            ("Zeng: latin-1", b">chr\xe9:11-14 ACGT 1\n", "is not a place"),
        )
    ),
)

ALL = [*BED, *NARROW_PEAK, *GZIP, *FASTA, *INDEX, *MEME, *TOMTOM, *SEQUENCES]
