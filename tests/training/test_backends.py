import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from motifgrid.training.backends import BackendError, select_backend

SCRIPTS = Path(__file__).parents[2] / "workflow_scripts"
PRINT = """
import json, os, sys
from motifgrid.training.backends import select_backend
chosen = select_backend({name!r}, threads={threads})
import keras
print(json.dumps([chosen, keras.backend.backend(), os.environ["NPROC"]]))
"""
HIDE = """
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == {name!r} else find(name, *more)
"""


def python(code):
    clean = {key: value for key, value in os.environ.items() if key != "KERAS_BACKEND"}
    command = [sys.executable, "-c", code]
    run = subprocess.run(
        command, cwd=SCRIPTS, env=clean, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.parametrize("name", ["tensorflow", "jax"])
def test_keras_runs_on_the_backend_that_is_named(name):
    assert python(PRINT.format(name=name, threads=1)) == [name, name, "1"]


def test_without_a_gpu_auto_is_tensorflow():
    assert python(PRINT.format(name="auto", threads=2)) == ["tensorflow", "tensorflow", "2"]


def test_without_tensorflow_auto_is_jax():
    code = HIDE.format(name="tensorflow") + PRINT.format(name="auto", threads=1)
    assert python(code)[:2] == ["jax", "jax"]


def test_a_backend_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(
        BackendError, match=r"backend: jax, but jax is not installed in .*DEVICE=gpu"
    ):
        select_backend("jax")


def test_a_backend_that_comes_too_late_is_an_error():
    import keras

    other = {"tensorflow": "jax", "jax": "tensorflow"}[keras.backend.backend()]
    with pytest.raises(BackendError, match="after Keras had started"):
        select_backend(other)


def test_an_unknown_backend_is_answered_with_those_that_are():
    message = r"backend: 'torch'\. Expected one of auto, tensorflow, jax"
    with pytest.raises(ValueError, match=message):
        select_backend("torch")


def test_one_thread_is_one_thread_on_jax():
    code = """
import json
from motifgrid.training.backends import select_backend
select_backend("jax", threads=1)
import jax, jax.numpy as jnp, threading, os
a = jnp.ones((1500, 1500))
for _ in range(3):
    (a @ a).block_until_ready()
import time
wall, cpu = time.perf_counter(), time.process_time()
for _ in range(10):
    (a @ a).block_until_ready()
print(json.dumps([(time.process_time() - cpu) / (time.perf_counter() - wall)]))
"""
    # one busy thread uses at most one second of processor a second
    assert python(code)[0] < 1.3
