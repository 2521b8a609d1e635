"""Protection of Russian asylum seekers by destination, rebuilt from official statistics."""

__version__ = "0.1.0"
