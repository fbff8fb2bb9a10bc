# LSF. Memory is in MB here; clusters may count in another unit: LSF_UNIT_FOR_LIMITS in lsf.conf.
submit_job() { # prints the job's number
  bsub -J "$NAME" -o "$LOG" -n "$THREADS" -R "span[hosts=1] rusage[mem=$MEMORY_MB]" -M "$MEMORY_MB" -W "$MINUTES" \
    $([ "$GPUS" = 0 ] || echo "-gpu num=$GPUS") <"$1" | sed -n 's/^Job <\([0-9]*\)>.*/\1/p'
}
has_job() { bjobs -noheader -o stat "$1" 2>/dev/null | grep -q -E 'PEND|PROV|RUN|SUSP|WAIT|UNKWN'; }
cancel_job() { bkill "$1"; }
