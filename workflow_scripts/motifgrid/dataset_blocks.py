"""What a dataset's block in the configuration says: its classes, its files, and what is wrong."""

import glob
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path

from motifgrid.datasets import grammars, implanted
from motifgrid.datasets.expressions import list_patterns
from motifgrid.datasets.grammars import GrammarSettings, read_grammar
from motifgrid.datasets.implanted import ImplantedSettings
from motifgrid.datasets.selection import WindowSettings
from motifgrid.datasets.splits import REST, SplitError, parse_region
from motifgrid.datasets.tracks import FitSettings
from motifgrid.formats.dataset import SPLITS
from motifgrid.formats.sequence_sets import peek_length
from motifgrid.resources.sources import (
    ASSEMBLIES,
    Source,
    SourceError,
    parse_source,
    require_distinct_names,
)

Block = Mapping[str, object]

_FILE_KEYS = {
    "simulated": (),
    "implanted": (),
    "grammar": (),
    "genome": ("genome",),
    "chipseq": ("genome", "peaks"),
    "sequences": ("train", "test"),
    "deepsea": ("train", "valid", "test"),
}
"""Keys of a block that each name one file."""

_NO_CHIPSEQ_SETTINGS = {"kind", "class", "genome", "assembly", "peaks", "train", "test"} | {
    field.name for field in fields(FitSettings)
}
"""Keys of a single-factor set that are no settings of `datasets.chipseq` (slow to import here)."""

_PEAK_SUFFIX = re.compile(r"(\.(narrowPeak|broadPeak|bed|bed3|gz|txt))+$", re.IGNORECASE)
_GENOME_SUFFIX = re.compile(r"(\.(fa|fasta|fna|2bit|gz|bgz))+$", re.IGNORECASE)
_PLAIN_FASTA = re.compile(r"\.(fa|fasta|fna)$", re.IGNORECASE)
WITH_TRUE_SITES = ("simulated", "implanted", "grammar")
"""Kinds of datasets that know where their motifs lie."""

RESERVED = "mean"
"""Name of a row of the score tables, see `training.metrics`."""

_LETTERS = re.compile(r"[ACGT]{2,32}")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.+-]+")


class BlockError(ValueError):
    """A block that cannot be completed; the message names the key and the fix."""


def complete_block(key: str, block: dict[str, object]) -> None:
    """Complete, in place, what defaults cannot.

    These are tracks by a pattern, an assembly, motifs' names, the experiments of a grammar's class,
    and the patterns of a grammar, also those that labels write by their letters.

    Raises:
        BlockError: the pattern fits no file.
    """
    if block.get("genome") in ASSEMBLIES:
        block.setdefault("assembly", block["genome"])
    if isinstance(block.get("tracks"), str):
        block["tracks"] = list(_list_tracks(key, block["tracks"]))
    if "motifs" in block:
        block["motifs"] = list(_name_motifs(block))
    if block.get("kind") == "grammar":
        block["classes"] = [each for entry in block["classes"] for each in _list_experiments(entry)]
        block["patterns"] = dict(sorted(dict(_name_patterns(block)).items()))


def list_classes(block: Block) -> list[dict[str, object]]:
    """List a dataset's classes in the order of the network's outputs, each with its `name`."""
    if "class" in block:
        return [block["class"]]
    return block["tracks"] if block["kind"] == "genome" else block["classes"]


def list_motifs(block: Block) -> list[dict[str, object]]:
    """List what names a motif, classes or motifs behind one; the ground truth is made of these."""
    if "motifs" in block:
        return block["motifs"]
    if "patterns" in block:
        named = [{"name": name, **entry} for name, entry in block["patterns"].items()]
        return [entry for entry in named if "motif" in entry]
    return [entry for entry in list_classes(block) if "motif" in entry]


def list_classes_without_motif(block: Block) -> list[dict[str, object]]:
    """List the classes that name no motif; of implants or patterns all, where none has one."""
    if "motifs" in block or "patterns" in block:
        return [] if list_motifs(block) else list_classes(block)
    return [entry for entry in list_classes(block) if "motif" not in entry]


def list_files(block: Block) -> list[tuple[str, str]]:
    """List the files that a block names, as (key, text)."""
    files = [(key, block[key]) for key in _FILE_KEYS[block["kind"]] if key in block]
    files += [("blacklist", text) for text in block.get("blacklist", [])]
    for track in block.get("tracks", []):
        files += [(f"tracks: {track['name']}: peaks", text) for text in list_peaks(track)]
    return files


def list_peaks(track: Block) -> list[str]:
    """List the peak files of a track."""
    peaks = track["peaks"]
    return [peaks] if isinstance(peaks, str) else list(peaks)


def get_windows(block: Block) -> dict[str, object]:
    """Return the settings of a genome dataset's windows, see `datasets.selection`."""
    return {field.name: block[field.name] for field in fields(WindowSettings)}


def get_implanted(block: Block) -> dict[str, object]:
    """Return the settings of an implanted dataset, see `datasets.implanted`."""
    return {field.name: block[field.name] for field in fields(ImplantedSettings)}


def get_grammar(block: Block) -> dict[str, object]:
    """Return the settings of a grammar's dataset, see `datasets.grammars`."""
    return {field.name: block[field.name] for field in fields(GrammarSettings)}


def get_chipseq(block: Block) -> dict[str, object]:
    """Return the settings of a single-factor set, see `datasets.chipseq`."""
    renamed = {"width" if key == "length" else key: value for key, value in block.items()}
    return {key: renamed[key] for key in renamed if key not in _NO_CHIPSEQ_SETTINGS}


def get_fit(block: Block) -> dict[str, object]:
    """Return what happens to peaks that do not fit the genome, see `datasets.tracks`."""
    return {field.name: block[field.name] for field in fields(FitSettings)}


def find_problems(key: str, block: Block) -> Iterator[str]:
    """Describe what the schema cannot see, one sentence a problem.

    Args:
        key: where the block stands, to begin each sentence with.
        block: complete.
    """
    yield from _find_name_problems(key, block)
    if block["kind"] == "simulated":
        yield from _find_simulation_problems(key, block)
    if block["kind"] == "implanted":
        yield from _find_implanted_problems(key, block)
    if block["kind"] == "grammar":
        yield from _find_grammar_problems(key, block)
    if block["kind"] == "genome":
        yield from _find_genome_problems(key, block)
    if block["kind"] in ("genome", "chipseq"):
        yield from _find_region_problems(key, block["splits"])


def list_sources(blocks: Mapping[str, Block], resources: Mapping[str, Source]) -> dict[str, Source]:
    """Find what every file of all datasets is.

    Args:
        blocks: datasets by name, complete.
        resources: the configuration's resources by key.

    Returns:
        By the text in the configuration, the source.

    Raises:
        SourceError: with every text that means nothing, one per line; or two downloads that
            would become one file.
    """
    sources, problems = {}, []
    for name, block in blocks.items():
        for key, text in list_files(block):
            try:
                sources[text] = resources.get(text) or parse_source(text)
            except SourceError as error:
                problems.append(f"datasets: {name}: {key}: {error}")
    if problems:
        raise SourceError("\n".join(problems))
    require_distinct_names({**resources, **sources})
    return sources


def find_missing_files(blocks: Mapping[str, Block], sources: Mapping[str, Source]) -> Iterator[str]:
    """Describe every local file that is not there."""
    for name, block in blocks.items():
        for key, text in list_files(block):
            path = sources[text].path
            if path and not Path(path).is_file():
                yield (
                    f"datasets: {name}: {key}: no file {path}. Paths are relative to the working "
                    f"directory, {Path.cwd()}; a file from elsewhere is a URL or an accession."
                )


def find_lengths(
    blocks: Mapping[str, Block], sources: Mapping[str, Source], folder: Path | str
) -> dict[str, int]:
    """Find how long the sequences of published sets are whose training file is here.

    Args:
        blocks: datasets by name, complete.
        sources: from `list_sources`.
        folder: where downloads go.

    Returns:
        Nucleotides by name; sets whose file is not here yet, or cannot be read, are left out.
    """
    lengths = {}
    for name, block in blocks.items():
        if block["kind"] == "sequences":
            source = sources[block["train"]]
            lengths[name] = peek_length(source.path or Path(folder) / source.name)
    return {name: length for name, length in lengths.items() if length}


def genome_name(source: Source) -> str:
    """Return what a genome is called among results: its file's name without suffixes."""
    return _NOT_IN_NAMES.sub("-", _GENOME_SUFFIX.sub("", source.name))


def is_plain_fasta(source: Source) -> bool:
    """Tell a local, uncompressed FASTA, which is used where it is, by its name."""
    return bool(source.path and _PLAIN_FASTA.search(source.path))


def list_genomes(blocks: Mapping[str, Block], sources: Mapping[str, Source]) -> dict[str, Source]:
    """List the genomes of all datasets by `genome_name`.

    Raises:
        SourceError: two different files would get the same name.
    """
    genomes: dict[str, Source] = {}
    for block in blocks.values():
        if "genome" in block:
            source = sources[block["genome"]]
            other = genomes.setdefault(genome_name(source), source)
            if other != source:
                raise SourceError(
                    f"genomes: {other.path or other.url} and {source.path or source.url} would "
                    f"both be called {genome_name(source)}. Rename one of the files."
                )
    return genomes


def _name_motifs(block: Block) -> Iterator[dict[str, object]]:
    alone = len(block["motifs"]) == 1
    for entry in block["motifs"]:
        if isinstance(entry, str):
            yield {"name": block["class"]["name"] if alone else entry, "motif": entry}
        else:
            yield entry


def _name_patterns(block: Block) -> Iterator[tuple[str, dict[str, object]]]:
    """List patterns by name, each with its letters: those of `patterns`, and what labels spell."""
    for name, said in block["patterns"].items():
        yield name, {"letters": said} if isinstance(said, str) else said
    for entry in block["classes"]:
        for word in list_patterns(entry["label"]):
            if word not in block["patterns"] and _LETTERS.fullmatch(word):
                yield word, {"letters": word}


def _list_experiments(entry: Block) -> Iterator[dict[str, object]]:
    """Yield a class, or as many as its `experiments` say, which are numbered from 1."""
    said = {key: value for key, value in entry.items() if key != "experiments"}
    for number in range(1, entry.get("experiments", 0) + 1):
        yield {**said, "name": f"{entry['name']}-{number}"}
    if "experiments" not in entry:
        yield said


def _list_tracks(key: str, pattern: str) -> Iterator[dict[str, object]]:
    paths = sorted(glob.glob(pattern))  # noqa: PTH207 - the pattern may be absolute
    if not paths:
        raise BlockError(
            f"{key}: tracks: no file fits {pattern}. The pattern is relative to the working "
            f"directory, {Path.cwd()}."
        )
    for path in paths:
        stem = _PEAK_SUFFIX.sub("", Path(path).name)
        yield {"name": _NOT_IN_NAMES.sub("-", stem).lstrip("_.+-"), "peaks": path, "support": 1}


def _find_name_problems(key: str, block: Block) -> Iterator[str]:
    where = "tracks" if block["kind"] == "genome" else "classes"
    entries = list_classes(block)
    names = [entry["name"] for entry in entries]
    for name in sorted({name for name in names if names.count(name) > 1}):
        files = [file for entry in entries if entry["name"] == name for file in _list_own(entry)]
        found = f" ({', '.join(files)})" if files else ""
        yield f"{key}: {where}: {name} occurs more than once{found}. Give each another name."
    if RESERVED in names:
        yield f"{key}: {where}: no class may be called {RESERVED}, a row of the score tables."
    columns = [entry["column"] for entry in entries if "column" in entry]
    for column in sorted({column for column in columns if columns.count(column) > 1}):
        yield f"{key}: {where}: column {column} is given to more than one class."


def _list_own(entry: Block) -> list[str]:
    return list_peaks(entry) if "peaks" in entry else []


def _find_simulation_problems(key: str, block: Block) -> Iterator[str]:
    names = [entry["name"] for entry in list_classes(block)]
    if len(names) == 1:
        yield (
            f"{key}: classes: {names[0]} alone would be in every sequence, which leaves no "
            "negative to learn from. Expected two classes or more, or kind: implanted, which has "
            "negatives."
        )
    for setting in ("motif_counts", "splits"):
        if abs(sum(block[setting]) - 1) > 1e-9:
            yield f"{key}: {setting}: {block[setting]}. Expected numbers that sum to 1."
    for share, split in zip(block["splits"], SPLITS, strict=True):
        if round(share * block["sequences"]) < 1:
            yield f"{key}: splits: {split} would be empty. Expected at least one sequence in each."


def _find_implanted_problems(key: str, block: Block) -> Iterator[str]:
    for problem in implanted.find_problems(ImplantedSettings(**get_implanted(block))):
        yield f"{key}: {problem}"
    said = [value for entry in block["motifs"] for value in {entry["name"], entry["motif"]}]
    for value in sorted({value for value in said if said.count(value) > 1}):
        yield f"{key}: motifs: {value} occurs more than once. Expected each motif and name once."


def _find_grammar_problems(key: str, block: Block) -> Iterator[str]:
    for name, entry in block["patterns"].items():
        if _LETTERS.fullmatch(name) and name != entry["letters"]:
            yield (
                f"{key}: patterns: {name} is spelled {entry['letters']}. Expected another name, "
                "since labels may write patterns by their letters."
            )
    grammar = read_grammar(block["patterns"], block["classes"])
    for problem in grammars.find_problems(grammar, GrammarSettings(**get_grammar(block))):
        yield f"{key}: {problem}"


def _find_genome_problems(key: str, block: Block) -> Iterator[str]:
    beyond = block["length"] - block["bin"]
    if beyond < 0 or beyond % 2:
        yield (
            f"{key}: length: {block['length']} is not the bin ({block['bin']}) and the same number "
            "of nucleotides on both sides of it."
        )
    if len(block["tracks"]) == 1 and block["negative_bins"] == 0:
        yield (
            f"{key}: negative_bins: with one track and 0, every window would be positive. "
            "Expected for example 1, as many windows without a peak as with one."
        )
    for track in block["tracks"]:
        if track["support"] > len(list_peaks(track)):
            yield (
                f"{key}: tracks: {track['name']}: support: {track['support']} of "
                f"{len(list_peaks(track))} files. Expected at most as many as there are files."
            )


def _find_region_problems(key: str, splits: str | Mapping[str, object]) -> Iterable[str]:
    for name in [] if isinstance(splits, str) else SPLITS:
        for text in [] if splits[name] == REST else splits[name]:
            try:
                parse_region(text)
            except SplitError as error:
                yield f"{key}: splits: {name}: {error}"
