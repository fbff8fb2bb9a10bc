"""Keras model recipes: layers of our own and one module per published family, in one registry."""

import os

# TensorFlow reads these when it is first imported, which is when Keras is.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
