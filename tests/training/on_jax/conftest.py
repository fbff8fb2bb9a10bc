"""These tests need Keras to run on JAX, which one process decides once: ../test_on_jax.py does."""

import sys
from pathlib import Path

import keras

sys.path.insert(0, str(Path(__file__).parents[1]))
collect_ignore_glob = [] if keras.backend.backend() == "jax" else ["test_*.py"]
