import pytest
from program_toys import build, program_of


def test_tensorflow_trains_one_member():
    with pytest.raises(ValueError, match=r"2 members at a time\. TensorFlow trains one"):
        program_of(build(0), build(1))
