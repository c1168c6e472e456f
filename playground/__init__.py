"""What the pages need beyond widgets."""

__version__ = "0.1.0"
