"""Runs the tests that are about both backends, or about JAX alone, where Keras runs on JAX."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FILES = (
    "models/test_backend_layers.py",
    "models/test_expectation_pooling.py",
    "models/test_lanchantin.py",
    "models/test_scores.py",
    "readouts/test_feature_ascent.py",
    "readouts/test_passes.py",
    "training/test_program.py",
    "training/test_precision.py",
    "training/test_lanchantin_training.py",
)
UNOPTIMISED = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
"""What is compiled for a moment's work is sooner done as it is."""


@pytest.mark.parametrize(
    ("files", "flags"),
    [(FILES, UNOPTIMISED), (["training/on_jax"], "")],
    ids=["what holds on TensorFlow", "what JAX alone does"],
)
def test_it_holds_on_jax(tmp_path, files, flags):
    """Compiled programs are kept between the tests: many compile the same one."""
    environment = {
        **os.environ,
        "XLA_FLAGS": flags,
        "KERAS_BACKEND": "jax",
        "JAX_COMPILATION_CACHE_DIR": str(tmp_path),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.2",
    }
    paths = [str(TESTS / name) for name in files]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *paths]
    run = subprocess.run(
        command, cwd=TESTS.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-5000:]
    assert " passed" in run.stdout and "skipped" not in run.stdout
