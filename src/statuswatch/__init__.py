"""statuswatch: is it them or me, answered where you already look."""

__version__ = "0.1.0"
