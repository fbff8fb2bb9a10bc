# motifgrid: `make` lists what can be done. GNU make 3.81 or newer.

# What to run with; any of them can be given on the command line, for example `make demo CORES=4`.
CORES ?= all
DEVICE ?= cpu
PYTEST_ARGS ?=
SNAKEMAKE_ARGS ?=

ifeq ($(DEVICE),cpu)
VENV := .venv
RUN := run
else ifeq ($(DEVICE),gpu)
VENV := .cache/venv-gpu
RUN := gpu
else
$(error DEVICE=$(DEVICE): expected cpu or gpu)
endif

# the Pythons to try, in this order; PYTHON=/path/to/python3 names one
ifdef PYTHON
PYTHONS := "$(PYTHON)"
else
PYTHONS := python3 python3.12 python3.11 python3.13
endif

# `python -m tool`, never `bin/tool`: it works in a moved clone and below a folder with blanks
IN_VENV := $(VENV)/bin/python -m
# a cluster's modules often set these; they would mix other packages into ours
unexport PYTHONHOME PYTHONPATH

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test lint setup lock containers clean

help:
	@echo "usage: make TARGET [VARIABLE=VALUE ...]"
	@sed -n 's/^\([a-z]*\): ## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r target text; do \
	  printf '  %-10s %s\n' "$$target" "$$text"; \
	done
	@echo "variables:"
	@echo "  CORES           how many cores the workflow may use (now: $(CORES))"
	@echo "  DEVICE          cpu, or gpu for JAX's CUDA build (now: $(DEVICE))"
	@echo "  PYTHON          the Python to make the environment with, 3.11 to 3.13"
	@echo "  SNAKEMAKE_ARGS  added to snakemake's command line, PYTEST_ARGS to pytest's"

# ---------------------------------------------------------------------------- the environment

define CHECK_PYTHON
import platform, sys
version, system = sys.version_info[:2], (platform.system(), platform.machine())
if not (3, 11) <= version < (3, 14):
    sys.exit("is Python %d.%d; TensorFlow has builds for 3.11, 3.12 and 3.13" % version)
if system not in (("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64")):
    sys.exit("runs on %s %s; TensorFlow has builds for Linux on x86_64 and aarch64 (on Windows:"
             " use WSL) and for Macs with Apple silicon" % system)
name, libc = platform.libc_ver()
if system[0] == "Linux" and (name != "glibc" or tuple(map(int, libc.split(".")[:2])) < (2, 28)):
    sys.exit("runs on %s %s; the packages need glibc 2.28 or newer" % (name or "an unknown libc", libc))
try:
    import ensurepip, venv
except ImportError:
    sys.exit("has no venv module (on Debian and Ubuntu: apt install python%d.%d-venv)" % version)
endef
export CHECK_PYTHON

# $(call install,NAME,VENV): bring VENV to requirements/NAME.txt with the first Python that will do
define install
	@refused=; for python in $(PYTHONS); do \
	  if ! command -v "$$python" >/dev/null; then reason="is not here"; \
	  elif reason=$$("$$python" -c "$$CHECK_PYTHON" 2>&1); then \
	    exec "$$python" requirements/install.py $(1) $(2); \
	  fi; \
	  refused="$$refused  $$python $$(printf '%s' "$${reason:-does not start}" | head -n 1)|"; \
	done; \
	echo "No Python here can run motifgrid:" >&2; printf '%s' "$$refused" | tr '|' '\n' >&2; \
	echo "Mend one of these, or name another: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; \
	exit 1
endef

# ------------------------------------------------------------------------------- the workflow

# A run that was killed leaves Snakemake's lock behind. This file holds the process of the run that
# is at work, so that a dead run's lock can be told from a living one's; a status from 128 is a kill.
RUNNING := .cache/run.pid
# $(call at_work,PROCESS): does it run? A killed process stays, dead, until its parent has asked for it;
# /proc tells it from a living one where there is no ps. While the kernel ends it, neither does.
at_work = kill -0 $(1) 2>/dev/null && ! { if [ -r /proc/$(1)/stat ]; then sed 's/.*) //' /proc/$(1)/stat; \
  else ps -o stat= -p $(1); fi 2>/dev/null | grep -q '^[ZX]'; }
SHOWN := results/report.html results/summary.md results/tables results/figures

demo: ## run the workflow on the embedded default and say where its report is
	$(call install,$(RUN),$(VENV))
	@if [ -s $(RUNNING) ]; then \
	  for second in 1 2 3 4 5 6 7 8 9 10; do \
	    if ! { $(call at_work,$$(cat $(RUNNING))); }; then break; fi; \
	    if [ $$second -lt 10 ]; then sleep 1; continue; fi; \
	    echo "A run, process $$(cat $(RUNNING)), is at work in this folder: wait for it or stop it." >&2; \
	    echo "If that process is something else: rm $(RUNNING)" >&2; exit 1; \
	  done; \
	  echo "The last run was killed: taking over where it stopped."; \
	  $(IN_VENV) snakemake --unlock --quiet all $(SNAKEMAKE_ARGS) && rm -f $(RUNNING); \
	fi
	@mkdir -p .cache
	@sh -c 'echo $$$$ >$(RUNNING); exec "$$@"' run $(IN_VENV) snakemake --cores $(CORES) \
	  --report results/report.html --report-after-run $(SNAKEMAKE_ARGS); \
	status=$$?; if [ $$status -lt 128 ]; then rm -f $(RUNNING); fi; \
	if [ $$status -ne 0 ]; then \
	  echo "The run stopped before its end. The messages above name the rules and their logs." >&2; \
	  echo "Snakemake's own log: $$(ls -t .snakemake/log/*.log 2>/dev/null | head -n 1)" >&2; \
	  echo "What is finished is kept: mend the cause and run the same command again." >&2; \
	  exit $$status; \
	fi
	@echo; echo "Done. What to open first:"; \
	for path in $(SHOWN); do if [ -e $$path ]; then echo "  $(CURDIR)/$$path"; fi; done

# ---------------------------------------------------------------------------------- the checks

test: ## run the tests
	$(call install,test,.venv)
	@.venv/bin/python -m pytest -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder --timeout 1200 --durations 5 $(PYTEST_ARGS)

lint: ## check the style of the Python and Snakemake code
	$(call install,test,.venv)
	.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .
	.venv/bin/python -m snakefmt --check Snakefile rules
	.venv/bin/python -m snakemake --lint

# -------------------------------------------------------------------------------- housekeeping

setup: ## install what demo needs, and run nothing
	$(call install,$(RUN),$(VENV))
	@echo "Ready. Run the workflow with: $(IN_VENV) snakemake --cores $(CORES)"

UV := 0.13.8
lock: ## write requirements/*.txt anew from *.in (UPGRADE=1: with the newest versions)
	$(call install,test,.venv)
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	@cd requirements && for name in run test gpu build; do \
	  ../.venv/bin/python -m uv pip compile --quiet --universal --python-version 3.11 \
	    --fork-strategy fewest --generate-hashes --no-emit-index-url --no-emit-find-links \
	    --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) $$name.in -o $$name.txt \
	    || exit 1; \
	done
	@echo "Wrote requirements/*.txt. The pins in envs/*.yaml follow run.txt: make test says which differ."

# As Snakemake writes them: it finds an image's environments again by the hash of each file. Only the
# image to start from is ours: the same one every day.
MINIFORGE := 25.3.1-0
containers: ## write containers/* anew from envs/ (needs conda on PATH)
	$(call install,run,.venv)
	@for device in cpu gpu; do for format in dockerfile:Dockerfile apptainer:def; do \
	  file=containers/$$device.$${format##*:}; \
	  .venv/bin/python -m snakemake --quiet rules --configfile config.yaml containers/$$device.yaml \
	    --containerize $${format%%:*} >$$file.new \
	    && sed 's/miniforge3:latest/miniforge3:$(MINIFORGE)/' $$file.new >$$file && rm $$file.new \
	    || { rm -f $$file.new; exit 1; }; \
	done; done
	@echo "Wrote containers/*."

clean: ## remove the environment; results/ stays
	@mkdir -p .cache && rm -rf .cache/removed-venv
	@if [ -e "$(VENV)" ]; then mv "$(VENV)" .cache/removed-venv && rm -rf .cache/removed-venv; fi
	@echo "Removed $(VENV). Results stay: remove results/ yourself if you want them gone."
