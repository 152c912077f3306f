"""Where specs become resources; one module per kind of engine."""
