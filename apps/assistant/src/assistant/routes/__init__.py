"""The HTTP routes, one file per reader: Evolution, the platform, Prometheus, the smoke test."""

# Whoever may read a resource may ask for its head: RFC 9110, section 9.1.
READING = ["GET", "HEAD"]
