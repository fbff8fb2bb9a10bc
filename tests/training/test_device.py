import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import tensorflow as tf

from motifgrid.training.device import NoGpuError, prepare_device

SCRIPTS = Path(__file__).parents[2] / "workflow_scripts"


@pytest.fixture
def machine(monkeypatch):
    """A machine with as many GPUs as one says; TensorFlow has begun here, its threads are fixed."""
    asked = []
    config = tf.config.threading
    monkeypatch.setattr(config, "set_intra_op_parallelism_threads", asked.append)
    monkeypatch.setattr(config, "set_inter_op_parallelism_threads", asked.append)

    def with_gpus(*details):
        monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: list(details))
        monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda detail: detail)
        return asked

    return with_gpus


@pytest.mark.parametrize(("threads", "text"), [(1, "CPU, 1 thread"), (2, "CPU, 2 threads")])
def test_a_machine_without_a_gpu_is_told_by_its_threads(machine, threads, text):
    asked = machine()
    assert prepare_device(threads) == text
    assert asked == [threads, threads]


def test_gpus_are_told_by_their_names(machine):
    machine({"device_name": "NVIDIA H200"}, {})
    expected = "GPU NVIDIA H200, GPU of unknown name"
    assert prepare_device(4) == expected
    assert prepare_device(4, require_gpu=True) == expected


def test_a_required_gpu_that_is_absent_is_an_error_with_its_key(machine):
    machine()
    message = r"training: require_gpu is true, but tensorflow sees no GPU .*require_gpu: false"
    with pytest.raises(NoGpuError, match=message):
        prepare_device(1, require_gpu=True)


def test_the_threads_of_a_fresh_process():
    code = (
        "import json\n"
        "from motifgrid.training.device import NoGpuError, prepare_device\n"
        "text = prepare_device(3)\n"
        "import tensorflow as tf\n"
        "tf.constant(1.0) + 1\n"
        "config = tf.config.threading\n"
        "threads = [config.get_intra_op_parallelism_threads(),\n"
        "           config.get_inter_op_parallelism_threads()]\n"
        "try:\n"
        "    prepare_device(3, require_gpu=True)\n"
        "except NoGpuError as error:\n"
        "    print(json.dumps([text, threads, str(error)]))\n"
    )
    hidden = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}
    command = [sys.executable, "-c", code]
    run = subprocess.run(
        command, cwd=SCRIPTS, env=hidden, capture_output=True, text=True, check=True
    )
    text, threads, error = json.loads(run.stdout)
    assert text == "CPU, 3 threads"
    assert threads == [3, 3]
    assert "require_gpu is true, but tensorflow sees no GPU" in error
