"""Programs of small networks, and the orders of their sequences, for the tests of programs."""

import keras
import numpy as np
from training_toys import build_toy, planted

from motifgrid import dna
from motifgrid.training.loss import masked_binary_crossentropy
from motifgrid.training.program import make_program, share

TRAIN, VALID = planted(90, 0), planted(70, 1)
STILL = {"dropout": [0.0, 0.0]}
"""Without dropout a step is a function of weights and batch alone."""


def build(seed=0, **changes):
    keras.utils.set_random_seed(seed)
    return build_toy(**changes)


def program_of(*models, batch=20, rate=0.01):
    material = share(TRAIN, VALID, len(models))
    return make_program(models, keras.optimizers.Adam(rate), batch, material)


def fit_by_keras(model, rows, batch=20, rate=0.01, **more):
    """What Keras makes of the same batches."""
    model.compile(optimizer=keras.optimizers.Adam(rate, **more), loss=masked_binary_crossentropy)
    x, y = dna.one_hot(TRAIN.x[rows]), TRAIN.y[rows]
    return model.fit(x, y, batch_size=batch, epochs=1, shuffle=False, verbose=0)


def order(*seeds, count=90):
    return np.stack([np.random.default_rng(seed).permutation(90)[:count] for seed in seeds])


def assert_close(weights, others):
    for weight, other in zip(weights, others, strict=True):
        np.testing.assert_allclose(weight, other, rtol=1e-3, atol=1e-5)
