"""Rule tomtom_engine: decide once which Tomtom this run uses, and get it ready."""

from motifgrid.logs import start_log

start_log(snakemake.log[0])

from motifgrid.motifs import comparison

comparison.use_cache(snakemake.params.cache)
engine = comparison.resolve_engine(snakemake.params.engine)
comparison.warm_up(engine)
comparison.write_engine(snakemake.output.engine, engine)
