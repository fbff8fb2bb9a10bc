"""Small networks, and what they compute written out in NumPy with float64."""

import keras
import numpy as np
from keras import layers

from motifgrid.models import scores
from motifgrid.models.layers import PositiveClass
from motifgrid.readouts.passes import Passes

LENGTH = 24


def sequences(count, length=LENGTH, seed=0, unknown=0.0):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 4, (count, length), dtype=np.uint8)
    x[rng.random(x.shape) < unknown] = 4
    return x


def one_hot(x):
    """Written out, float64."""
    return (np.asarray(x)[..., None] == np.arange(4)).astype(float)


def with_head(inputs, x, classes):
    """One class has a softmax over two, several have a sigmoid each."""
    if classes > 1:
        return keras.Model(inputs, layers.Dense(classes, activation="sigmoid", name="output")(x))
    x = layers.Softmax(name="class_probabilities")(layers.Dense(2, name="scores")(x))
    return keras.Model(inputs, PositiveClass(name="output")(x))


def linear(classes=2, length=LENGTH, seed=0):
    """Class scores are sums of a weight for each base at each position, and a bias."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((length, 4), name="one_hot")
    return randomise(with_head(inputs, layers.Flatten()(inputs), classes), seed)


def convolutional(classes=2, length=LENGTH, width=5, seed=0, activation="relu", filters=3):
    """A convolution, its strongest activations, and a dense layer."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((length, 4), name="one_hot")
    x = layers.Conv1D(filters, width, padding="same", name="conv_1")(inputs)
    x = layers.Activation(activation, name="conv_1_activation")(x)
    x = layers.Dropout(0.5)(layers.MaxPooling1D(4, name="conv_1_pool")(x))
    return randomise(with_head(inputs, layers.Flatten()(x), classes), seed)


def recurrent(
    classes=1, length=LENGTH, filters=(), pools=(), count=1, units=3, padding="same", seed=0
):
    """Convolutions or none, then bidirectional LSTMs and their mean over time."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((length, 4), name="one_hot")
    x = inputs
    for number, width in enumerate(filters, start=1):
        x = layers.Conv1D(4, width, padding=padding, name=f"conv_{number}")(x)
        x = layers.Activation("relu", name=f"conv_{number}_activation")(x)
        if pools and pools[number - 1] > 1:
            x = layers.MaxPooling1D(pools[number - 1], name=f"conv_{number}_pool")(x)
    for number in range(1, count + 1):
        lstm = layers.LSTM(units, return_sequences=True)
        x = layers.Bidirectional(lstm, merge_mode="concat", name=f"recurrent_{number}")(x)
        x = layers.Dropout(0.5, name=f"recurrent_{number}_dropout")(x)
    x = layers.GlobalAveragePooling1D(name="mean_over_time")(x)
    return randomise(with_head(inputs, x, classes), seed)


def randomise(model, seed):
    """Give biases values too, and weights that make the network decided."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 0.7, weight.shape) for weight in model.get_weights()])
    return model


def passes(model, batch=7):
    return Passes(scores.class_scores(model), batch)


def score_of(model, points, class_index=0):
    """The class's score at points (N, L, 4), from probabilities where there is a sigmoid."""
    return as_array(scores.class_scores(model)(points))[:, class_index]


def as_array(tensor):
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def weights_of(model, name):
    return [weight.astype(float) for weight in model.get_layer(name).get_weights()]
