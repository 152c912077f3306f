"""Single modules, without an engine."""
