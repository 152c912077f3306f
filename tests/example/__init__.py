"""A throw-away system for the engine tests: a replicated application with every kind of connection."""
