"""The HTTP routes, one file per reader: Evolution, the platform, the smoke test."""
