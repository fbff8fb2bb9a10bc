"""The hardware a job computes on: threads, the name of the device, the demand for a GPU."""

import platform

import keras


class NoGpuError(RuntimeError):
    """The configuration requires a GPU and the backend sees none."""


def prepare_device(threads: int, require_gpu: bool = False) -> str:
    """Limit the backend's threads and find out what it computes on.

    Call before the first computation of the process.

    Args:
        threads: CPU threads that one operation may use.
        require_gpu: fail where the backend sees no GPU.

    Returns:
        The device in words, for logs and for the record of a cell.

    Raises:
        NoGpuError: a GPU is required and absent.
    """
    _limit_threads(threads)
    gpus = _gpu_names()
    if require_gpu and not gpus:
        raise NoGpuError(
            f"training: require_gpu is true, but {keras.backend.backend()} sees no GPU on "
            f"{platform.node()}. Run on a machine with one, in the environment of `make setup "
            "DEVICE=gpu` or with --use-conda; or set require_gpu: false."
        )
    return ", ".join(gpus) if gpus else f"CPU, {threads} thread{'s' if threads > 1 else ''}"


def _limit_threads(threads: int) -> None:
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)


def _gpu_names() -> list[str]:
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        devices = tf.config.list_physical_devices("GPU")
        details = [tf.config.experimental.get_device_details(device) for device in devices]
        return [f"GPU {detail.get('device_name', 'of unknown name')}" for detail in details]
    import jax

    return [f"GPU {device.device_kind}" for device in jax.devices() if device.platform == "gpu"]
