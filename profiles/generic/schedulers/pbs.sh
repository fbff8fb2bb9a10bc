# PBS Pro and OpenPBS.
submit_job() { # prints the job's number
  qsub -N "$(echo "$NAME" | cut -c 1-15)" -j oe -o "$LOG" -l "walltime=$((MINUTES / 60)):$((MINUTES % 60)):00" \
    -l "select=1:ncpus=$THREADS:mem=${MEMORY_MB}mb$([ "$GPUS" = 0 ] || echo ":ngpus=$GPUS")" "$1"
}
has_job() { qstat -f "$1" 2>/dev/null | grep -q 'job_state = [^FX]'; }
cancel_job() { qdel "$1"; }
