"""The version, as pyproject.toml has it; a test holds the two together."""

__version__ = "0.1.0"
