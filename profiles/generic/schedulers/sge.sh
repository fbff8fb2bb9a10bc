# Grid Engine. Clusters differ in the name of the parallel environment (smp), and in whether h_vmem is
# per slot, as here: qconf -spl, qconf -sc.
submit_job() { # prints the job's number
  qsub -terse -N "$NAME" -j y -o "$LOG" -S /bin/sh -pe smp "$THREADS" -l "h_rt=$((MINUTES * 60))" \
    -l "h_vmem=$((MEMORY_MB / THREADS + 1))M" $([ "$GPUS" = 0 ] || echo "-l gpu=$GPUS") "$1"
}
has_job() { qstat -j "$1" >/dev/null 2>&1; }
cancel_job() { qdel "$1"; }
