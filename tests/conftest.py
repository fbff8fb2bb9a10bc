"""What holds for all tests."""

from hypothesis import settings

# machines are shared: an example that takes long says nothing of the code
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")
