# What submit, status and cancel share: the functions of scheduler.sh, and how patient status is.

# Seconds after which a job that the scheduler does not have, and that did not say how it ended, has failed.
GONE_SECONDS=${GONE_SECONDS:-120}

profile=$(dirname "$0")
if [ ! -e "$profile/scheduler.sh" ]; then
  echo "There is no $profile/scheduler.sh: copy the one of $profile/schedulers/ that fits to it, and change it. If you have a copy of this profile, its config.yaml still names $profile." >&2
  exit 1
fi
. "$profile/scheduler.sh"
