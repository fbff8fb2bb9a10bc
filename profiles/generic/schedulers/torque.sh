# Torque, and PBS older than 2018.
submit_job() { # prints the job's number
  qsub -N "$(echo "$NAME" | cut -c 1-15)" -j oe -o "$LOG" \
    -l "nodes=1:ppn=$THREADS$([ "$GPUS" = 0 ] || echo ":gpus=$GPUS"),mem=${MEMORY_MB}mb,walltime=$((MINUTES / 60)):$((MINUTES % 60)):00" "$1"
}
has_job() { qstat -f "$1" 2>/dev/null | grep -q 'job_state = [^CF]'; }
cancel_job() { qdel "$1"; }
