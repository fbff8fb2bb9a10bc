import keras
import numpy as np
import pytest
from program_toys import build, program_of
from training_toys import planted

from motifgrid.training.program import make_program, share


def test_tensorflow_trains_one_member():
    with pytest.raises(ValueError, match=r"2 members at a time\. TensorFlow trains one"):
        program_of(build(0), build(1))


def test_a_program_restarts_on_splits_of_another_size_without_compiling_again():
    program = program_of(build(2))
    program.train(np.arange(90)[None])
    program.validate()
    larger = share(planted(130, 8), planted(33, 9))
    program.restart([build(3)], larger)
    alone = make_program([build(3)], keras.optimizers.Adam(0.01), 20, larger)
    rows = np.arange(130)[None]
    np.testing.assert_array_equal(program.train(rows).losses, alone.train(rows).losses)
    np.testing.assert_array_equal(program.validate(), alone.validate())
    assert program._train.experimental_get_tracing_count() == 1
    assert program._validate.experimental_get_tracing_count() == 1
