"""What a network computes before it turns scores into probabilities: class scores, log odds."""

import keras
from keras import layers

POSITIVE = 1
"""Which of the two scores of a two-class head is the positive class's."""


def class_scores(model: keras.Model) -> keras.Model:
    """Cut a model before its last activation: class scores S instead of probabilities.

    S_c is what readouts differentiate, as in Simonyan, Vedaldi & Zisserman 2014 (section 2: the
    unnormalised score, since a probability also rises when other classes fall).

    Args:
        model: ends in a layer `output`: dense with a sigmoid; or what takes the positive class's
            probability from the softmax of a layer `scores` of two.

    Returns:
        A model from the same input to S (batch, classes), float32, with the same layers: it
        follows the model's weights. Where layers compute in fewer bits it has copies in float32,
        with the weights of now. Either is for computing, not for saving.

    Raises:
        ValueError: a model that ends in something else.
    """
    model = _in_float32(model)
    if _has_two_scores(model):
        return keras.Model(model.input, model.get_layer("scores").output[:, POSITIVE:])
    return _before_sigmoid(model)


def class_log_odds(model: keras.Model) -> keras.Model:
    """Cut a model so that it gives ln(p / (1 - p)) of every probability p.

    Behind a sigmoid that is the class score; of a two-class head it is the difference of its
    scores. The negative log-likelihood of a class is softplus of minus this, without overflow.

    Args:
        model: as for `class_scores`.

    Returns:
        A model from the same input to log odds (batch, classes), float32.

    Raises:
        ValueError: as for `class_scores`.
    """
    model = _in_float32(model)
    if _has_two_scores(model):
        scores = model.get_layer("scores").output
        return keras.Model(model.input, scores[:, POSITIVE:] - scores[:, :POSITIVE])
    return _before_sigmoid(model)


class BeforeActivation(layers.Layer):
    """What a dense layer computes before its activation, with that layer's own weights.

    Args:
        dense: the layer, built.

    Input shape: (batch, features).
    Output shape: (batch, units), float32.
    """

    def __init__(self, dense: layers.Dense, **kwargs: object) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.dense = dense

    def call(self, features: keras.KerasTensor) -> keras.KerasTensor:
        """Return features times kernel, and the bias where there is one."""
        outputs = keras.ops.matmul(features, self.dense.kernel)
        return outputs + self.dense.bias if self.dense.use_bias else outputs

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the input's shape with one value per unit."""
        return (*input_shape[:-1], self.dense.units)


def _before_sigmoid(model: keras.Model) -> keras.Model:
    output = model.layers[-1]
    if not _is_sigmoid(output):
        raise ValueError(
            f"No class scores: the network ends in {output.name} ({_describe(output)}). Expected a "
            "dense layer named output with a sigmoid, or one named scores with two units before "
            "a layer named output that takes the positive class's probability."
        )
    return keras.Model(model.input, BeforeActivation(output, name="class_scores")(output.input))


def _has_two_scores(model: keras.Model) -> bool:
    if _is_sigmoid(model.layers[-1]) or "scores" not in {layer.name for layer in model.layers}:
        return False
    scores = model.get_layer("scores")
    return isinstance(scores, layers.Dense) and (scores.units, _activation(scores)) == (2, "linear")


def _is_sigmoid(layer: layers.Layer) -> bool:
    named = layer.name == "output" and isinstance(layer, layers.Dense)
    return named and _activation(layer) == "sigmoid"


def _activation(dense: layers.Dense) -> str:
    return keras.activations.serialize(dense.activation)


def _describe(layer: layers.Layer) -> str:
    kind = type(layer).__name__
    return f"{kind}, {_activation(layer)}" if isinstance(layer, layers.Dense) else kind


def _in_float32(model: keras.Model) -> keras.Model:
    """Return the model, or a copy in float32 where some layer computes in fewer bits."""
    if {layer.compute_dtype for layer in model.layers} <= {"float32"}:
        return model
    copy = keras.Model.from_config(_with_policy_float32(model.get_config()))
    copy.set_weights(model.get_weights())
    return copy


def _with_policy_float32(config: object) -> object:
    """Return a configuration in which every layer, wrapped ones too, has the policy float32."""
    if isinstance(config, dict):
        return {
            key: "float32" if key == "dtype" else _with_policy_float32(value)
            for key, value in config.items()
        }
    if isinstance(config, list | tuple):
        return type(config)(_with_policy_float32(value) for value in config)
    return config
