"""Interpretable convolutional networks on regulatory DNA: datasets, models, readouts, reports."""

__version__ = "0.1.0"
