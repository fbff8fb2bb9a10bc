"""Broken and hostile Keras archives: what is no model, and what would run code or fill memory."""

import functools
import io
import json
import os
import pickle
import tempfile
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
from inputs.broken import gather

from motifgrid.training.cell import ModelFileError, load_model

CONFIG, WEIGHTS, METADATA = "config.json", "model.weights.h5", "metadata.json"


class Trap:
    """What writes a file beside the model, if it is ever unpickled."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return (exec, (f"open({self.path!r}, 'w').close()",))


@functools.cache
def members():
    """The members of a good archive, as Keras writes them."""
    inputs = keras.Input((8, 4))
    outputs = keras.layers.Dense(2, name="output")(keras.layers.Flatten()(inputs))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        keras.Model(inputs, outputs).save(path)
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


def packed(method=zipfile.ZIP_STORED, **changes):
    """Return what writes a good archive with some members changed, left out (None) or added."""

    def write(path):
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, content in {**members(), **named(changes)}.items():
                if content is not None:
                    archive.writestr(name, content(path) if callable(content) else content)

    return write


def named(changes):
    """Return members by their names in an archive."""
    places = {"config": CONFIG, "weights": WEIGHTS, "metadata": METADATA}
    return {places.get(name, name): content for name, content in changes.items()}


def reconfigured(change):
    """A good archive whose configuration is changed as JSON."""

    def write_config(path):
        config = json.loads(members()[CONFIG])
        change(config, path)
        return json.dumps(config)

    return packed(config=write_config)


def instead_of_flatten(layer):
    """Another layer in the place of one without weights; `layer` gets the path of the archive."""

    def change(config, path):
        layers = config["config"]["layers"]
        place = next(i for i, each in enumerate(layers) if each["class_name"] == "Flatten")
        layers[place] = {**layers[place], "registered_name": None, **layer(path)}
        layers[place]["config"] = {"name": layers[place]["name"], **layers[place]["config"]}

    return reconfigured(change)


def function_layer(name, module="builtins"):
    function = {"class_name": "function", "config": name, "module": module, "registered_name": name}
    return {
        "class_name": "Lambda",
        "module": "keras.layers",
        "config": {"function": function, "trainable": True, "dtype": "float32"},
    }


def code_layer(path):
    """A Lambda layer with marshalled code that writes a file, as Keras itself saves it."""
    mark = str(path.with_name("ran"))
    flat = "__import__('keras').ops.reshape(x, (-1, 32))"
    layer = keras.layers.Lambda(eval(f"lambda x: (open({mark!r}, 'w').close(), {flat})[1]"))
    return {"class_name": "Lambda", "module": "keras.layers", "config": layer.get_config()}


def of_class(name, module, /, **config):
    return lambda path: {"class_name": name, "module": module, "config": config}


def weights(change):
    def write(path):
        stream = io.BytesIO(members()[WEIGHTS])
        with h5py.File(stream, "r+") as file:
            change(file)
        return stream.getvalue()

    return packed(weights=write)


def kernel(value=None, **options):
    """Put another array in the place of the dense layer's kernel."""

    def change(file):
        place = next(
            name for name in _names(file) if name.endswith("vars/0") and "dense" in name.lower()
        )
        shape, dtype = file[place].shape, file[place].dtype
        del file[place]
        if isinstance(value, h5py.ExternalLink | h5py.SoftLink):
            file[place] = value
        elif options:
            file.create_dataset(place, dtype=dtype, **options)
        elif value is not None:
            file[place] = np.broadcast_to(value, shape) if np.ndim(value) == 0 else value

    return weights(change)


def _names(file):
    names = []
    file.visit(lambda name: names.append(name))
    return names


def write_pickle(path):
    path.write_bytes(pickle.dumps(Trap(path.with_name("ran"))))


def write_hdf5_model(path):
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": []})


def write_twice(path):
    packed()(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(CONFIG, b"{}")


def write_folder(path):
    path.mkdir()
    for name, content in members().items():
        (path / name).write_bytes(content)


def encrypt(path):
    """Set the flag of an encrypted member, in its header and in the directory."""
    packed()(path)
    content = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(signature)
        while place >= 0:
            content[place + flags] |= 1
            place = content.find(signature, place + 1)
    path.write_bytes(bytes(content))


def cut(part):
    def write(path):
        packed()(path)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * part)])

    return write


def flip(member):
    """Change bytes in the middle of a member, so that its checksum is another."""

    def write(path):
        packed()(path)
        content, inner = bytearray(path.read_bytes()), members()[member]
        place = content.find(inner) + len(inner) // 2
        content[place] ^= 0xFF
        path.write_bytes(bytes(content))

    return write


ESCAPES = (
    "../escaped",
    "/tmp/escaped",
    "..\\escaped",
    "assets/../../escaped",
    "assets/a.txt",
    "a.pkl",
)

KERAS = gather(
    "Keras archive",
    load_model,
    ModelFileError,
    "model.keras",
    ("empty", b"", "no zip file named .keras"),
    ("text", b"a model", "no zip file named .keras"),
    ("a pickle", write_pickle, "no zip file named .keras"),
    ("a pickle under another name", write_pickle, "no zip file named .keras", "model.pkl"),
    ("a model of Keras 1 to 2", write_hdf5_model, "no zip file named .keras"),
    ("the same as .h5", write_hdf5_model, "can hold code and are not loaded", "model.h5"),
    ("a folder", write_folder, "no such file"),
    ("a pipe", os.mkfifo, "no such file"),
    ("nothing there", lambda path: None, "no such file"),
    ("cut in the middle", cut(0.5), "no zip file named .keras"),
    ("cut at its end", cut(0.99), "no zip file named .keras"),
    ("another byte in the configuration", flip(CONFIG), "not a readable Keras model"),
    ("another byte in the weights", flip(WEIGHTS), "not a readable Keras model"),
    ("an encrypted archive", encrypt, "not a readable Keras model"),
    ("a member twice", write_twice, "each once"),
    (
        "no configuration",
        packed(config=None),
        "holds 'metadata.json', 'model.weights.h5'; expected",
    ),
    ("no weights", packed(weights=None), "expected metadata.json, config.json, model.weights.h5"),
    *((f"a member {name}", packed(**{name: b"x"}), "holds") for name in ESCAPES),
    ("configuration cut", packed(config=b'{"module": '), "not a readable Keras model"),
    ("configuration without end", packed(config=b"[" * 9000), "not a readable Keras model"),
    ("configuration as a list", packed(config=b"[]"), "not a readable Keras model"),
    ("configuration as text", packed(config=b'"model"'), "not a readable Keras model"),
    ("configuration not UTF-8", packed(config=b"\xff\xfe"), "not a readable Keras model"),
    (
        "a layer for a model",
        packed(
            config=json.dumps(
                {
                    "class_name": "Dense",
                    "module": "keras.layers",
                    "config": {"units": 2},
                    "registered_name": None,
                }
            ).encode()
        ),
        "holds no model",
    ),
    ("code in a Lambda layer", instead_of_flatten(code_layer), "not a readable Keras model"),
    (
        "eval in a Lambda layer",
        instead_of_flatten(lambda path: function_layer("eval")),
        "not a readable",
    ),
    (
        "os.system in a layer",
        instead_of_flatten(lambda path: function_layer("system", "os")),
        "not a read",
    ),
    (
        "a download in a layer",
        instead_of_flatten(lambda path: function_layer("get_file", "keras.utils")),
        "not a readable",
    ),
    (
        "a model of TensorFlow",
        instead_of_flatten(of_class("TFSMLayer", "keras.layers", filepath="/tmp/a")),
        "not a readable",
    ),
    (
        "a model of Torch",
        instead_of_flatten(of_class("TorchModuleWrapper", "keras.layers", module="x")),
        "not a readable",
    ),
    (
        "a class of Python",
        instead_of_flatten(of_class("Popen", "subprocess", args="true")),
        "not a read",
    ),
    (
        "a class of Keras that is no layer",
        instead_of_flatten(of_class("ModelCheckpoint", "keras.callbacks", filepath="/tmp/a")),
        "not a readable",
    ),
    (
        "a layer without end",
        instead_of_flatten(of_class("RepeatVector", "keras.layers", n="x")),
        "not a read",
    ),
    ("weights of text", packed(weights=b"no"), "not a readable Keras model"),
    ("weights cut", packed(weights=lambda path: members()[WEIGHTS][:-200]), "not a readable Keras"),
    ("no kernel", kernel(), "not a readable Keras model"),
    ("a kernel of another shape", kernel(np.zeros((3, 3))), "not a readable Keras model"),
    ("a kernel nan", kernel(np.nan), "infinite or missing numbers"),
    ("a kernel inf", kernel(np.inf), "infinite or missing numbers"),
    ("a kernel without end", kernel(shape=(2**40, 2), chunks=(1, 2)), "not a readable Keras model"),
    ("a kernel elsewhere", kernel(h5py.ExternalLink("/etc/passwd", "x")), "not a readable Keras"),
    (
        "bytes of another file",
        kernel(shape=(32, 2), external=[("/etc/passwd", 0, 256)]),
        "not a read",
    ),
    (
        "weights of zeros without end",
        packed(zipfile.ZIP_DEFLATED, weights=lambda path: bytes(2**27)),
        "unpack to 134,",
    ),
)
