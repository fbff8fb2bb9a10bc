"""Runs the tests that are about both backends, or about JAX alone, where Keras runs on JAX."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
FILES = (
    "models/test_backend_layers.py",
    "models/test_expectation_pooling.py",
    "models/test_lanchantin.py",
    "training/test_program.py",
    "training/test_precision.py",
    "training/test_lanchantin_training.py",
    "training/on_jax",
)


def test_what_holds_on_tensorflow_holds_on_jax(tmp_path):
    """Compiled programs are kept between the tests: many compile the same one."""
    environment = {
        **os.environ,
        "KERAS_BACKEND": "jax",
        "JAX_COMPILATION_CACHE_DIR": str(tmp_path),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.2",
    }
    files = [str(TESTS / name) for name in FILES]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files]
    run = subprocess.run(
        command, cwd=TESTS.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-5000:]
    assert " passed" in run.stdout and "skipped" not in run.stdout
