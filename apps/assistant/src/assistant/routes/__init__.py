"""The HTTP routes, one file per reader: Evolution, the platform, Prometheus, the smoke test."""
