"""How a cell is trained."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingSettings:
    """How a cell is trained; the defaults are the text of Koo & Eddy 2019 (Methods, "Training").

    Attributes:
        epochs: passes over the training split at most; 0 leaves the network untrained.
        batch_size: sequences per step.
        learning_rate: of Adam.
        beta_1: Adam's decay of the mean gradient.
        beta_2: Adam's decay of the mean squared gradient.
        epsilon: Adam's guard against division by zero.
        patience: epochs without a better monitored number before stopping; 0 never stops early.
        monitor: what tells the best epoch: `loss`, the validation loss, or `aupr`, the mean over
            classes of the validation split's average precision.
        reduce_after: epochs without a better monitored number before the learning rate falls; 0
            never lets it. (Koo & Ploenzke 2021: 5.)
        reduce_factor: what the learning rate is then multiplied with. (Koo & Ploenzke 2021: 0.2.)
        precision: float32; or bfloat16 for products and activations during training, with weights,
            batch normalisation and outputs in float32.
        clip_gradients: every element of a gradient is kept within this number of zero; 0 leaves it
            as it is. (Lanchantin et al. 2016: 5.)
        decay_after: epochs after which the learning rate falls, again and again, whatever the
            monitored number; 0 never lets it. (Lanchantin et al. 2016: 10.)
        decay_factor: what the learning rate is then multiplied with. (Lanchantin et al. 2016: 0.5.)
    """

    epochs: int = 100
    batch_size: int = 100
    learning_rate: float = 3e-4
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    patience: int = 0
    monitor: str = "loss"
    reduce_after: int = 0
    reduce_factor: float = 0.2
    precision: str = "float32"
    clip_gradients: float = 0.0
    decay_after: int = 0
    decay_factor: float = 0.5
