"""Users' interval files brought together by bedtools: blacklists and replicates of a track."""

import logging
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pybedtools

from motifgrid.formats.atomic import replacing
from motifgrid.formats.genome import other_name
from motifgrid.formats.peaks import read_peaks

logger = logging.getLogger(__name__)

BED3 = ["chrom", "start", "end"]


class BedtoolsError(RuntimeError):
    """The program bedtools is missing, or refused its input; the message says what to do."""


def merge_blacklists(
    paths: Sequence[Path | str], sizes: Mapping[str, int], margin: int, target: Path | str
) -> None:
    """Unite blacklists into one sorted BED file without overlaps.

    Regions are cut at the ends of their chromosomes; those that are outside of the genome are left
    out. The log counts both.

    Args:
        paths: BED files, plain or gzip.
        sizes: nucleotides of the genome's chromosomes.
        margin: nucleotides added on both sides of every region, within the chromosome.
        target: the BED file to write.

    Raises:
        BedtoolsError: no bedtools here.
        PeakFileError: a file is not BED.
        ValueError: a file says 1 where the genome says chr1, or the other way round.
    """
    regions = pd.concat([_read_inside(path, sizes) for path in paths], ignore_index=True)
    with _bedtools():
        order = pybedtools.chromsizes_to_file(
            {name: (0, size) for name, size in sizes.items()}, fn=_new_file()
        )
        # slop also cuts at the chromosome's end
        widened = _bed(regions).slop(g=order, b=margin)
        # merge refuses an empty file
        _save(widened.sort(g=order).merge() if len(regions) else widened, target)


def merge_replicates(paths: Sequence[Path | str], support: int, target: Path | str) -> None:
    """Unite the peaks of replicates into one sorted BED file without overlaps.

    Args:
        paths: peak files of one track.
        support: keep what is covered in at least this many of them.
        target: the BED file to write.

    Raises:
        BedtoolsError: no bedtools here.
        PeakFileError: a file is not a peak file.
        ValueError: nothing has that support, or there are fewer files.
    """
    if not 1 <= support <= len(paths):
        raise ValueError(f"support: {support} of {len(paths)} files. Expected 1 to {len(paths)}.")
    with _bedtools():
        merged = [_bed(_read(path)).sort().merge() for path in paths]
        kept = _supported(merged, support) if len(merged) > 1 else merged[0]
        if not len(kept):
            raise ValueError(
                f"No position is covered in {support} of the files "
                f"{', '.join(str(path) for path in paths)}. Lower support."
            )
        _save(kept.merge(), target)


def _supported(beds: Sequence[pybedtools.BedTool], support: int) -> pybedtools.BedTool:
    counted = pybedtools.BedTool().multi_intersect(i=[bed.fn for bed in beds])
    # the fourth column of multiinter is the number of files
    return counted.filter(lambda piece: int(piece[3]) >= support).cut([0, 1, 2]).saveas()


def _new_file() -> str:
    return pybedtools.BedTool._tmp()


def _read(path: Path | str) -> pd.DataFrame:
    return read_peaks(path)[BED3].astype({"chrom": str})


def _read_inside(path: Path | str, sizes: Mapping[str, int]) -> pd.DataFrame:
    regions = _read(path)
    for name in regions["chrom"].unique():
        if name not in sizes and other_name(name) in sizes:
            raise ValueError(
                f"{path}: the regions say {name} where the genome says {other_name(name)}. Give a "
                "blacklist with the genome's names of chromosomes."
            )
    size = regions["chrom"].map(dict(sizes))
    inside, cut = regions["start"] < size, regions["end"] > size
    logger.info(
        f"{path}: {inside.sum()} of {len(regions)} blacklisted regions are on the genome; "
        f"{(inside & cut).sum()} of these were cut at their chromosome's end"
    )
    return regions[inside]


def _bed(regions: pd.DataFrame) -> pybedtools.BedTool:
    return pybedtools.BedTool.from_dataframe(regions[BED3])


def _save(bed: pybedtools.BedTool, target: Path | str) -> None:
    with replacing(target) as temporary:
        bed.saveas(str(temporary))


@contextmanager
def _bedtools() -> Iterator[None]:
    """Keep bedtools' own files in a folder that goes away; say so where the program is missing."""
    if shutil.which("bedtools") is None:
        raise BedtoolsError(
            "Blacklists and replicates need the program bedtools, which is not on PATH. Install "
            "it (apt install bedtools, brew install bedtools), or run with --use-conda."
        )
    # pybedtools keeps its folder in tempfile.tempdir, which is everybody's
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory() as folder:
        pybedtools.set_tempdir(folder)
        try:
            yield
        except pybedtools.helpers.BEDToolsError as error:
            raise BedtoolsError(f"bedtools: {error.msg}") from error
        finally:
            tempfile.tempdir = before
