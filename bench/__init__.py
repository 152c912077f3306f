"""`make bench`: the flagship measured beside plain `docker compose` that runs the same containers.

A stack of its own with its own state and ports; whatever it makes on the engine is removed at the end. Deliberately no
assertions: times belong to a machine, and the tests keep to what is true on every one.
"""
