"""The backend that Keras runs on, chosen before Keras is imported: this room does not import it."""

import importlib.util
import os
import sys
from pathlib import Path

BACKENDS = ("auto", "tensorflow", "jax")


class BackendError(RuntimeError):
    """A backend that is not installed, or is asked for too late."""


def select_backend(name: str = "auto", threads: int = 1) -> str:
    """Choose what Keras computes with in this process.

    TensorFlow is the faster one for these networks on a CPU, JAX on a GPU (docs/performance.md).

    Args:
        name: tensorflow, jax, or auto: JAX where it sees a GPU or TensorFlow is not installed,
            else TensorFlow.
        threads: CPU threads of the process, which JAX takes from the environment.

    Returns:
        tensorflow or jax.

    Raises:
        BackendError: the backend is not installed, or Keras runs on another one already.
        ValueError: an unknown name.
    """
    if name not in BACKENDS:
        raise ValueError(f"backend: '{name}'. Expected one of {', '.join(BACKENDS)}.")
    _prepare_jax(threads)
    chosen = _choose() if name == "auto" else name
    if not _is_installed(chosen):
        raise BackendError(
            f"training: backend: {name}, but {chosen} is not installed in {sys.prefix}. Set "
            "another backend, or take the environment of `make setup DEVICE=gpu`, which has both."
        )
    if "keras" in sys.modules and sys.modules["keras"].backend.backend() != chosen:
        raise BackendError(f"backend: {chosen} was asked for after Keras had started on another.")
    os.environ["KERAS_BACKEND"] = chosen
    return chosen


def _choose() -> str:
    if not _is_installed("tensorflow"):
        return "jax"
    return "jax" if _is_installed("jax") and _jax_sees_gpu() else "tensorflow"


def _is_installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _jax_sees_gpu() -> bool:
    # without its CUDA plugin JAX cannot see one, and need not be imported to know it
    if importlib.util.find_spec("jax_plugins") is None:
        return False
    import jax

    return any(device.platform == "gpu" for device in jax.devices())


def _prepare_jax(threads: int) -> None:
    """Say how JAX is to behave; it reads this once, when it starts.

    Compiled programs are kept in `.cache/jax` of the working directory: the next job of the same
    architecture takes them from there.
    """
    os.environ["NPROC"] = str(threads)
    # jobs that share a GPU must not each take three quarters of its memory
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(Path(".cache", "jax").resolve()))
    flags = os.environ.get("XLA_FLAGS", "")
    # on a GPU, sums in an order that may change and kernels chosen by timing would change weights
    wanted = {"xla_gpu_deterministic_ops": "true"}
    if threads == 1:
        wanted["xla_cpu_multi_thread_eigen"] = "false"
    missing = [f"--{name}={value}" for name, value in wanted.items() if name not in flags]
    os.environ["XLA_FLAGS"] = " ".join([flags, *missing]).strip()
