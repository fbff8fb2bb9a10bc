"""Files as Keras 1.2 wrote them on Theano, and what such a network computes, from its file."""

import json

import h5py
import numpy as np

from motifgrid import dna

PUBLISHED = {"length": 101, "filters": [16], "widths": [25], "pools": [101], "dense": [32, 1]}
"""The networks of Liu & Gifford 2017."""
SMALL = {"length": 30, "filters": [5], "widths": [7], "pools": [30], "dense": [6, 1]}
LOCAL = {
    "length": 40,
    "filters": [5, 4],
    "widths": [8, 3],
    "pools": [3, 2],
    "dense": [6, 5, 3],
    "border_modes": ["valid", "same"],
}


def list_layers(length, filters, widths, pools, dense, border_modes=None):
    """The layers of a Sequential model, as `to_json` of Keras 1.2 describes them."""
    layers = []
    modes = border_modes or ["same"] * len(filters)
    for number, (count, width, pool, mode) in enumerate(
        zip(filters, widths, pools, modes, strict=True), 1
    ):
        options = {"nb_filter": count, "nb_row": 1, "nb_col": width, "border_mode": mode}
        options |= {"subsample": [1, 1], "dim_ordering": "th", "bias": True, "activation": "relu"}
        layers.append(layer("Convolution2D", f"convolution2d_{number}", **options))
        steps = [1, 1] if pool == length else [1, pool]
        pooling = {"pool_size": [1, pool], "strides": steps, "border_mode": "valid"}
        layers.append(layer("MaxPooling2D", f"maxpooling2d_{number}", dim_ordering="th", **pooling))
    layers[0]["config"]["batch_input_shape"] = [None, 4, 1, length]
    layers.append(layer("Flatten", "flatten_1"))
    for number, units in enumerate(dense, 1):
        last = number == len(dense)
        options = {"output_dim": units, "bias": True, "activation": "linear" if last else "relu"}
        layers.append(layer("Dense", f"dense_{number}", **options))
        layers += [] if last else [layer("Dropout", f"dropout_{number}", p=0.1)]
    return [*layers, layer("Activation", "activation_1", activation="sigmoid")]


def layer(kind, name, **options):
    return {"class_name": kind, "config": {"name": name, "trainable": True, **options}}


def to_json(layers):
    return json.dumps({"class_name": "Sequential", "keras_version": "1.2.0", "config": layers})


def write_network(path, network, layers=None, seed=0):
    """Write a file of `Model.save` with random weights; return its path."""
    described = layers or list_layers(**network)
    rng = np.random.default_rng(seed)
    shapes = list_shapes(**network)
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "1.2.0"
        file.attrs["model_config"] = to_json(described)
        weights = file.create_group("model_weights")
        for name, shape in shapes.items():
            group = weights.create_group(name)
            units = shape[0] if len(shape) == 4 else shape[1]
            spread = np.sqrt(4 / np.prod(shape) * units)
            kernel = rng.normal(0, spread, shape).astype(np.float32)
            group[f"{name}_W"] = kernel
            group[f"{name}_b"] = rng.normal(0, 0.2, units).astype(np.float32)
    return path


def list_shapes(length, filters, widths, pools, dense, border_modes=None):
    shapes, channels = {}, 4
    modes = border_modes or ["same"] * len(filters)
    blocks = zip(filters, widths, pools, modes, strict=True)
    for number, (count, width, pool, mode) in enumerate(blocks, 1):
        shapes[f"convolution2d_{number}"] = (count, channels, 1, width)
        length = (length if mode == "same" else length - width + 1) // pool
        channels = count
    inputs = channels * length
    for number, units in enumerate(dense, 1):
        shapes[f"dense_{number}"] = (inputs, units)
        inputs = units
    return shapes


def run_theano(path, indices):
    """Return probabilities (N, C) for base indices (N, L), from definitions and the file alone."""
    x = dna.one_hot(indices).astype(float).transpose(0, 2, 1)
    with h5py.File(path) as file:
        groups = file["model_weights"]
        for each in json.loads(file.attrs["model_config"])["config"]:
            options, name = each["config"], each["config"]["name"]
            own = groups.get(name, {})
            arrays = [own[f"{name}_{end}"][:] for end in "Wb" if f"{name}_{end}" in own]
            x = STEPS[each["class_name"]](x, options, *(a.astype(float) for a in arrays))
            x = ACTIVATIONS[options.get("activation", "linear")](x)
    return x


def convolve(x, options, kernel, bias):
    """The mathematical convolution: at n the sum over k of kernel[k] x[n - k]; its ends are cut."""
    count, length = len(x), x.shape[2]
    width = kernel.shape[3]
    full = np.zeros((count, len(kernel), length + width - 1))
    for k in range(width):
        full[:, :, k : k + length] += kernel[:, :, 0, k] @ x
    start, end = {"same": (width // 2, width // 2 + length), "valid": (width - 1, length)}[
        options["border_mode"]
    ]
    return full[:, :, start:end] + bias[:, None]


def pool(x, options):
    size, step = options["pool_size"][1], options["strides"][1]
    starts = range(0, x.shape[2] - size + 1, step)
    return np.stack([x[:, :, start : start + size].max(axis=2) for start in starts], axis=2)


STEPS = {
    "Convolution2D": convolve,
    "MaxPooling2D": pool,
    "Flatten": lambda x, _options: x.reshape(len(x), -1),
    "Dense": lambda x, _options, kernel, bias: x @ kernel + bias,
    "Dropout": lambda x, _options: x,
    "Activation": lambda x, _options: x,
}
ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
}
