# Wildcard constraints made from the configuration, input functions, and the final targets.

import os
import re
import sys
from dataclasses import asdict
from functools import cache
from pathlib import Path

import yaml
from snakemake.logging import logger
from snakemake.settings.types import DeploymentMethod

_WORKFLOW = Path(str(workflow.current_basedir)).parent
sys.path.insert(0, str(_WORKFLOW / "workflow_scripts"))

from motifgrid import configuration, dataset_blocks, deadlines, jobs, places
from motifgrid.formats.atomic import remove_leftovers
from motifgrid.formats.published import read_published_numbers
from motifgrid.models.recipes import UNTRAINED
from motifgrid.provenance.sidecars import name_sidecars
from motifgrid.provenance.studies import describe_study
from motifgrid.report.names import sort_names
from motifgrid.report.scans import find_scans
from motifgrid.resources import lock

_SCHEMA = yaml.load(
    (_WORKFLOW / "schemas" / "config.schema.yaml").read_text(),
    # the one in C, where PyYAML was built with it, takes a tenth of the time
    Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader),
)
_PUBLISHED = read_published_numbers(_WORKFLOW / "studies" / "published.csv")
try:
    if workflow.is_main_process:
        configuration.require_single_keys(workflow.configfiles)
    STUDY = configuration.resolve(config, _SCHEMA, _PUBLISHED)
    SOURCES = configuration.list_sources(STUDY)
    if workflow.is_main_process:
        configuration.require_files(STUDY)
        configuration.require_sizes(STUDY, "results/resources/downloads")
        configuration.require_fit(STUDY, "results/resources/downloads")
        configuration.require_known_motifs(STUDY)
        # with --use-conda, a job's packages are in an environment that may be still to be made
        if DeploymentMethod.CONDA not in workflow.deployment_settings.deployment_method:
            configuration.require_packages(STUDY)
        for warning in configuration.list_warnings(STUDY):
            logger.warning(f"Worth a second look: {warning.strip()}")
except configuration.ConfigurationError as error:
    raise WorkflowError(str(error)) from None
# jobs get it from the environment, wherever they run: as a parameter it would do them all again
if "job_minutes" in STUDY:
    os.environ[deadlines.MINUTES] = str(STUDY["job_minutes"])

# the image of containers/, which holds the environments; asked for by --sdm conda apptainer
IMAGE = "motifgrid.sif"
_DEPLOYMENT = workflow.deployment_settings.deployment_method
if DeploymentMethod.APPTAINER in _DEPLOYMENT:
    if DeploymentMethod.CONDA not in _DEPLOYMENT:
        raise WorkflowError(
            "The image holds the environments of envs/, which jobs enter through conda: "
            "write --sdm conda apptainer."
        )
    if workflow.is_main_process and not Path(IMAGE).exists():
        raise WorkflowError(
            f"{Path(IMAGE).absolute()}: there is no such image. Make it in motifgrid's folder by "
            f"`apptainer build {IMAGE} containers/cpu.def` (gpu.def with require_gpu) and put it "
            "there, or run with --use-conda alone."
        )

    containerized: IMAGE


# For scripts, which write it beside their results. Snakemake compares no configuration, but it would
# compare a parameter, and make all again where a word of the study changes.
config = {**config, "provenance": describe_study(STUDY, SOURCES)}

CELLS = configuration.list_cells(STUDY)
IMPORTED = configuration.list_imported(STUDY)
TRAINED = sorted({cell.architecture for cell in CELLS} - set(IMPORTED))
DATASETS = sorted({cell.dataset for cell in CELLS})
FILTER_READOUTS = configuration.list_readouts(STUDY, configuration.FILTER_METHODS)
PATTERN_READOUTS = configuration.list_readouts(STUDY, configuration.PATTERN_METHODS)
READOUTS = sorted(FILTER_READOUTS + PATTERN_READOUTS)
SEQUENCE_READOUTS = configuration.list_readouts(STUDY, configuration.SEQUENCE_METHODS)
OPTIMISATIONS = configuration.list_readouts(STUDY, configuration.OPTIMISATIONS)
HIT_READOUTS = SEQUENCE_READOUTS + OPTIMISATIONS
IMPORTANCES = configuration.list_readouts(STUDY, configuration.IMPORTANCES)
CLASS_TABLES = [
    *("differences", "traits", "features", "class_counts"),
    *("biclusters", "sharing"),
]
RANKINGS = configuration.list_rankings(STUDY)
RANKED_INPUTS = configuration.list_ranked_inputs(STUDY)
CURVES = configuration.list_readouts(STUDY, configuration.CURVES)
DOWNLOADS = {source.name: source for source in SOURCES.values() if source.url}
WITH_SITES = [
    name
    for kind in dataset_blocks.WITH_TRUE_SITES
    for name in configuration.list_datasets(STUDY, kind)
]
GENOMES = dataset_blocks.list_genomes(STUDY["datasets"], SOURCES)
NUMBA_CACHE = ".cache/numba"
SPLITS = ("train", "valid", "test")
CELL_FILES = ["model.keras", "history.csv", "scores.csv", "cell.json"]
GPU = STUDY["training"]["require_gpu"]
KERAS_ENVIRONMENT = f"../envs/{'keras-gpu' if GPU else 'keras'}.yaml"


# Before the first job, and not where nothing is to be done: of results that nobody can change, a report
# can still be made.
onstart:
    try:
        places.require_writable("results")
    except places.PlaceError as error:
        raise WorkflowError(str(error)) from None
    remove_leftovers("results")


# Snakemake says what such a job was, but not what it means.
onerror:
    if any("SIGKILL" in Path(path).read_text() for path in log):
        logger.error(
            "A job was ended by SIGKILL. Where nobody did that, the system did, since memory ran out "
            "(dmesg says so): run fewer jobs at a time, with a lower --cores, or with --resources "
            "mem_mb=8000 for those that state 8 GB together. What is finished is kept, and a cell in "
            "training goes on from its checkpoint: run the same command again."
        )


def one_of(names):
    """A regular expression for exactly these names; of none, one that fits nothing."""
    return "|".join(re.escape(name) for name in sorted(names)) or "(?!)"


def grow(amount):
    """A job's memory (MB) or time (min): where an attempt fails, the next asks for as much more."""

    def of_attempt(wildcards, attempt):
        return amount * attempt

    return of_attempt


def grow_by_track(amount, more):
    """A job's memory (MB) where it reads the peaks of all tracks of a dataset: so much more for each."""

    def of_attempt(wildcards, attempt):
        return (amount + more * len(get_block(wildcards)["tracks"])) * attempt

    return of_attempt


@cache
def count_dataset_mb(path, splits):
    """Count the memory (MB) of splits of a dataset; of a broken one, which its jobs refuse, none."""
    # here, since few of Snakemake's own processes have any use for it
    from motifgrid.formats.dataset import DatasetFileError, count_bytes

    Path(path).stat()
    try:
        return count_bytes(path, splits) // 1_000_000
    except DatasetFileError:
        return 0


def hold(amount, times, *splits):
    """A job's memory (MB) where it holds splits of its datasets, so many times each.

    Snakemake asks again before the job starts where a dataset is still to be made.
    """

    def of_attempt(wildcards, input, attempt):
        paths = [input.dataset] if "dataset" in input.keys() else input.datasets
        largest = max(count_dataset_mb(str(path), splits) for path in paths)
        return (amount + times * largest) * attempt

    return of_attempt


wildcard_constraints:
    dataset="|".join(sorted(STUDY["datasets"])),
    architecture="|".join(sorted({cell.architecture for cell in CELLS})),
    seed=r"\d+",
    readout=one_of(READOUTS),


def get_files_of(cells, name):
    """One file of each of some cells."""
    return [f"results/cells/{d}/{a}/{s}/{name}" for d, a, s in cells]


def get_recipes_of(cells):
    """The recipes of the architectures of some cells, by name."""
    names = sorted({cell.architecture.removesuffix(UNTRAINED) for cell in cells})
    return {name: configuration.get_recipe(STUDY, name) for name in names}


def is_trained(cell):
    return all(Path(get_files_of([cell], name)[0]).exists() for name in CELL_FILES)


def is_of_one_architecture(batch):
    return len({cell[:2] for cell in batch}) == 1


def place_batch(batch):
    """Where logs of a job are, below the folder of its rule."""
    first, last = batch[0], batch[-1]
    if is_of_one_architecture(batch):
        return f"{first.dataset}/{first.architecture}/{first.seed}-{last.seed}"
    return "_to_".join(
        f"{cell.dataset}_{cell.architecture}_{cell.seed}" for cell in (first, last)
    )


def name_batch(batch):
    """A rule's name: letters, digits and _ only, since clusters name jobs by it."""
    return re.sub(r"\W", "_", f"train_{place_batch(batch)}")


def describe_batch(batch):
    first, last = batch[0], batch[-1]
    if is_of_one_architecture(batch):
        return (
            f"{first.architecture} on {first.dataset}, seeds {first.seed}-{last.seed}"
        )
    ends = " to ".join(
        f"{cell.architecture} on {cell.dataset}, seed {cell.seed}"
        for cell in (first, last)
    )
    return f"{len(batch)} cells: {ends}"


def list_job_files(cell):
    """The datasets of the cells that may share a job with a cell, and motifs that one begins as."""
    companions = COMPANIONS.get(cell, [cell])
    names = sorted({each.dataset for each in companions})
    files = {"datasets": [f"results/datasets/{name}.h5" for name in names]}
    recipes = get_recipes_of(companions).values()
    if any("initial_motifs" in recipe for recipe in recipes):
        files["motifs"] = ["results/resources/motifs.meme"]
    return files


def list_networks(cell):
    """What the cells that may share a job with a cell are, and how each is trained.

    A cell's job has the parameters of all of them, also where it trains that cell alone: Snakemake
    trains a cell again where they differ from those it was made with.
    """
    names = {each.architecture for each in COMPANIONS.get(cell, [cell])}
    return {
        name: {
            "recipe": configuration.get_recipe(STUDY, name),
            "training": configuration.get_training(STUDY, name),
        }
        for name in sorted(names)
    }


def get_cell(wildcards):
    return configuration.Cell(
        wildcards.dataset, wildcards.architecture, int(wildcards.seed)
    )


def get_job_files(wildcards):
    return list_job_files(get_cell(wildcards))


# Where a cell is trained is no reason to train it again. Snakemake compares no parameter that takes a
# job's resources.
def get_backend(wildcards, resources):
    return STUDY["training"]["backend"]


def get_require_gpu(wildcards, resources):
    return GPU


def get_job_networks(wildcards):
    return list_networks(get_cell(wildcards))


def get_published_files(wildcards):
    """The weights that others published, and what stands beside them to describe them."""
    return configuration.list_weight_files(get_cell_recipe(wildcards))


def get_cell_recipe(wildcards):
    return configuration.get_recipe(STUDY, wildcards.architecture)


def get_cell_files(name):
    """One file of every cell, in the order of CELLS."""
    return get_files_of(CELLS, name)


def get_files_read(readout, cells, name):
    """One file of a readout of each of some cells."""
    return [f"results/readouts/{readout}/{d}/{a}/{s}/{name}" for d, a, s in cells]


def name_reading_job(rule, readout, number, batch):
    """The name of a rule that does to several cells what another does to one."""
    return re.sub(r"\W", "_", f"{rule}_{readout}_{batch[0].dataset}_{number}")


def report_logos(readout, dataset, architecture, seed):
    """The sheet of a cell's filters, as the report lists it."""
    return report(
        *get_files_read(readout, [(dataset, architecture, seed)], "logos.svg"),
        caption="../report/captions/filter_logos.rst",
        category="Filters",
        subcategory=str(dataset),
        labels={"architecture": architecture, "seed": str(seed), "readout": readout},
    )


@cache
def list_cells_read(readout):
    """The cells that a readout reads."""
    return configuration.list_cells_read(STUDY, readout)


def list_readings(readouts=READOUTS):
    """Names of readouts, each with every cell that it reads, in order."""
    return [[each, *cell] for each in readouts for cell in list_cells_read(each)]


def get_readout_files(name, readouts=READOUTS, list_cells=list_cells_read):
    """One file of some readouts of the cells that a function lists."""
    return [
        path
        for each in readouts
        for path in get_files_read(each, list_cells(each), name)
    ]


def list_readings_with_sites():
    """Of `list_readings` those on datasets of which the true sites are known."""
    return [reading for reading in list_readings() if reading[1] in WITH_SITES]


def get_site_files():
    """The true sites of everything that `list_readings_with_sites` lists."""
    return [
        f"results/readouts/{readout}/{dataset}/{architecture}/{seed}/sites.csv"
        for readout, dataset, architecture, seed in list_readings_with_sites()
    ]


def list_read_batches(readouts):
    """The jobs that read several cells: of each its readout, number and cells."""
    size = STUDY.get("cells_read_per_job", STUDY["cells_per_job"])
    return [
        (readout, number, batch)
        for readout in readouts
        for number, batch in jobs.list_reading_jobs(list_cells_read(readout), size)
    ]


JOBS = jobs.list_jobs(
    [cell for cell in CELLS if cell.architecture in TRAINED],
    STUDY["cells_per_job"],
    STUDY["train_together"],
)
BATCHES = jobs.list_batches(JOBS, is_trained)
COMPANIONS = jobs.map_companions(JOBS)
SCANS = [scan.file_name for scan in find_scans(get_recipes_of(CELLS))]
MOST_CHECKED = 1000
MOST_GAP_CURVES = 12
MOST_DRAWN = 30
MOST_DASHBOARDS = 12
SHOWN_SEQUENCES = STUDY["dashboard"].get("sequences", 50)
PAIR_TABLES = {"pairs": "results/tables/pairs.csv"} if STUDY["pairs"] else {}
PUBLISHED_HITS = (
    {"hits": "results/tables/hits.csv"}
    if any(number["metric"] in configuration.OF_HITS for number in STUDY["published"])
    else {}
)
PUBLISHED_PAIRS = (
    {"pairs": "results/tables/pairs_datasets.csv"}
    if any(number["metric"] in configuration.OF_PAIRS for number in STUDY["published"])
    else {}
)
HIT_TABLES = {"hits": "results/tables/hits_summary.csv"} if HIT_READOUTS else {}
KMER_DATASETS = [
    name
    for name in DATASETS
    if "kmer" in STUDY["baselines"]
    and len(dataset_blocks.list_classes(STUDY["datasets"][name])) == 1
]
REPORTED = configuration.list_reported(STUDY)
BASELINE_TABLES = (
    {"baselines": "results/tables/baselines.csv"} if KMER_DATASETS or REPORTED else {}
)


def describe_readout(name):
    """What a readout does to a cell, whichever cells it reads and whatever they are compared with."""
    settings = STUDY["readouts"][name].items()
    return {
        key: value for key, value in settings if key not in configuration.OF_COMPARISONS
    }


def get_readout(wildcards):
    return describe_readout(wildcards.readout)


@cache
def map_filters(readout):
    """Of each cell that a readout of neurons reads, the readout of its filters that names these."""
    named = STUDY["readouts"][readout].get("filters")
    others = [named] if named else FILTER_READOUTS
    of_cell = {
        cell: other for other in reversed(others) for cell in list_cells_read(other)
    }
    cells = list_cells_read(readout)
    return {cell: of_cell[cell] for cell in cells if cell in of_cell}


def get_files_of_filters(wildcards, **names):
    """Files of the readout of filters that names the neurons of a cell, where there is any."""
    cell = get_cell(wildcards)
    filters = map_filters(wildcards.readout).get(cell)
    return {
        key: get_files_read(filters, [cell], name)[0]
        for key, name in names.items()
        if filters
    }


def get_drawn_filters(wildcards):
    """The motifs of a cell's filters that stand above its neurons, where it has any."""
    return get_files_of_filters(wildcards, motifs="motifs.meme")


def get_known_filters(wildcards):
    """The same, and what they match."""
    return get_files_of_filters(wildcards, motifs="motifs.meme", matches="matches.csv")


def get_ranked_filters(wildcards):
    """How a cell's filters match the motifs of its classes, where that is looked at."""
    cell, readout = get_cell(wildcards), wildcards.readout
    if readout not in RANKINGS or cell not in map_filters(readout):
        return {}
    return {"ranked": get_files_read(readout, [cell], "ranked_filters.csv")[0]}


def get_class_settings(wildcards):
    """What a readout of importance says of tables and figures of classes."""
    settings = STUDY["readouts"][wildcards.readout]
    keys = configuration.OF_CLASS_TABLES
    return {key: settings[key] for key in keys if key in settings}


def get_groups(wildcards):
    return STUDY["readouts"][wildcards.readout].get("groups", {})


def count_classes(wildcards):
    return len(dataset_blocks.list_classes(get_block(wildcards)))


def get_incomplete(wildcards):
    return STUDY["readouts"][wildcards.readout]["incomplete_scores"]


def list_rankings():
    """Names of readouts, each with every cell of which filters or best inputs are ranked, in order."""
    filters = [[each, *cell] for each in RANKINGS for cell in map_filters(each)]
    return filters + list_readings(RANKED_INPUTS)


def get_rankings(wildcards):
    return [
        path
        for readout, *cell in list_rankings()
        for path in get_files_read(readout, [cell], "ranked_filters.csv")
    ]


def get_maps(wildcards):
    """The maps of a cell that a readout of maps reads."""
    source = STUDY["readouts"][wildcards.readout]["of"]
    (maps,) = get_files_read(source, [get_cell(wildcards)], "attributions.h5")
    return maps


def get_recipes(wildcards):
    return get_recipes_of(c for c in CELLS if c.dataset == wildcards.dataset)


def get_simulation(wildcards):
    return configuration.get_simulation(STUDY, wildcards.dataset)


def get_implanted(wildcards):
    return dataset_blocks.get_implanted(get_block(wildcards))


def get_grammar(wildcards):
    return dataset_blocks.get_grammar(get_block(wildcards))


def get_download(wildcards):
    return asdict(DOWNLOADS[wildcards.file])


def get_checksum(wildcards):
    """What the download must be: as configured, or as when it first came."""
    return lock.get_locked(STUDY["resource_lock"], DOWNLOADS[wildcards.file]).sha256


def get_block(wildcards):
    return STUDY["datasets"][wildcards.dataset]


def locate(source):
    """The file of a source: a user's own, or where its download goes."""
    return source.path or f"results/resources/downloads/{source.name}"


def get_file(key):
    """A file that a dataset's block names under a key."""
    return lambda wildcards: locate(SOURCES[get_block(wildcards)[key]])


def get_packed_genome(wildcards):
    return locate(GENOMES[wildcards.genome])


def locate_fasta(name):
    """A genome as plain FASTA: a user's own where it is, any other unpacked."""
    source = GENOMES[name]
    plain = dataset_blocks.is_plain_fasta(source)
    return source.path if plain else f"results/resources/genomes/{name}.fa"


def get_fasta(wildcards):
    return locate_fasta(wildcards.genome)


def get_genome(wildcards):
    """A dataset's genome as FASTA, and its index."""
    name = dataset_blocks.genome_name(SOURCES[get_block(wildcards)["genome"]])
    index = f"results/resources/genomes/{name}.fai"
    return {"genome": locate_fasta(name), "index": index}


def get_blacklists(wildcards):
    return [locate(SOURCES[text]) for text in get_block(wildcards)["blacklist"]]


def get_merged_blacklist(wildcards):
    if not get_block(wildcards)["blacklist"]:
        return {}
    return {"blacklist": f"results/resources/blacklists/{wildcards.dataset}.bed"}


def get_peaks(wildcards):
    """One peak file per track: its own, or its replicates united."""
    paths = []
    for track in get_block(wildcards)["tracks"]:
        files = dataset_blocks.list_peaks(track)
        united = f"results/resources/replicates/{wildcards.dataset}/{track['name']}.bed"
        paths.append(locate(SOURCES[files[0]]) if len(files) == 1 else united)
    return paths


def get_track(wildcards):
    tracks = get_block(wildcards)["tracks"]
    return next(track for track in tracks if track["name"] == wildcards.track)


def get_replicates(wildcards):
    files = dataset_blocks.list_peaks(get_track(wildcards))
    return [locate(SOURCES[text]) for text in files]


def get_support(wildcards):
    return get_track(wildcards)["support"]


def get_classes(wildcards):
    return dataset_blocks.list_classes(get_block(wildcards))


def get_windows(wildcards):
    return dataset_blocks.get_windows(get_block(wildcards))


def get_fit(wildcards):
    return dataset_blocks.get_fit(get_block(wildcards))


def get_chipseq(wildcards):
    return dataset_blocks.get_chipseq(get_block(wildcards))


def get_assembly(wildcards):
    return get_block(wildcards).get("assembly")


def get_named_motifs(wildcards):
    return dataset_blocks.list_motifs(get_block(wildcards))


def get_motif_files(wildcards):
    """The motif database, where a class of the dataset names a motif."""
    if not dataset_blocks.list_motifs(get_block(wildcards)):
        return {}
    folder = "results/resources"
    return {"motifs": f"{folder}/motifs.meme", "info": f"{folder}/motifs.json"}


def get_architecture_tables():
    return [f"results/tables/architectures/{name}.csv" for name in DATASETS]


def get_dataset_reports():
    """The figure and the tables that describe each dataset."""
    figures = [
        f"results/figures/datasets/{name}.{kind}"
        for name in DATASETS
        for kind in ("svg", "png")
    ]
    tables = ["splits", "classes", "cooccurrence", "drops", "problems"]
    return figures + [
        f"results/tables/datasets/{name}/{table}.csv"
        for name in DATASETS
        for table in tables
    ]


def get_contrasted(wildcards):
    """The cells that a contrast shows: the first seed of every architecture."""
    return configuration.list_contrast(STUDY, wildcards.dataset, wildcards.readout)


def get_contrast_files(name):
    """One file of every cell that a contrast shows."""
    return lambda wildcards: get_files_read(
        wildcards.readout, get_contrasted(wildcards), name
    )


def get_contrasted_architectures(wildcards):
    return [cell.architecture for cell in get_contrasted(wildcards)]


def get_contrasted_seeds(wildcards):
    return [cell.seed for cell in get_contrasted(wildcards)]


def get_readout_of_cells(name):
    """One file of one readout of every cell that it reads."""
    return lambda wildcards: get_files_read(
        wildcards.readout, list_cells_read(wildcards.readout), name
    )


def get_cells_read(wildcards):
    return [list(cell) for cell in list_cells_read(wildcards.readout)]


def get_curve_cells(wildcards):
    """The cells on a dataset that a readout of curves reads."""
    return [
        list(cell)
        for cell in list_cells_read(wildcards.readout)
        if cell.dataset == wildcards.dataset
    ]


def get_curves(name):
    """One file of everything that `get_curve_cells` lists."""
    return lambda wildcards: get_files_read(
        wildcards.readout, get_curve_cells(wildcards), name
    )


def get_dataset_cells(wildcards):
    return [list(cell) for cell in CELLS if cell.dataset == wildcards.dataset]


def get_dataset_histories(wildcards):
    return get_files_of(get_dataset_cells(wildcards), "history.csv")


def list_paired():
    """The architectures of all pairs, each once, in their order."""
    names = dict.fromkeys(name for pair in STUDY["pairs"] for name in pair)
    return [name for name in names if name in STUDY["architectures"]]


def list_drawn():
    """The architectures beside each other in figures: paired ones, then all other trained ones."""
    others = sort_names(cell.architecture for cell in CELLS)
    trained = [name for name in others if not name.endswith(UNTRAINED)]
    names = list(dict.fromkeys([*list_paired(), *trained]))
    return names if len(names) <= MOST_DRAWN else list_paired()


def list_shown(dataset, readouts):
    """Readouts of a dashboard, each with the first trained cell of every architecture."""
    named = STUDY["dashboard"].get("architectures", STUDY["architectures"])
    shown = []
    for readout in readouts:
        first = {}
        for cell in list_cells_read(readout):
            if cell.dataset == dataset and cell.architecture in named:
                first.setdefault(cell.architecture, cell)
        shown += [(readout, first[name]) for name in sort_names(first)]
    return shown


def get_shown_files(name, readouts):
    """One file of everything that a dashboard shows of some readouts."""
    return lambda wildcards: [
        path
        for readout, cell in list_shown(wildcards.dataset, readouts)
        for path in get_files_read(readout, [cell], name)
    ]


def get_shown_readings(readouts):
    """Readout and architecture of each of these files."""
    return lambda wildcards: [
        [readout, cell.architecture]
        for readout, cell in list_shown(wildcards.dataset, readouts)
    ]


def get_shown_optima(wildcards):
    """Readout, architecture and definition of each best input that a dashboard shows."""
    return [
        [*shown, STUDY["readouts"][shown[0]]["definition"]]
        for shown in get_shown_readings(OPTIMISATIONS)(wildcards)
    ]


def get_shown_seeds(wildcards):
    """The seed of every architecture that a dashboard shows, in order."""
    cells = [cell for _, cell in list_shown(wildcards.dataset, HIT_READOUTS)]
    seeds = {cell.architecture: cell.seed for cell in cells}
    return {name: seeds[name] for name in sort_names(seeds)}


def get_kmer_settings(wildcards):
    settings = STUDY["baselines"]
    return {"k": settings["kmer"], "both_strands": settings.get("both_strands", False)}


def get_title(wildcards):
    # by a function, since Snakemake takes braces in a plain string for wildcards
    return STUDY["title"]


def get_table_name(wildcards):
    return STUDY["table"]


def get_note(wildcards):
    return STUDY["note"]


def get_database_files(wildcards):
    """A user's motif file, where the configuration names one."""
    database = STUDY["motif_database"]
    return [database["path"]] if database["source"] == "file" else []


def get_datasets():
    return [f"results/datasets/{name}.h5" for name in DATASETS]


def get_cells():
    """Every file of every cell: a target each, so that one that is lost is made again."""
    return [path for name in CELL_FILES for path in get_cell_files(name)]


def get_readouts(list_cells=list_cells_read):
    """Every file of every readout, for the same reason.

    Args:
        list_cells: of which cells of a readout files are asked for that a job may make of several.
    """
    names = ["motifs.meme", "filters.csv", "tomtom.tsv", "matches.csv", "fractions.csv"]
    names += ["logos.svg", "logos.png"]
    sites = get_site_files() if STUDY["matches"]["sites"] else []
    return [
        *(
            path
            for name in names
            for path in get_readout_files(name, list_cells=list_cells)
        ),
        *sites,
        *get_hits(list_cells),
        *get_importances(),
    ]


def get_hits(list_cells):
    """Every file of the readouts of sequences and of classes."""
    names = {
        "motifs.meme": HIT_READOUTS,
        "hits.csv": HIT_READOUTS,
        "tomtom.tsv": HIT_READOUTS,
        "hit_matches.csv": HIT_READOUTS,
        "hit_summary.csv": HIT_READOUTS,
        "attributions.h5": SEQUENCE_READOUTS,
        "optima.csv": OPTIMISATIONS,
        "optima_history.csv": OPTIMISATIONS,
    }
    pictures = ["optima.svg", "optima.png"]
    return [
        path
        for name, readouts in names.items()
        for path in get_readout_files(name, readouts, list_cells)
    ] + [path for name in pictures for path in get_readout_files(name, OPTIMISATIONS)]


def get_importances():
    """Every file of the readouts of feature importance."""
    names = ["feature_maps.h5", "importance.csv", "importance_runs.csv"]
    names += ["similarity.csv", "importance.svg", "importance.png"]
    names += [f"{name}.csv" for name in CLASS_TABLES] + ["traits.svg", "traits.png"]
    cells = {each: list_cells_read(each) for each in IMPORTANCES}
    several = {
        each: [
            cell
            for cell in read
            if len(dataset_blocks.list_classes(STUDY["datasets"][cell.dataset])) > 1
        ]
        for each, read in cells.items()
    }
    clustered = {
        each: read
        for each, read in several.items()
        if "biclusters" in STUDY["readouts"][each]
    }
    pictures = [
        f"{name}.{kind}"
        for name in ("similarity", "differences")
        for kind in ("svg", "png")
    ]
    blocks = ["biclusters.svg", "biclusters.png"]
    return [
        path
        for files, read in ((names, cells), (pictures, several), (blocks, clustered))
        for name in files
        for each in read
        for path in get_files_read(each, read[each], name)
    ]


def list_first_read(readout):
    """Of the cells of a readout, the first of every job that reads several."""
    together = readout in FILTER_READOUTS + HIT_READOUTS
    first = [batch[0] for _, _, batch in list_read_batches([readout] * together)]
    return first or list_cells_read(readout)


def get_grid():
    """What is asked of the grid: every file, or, where it has thousands of cells, one of every job.

    Snakemake takes a millisecond for every file that is asked for. Tables ask for what they are made
    of themselves, and `all_cells` and `all_readouts` always for every file.
    """
    if len(CELLS) > MOST_CHECKED:
        return get_readouts(list_first_read)
    return get_cells() + get_readouts()


def get_ranking_table():
    """The table of ranked filters, where a readout has any."""
    return {"rankings": "results/tables/ranked_filters.csv"} if list_rankings() else {}


def get_hit_tables():
    """Tables of hits and of ranked filters, where a readout has any."""
    names = ["hits", "hits_summary"] if HIT_READOUTS else []
    tables = [f"results/tables/{name}.csv" for name in names]
    return [*tables, *get_ranking_table().values()]


def get_dashboards():
    """A page for every dataset with readouts of sequences, where the configuration wants any."""
    shown = [name for name in DATASETS if list_shown(name, SEQUENCE_READOUTS)]
    # of hundreds of datasets nobody looks at every page: ask for one by its file name
    wanted = shown[:MOST_DASHBOARDS] if SHOWN_SEQUENCES else []
    return [f"results/dashboards/{name}.html" for name in wanted]


def get_site_tables(*names):
    """Tables of true sites, where the configuration asks for them and sites are known."""
    asked = STUDY["matches"]["sites"] and get_site_files()
    return [f"results/tables/{name}.csv" for name in names] if asked else []


def get_results():
    """Every table and figure over the grid, and the pages, of those that the study asks for."""
    names = ["cells", "scores", "matches", "summary", "table1", "published"]
    names += ["pairs", "pairs_datasets"] if STUDY["pairs"] else []
    return [
        "results/summary.md",
        *(f"results/tables/{name}.csv" for name in names),
        *BASELINE_TABLES.values(),
        *get_figures(),
        *get_dataset_reports(),
        *get_architecture_tables(),
        *get_site_tables("sites", "sites_summary"),
        *get_hit_tables(),
        *get_dashboards(),
    ]


def get_sidecars():
    """What tells of each of these what made it; the tables of a dataset share one."""
    sidecars = {}
    for path in get_results():
        own, of_folder = name_sidecars(path)
        is_shared = path.startswith("results/tables/datasets/")
        sidecars[str(of_folder if is_shared else own)] = None
    return list(sidecars)


def get_figures():
    read = [
        (readout, name)
        for readout in READOUTS
        for name in DATASETS
        if configuration.list_contrast(STUDY, name, readout)
    ]
    contrasts = [f"contrast/{readout}/{name}" for readout, name in read]
    known = [
        name for name in DATASETS if dataset_blocks.list_motifs(STUDY["datasets"][name])
    ]
    motifs = [f"motifs/{readout}/{name}" for readout, name in read if name in known]
    pools = [f"pool_size/{readout}" for readout in READOUTS]
    scans = [f"scans/{name}" for name in SCANS]
    # of hundreds of datasets nobody looks at every curve: ask for one by its file name
    trained = sorted({cell.dataset for cell in CELLS if cell.architecture in TRAINED})
    gap_curves = [f"gap_curves/{name}" for name in trained[:MOST_GAP_CURVES]]
    information = [f"information/{readout}" for readout in READOUTS]
    histories = ["history"] if TRAINED else []
    names = ["table1", *histories, *pools, *information, *contrasts, *motifs, *scans]
    if HIT_READOUTS:
        names += ["hits"]
    names += [
        f"roc/{each}/{name}"
        for each in CURVES
        for name in sorted({cell.dataset for cell in list_cells_read(each)})
    ]
    if STUDY["pairs"]:
        names += ["pairs", "spread", "gaps", *gap_curves]
    return [
        f"results/figures/{name}.{kind}" for name in names for kind in ("svg", "png")
    ]
