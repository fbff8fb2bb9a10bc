# Slurm by its own commands. For Slurm there is also profiles/slurm, which knows partitions.
submit_job() { # prints the job's number
  sbatch --parsable --job-name="$NAME" --cpus-per-task="$THREADS" --mem="${MEMORY_MB}M" --time="$MINUTES" \
    $([ "$GPUS" = 0 ] || echo "--gpus=$GPUS") --output="$LOG" "$1"
}
has_job() { squeue --noheader --states=all --format=%T --jobs="$1" 2>/dev/null | grep -q -E 'PEND|RUN|CONF|COMPLETING|SUSP|REQUEUE'; }
cancel_job() { scancel "$1"; }
