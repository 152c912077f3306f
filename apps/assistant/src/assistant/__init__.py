"""A small WhatsApp assistant: Evolution's webhook in, Postgres, RabbitMQ, exactly one reply out.

Owns: taking messages durably, answering each once, saying whether it can serve. Not: creating the Evolution instance,
its webhook, the database or the broker's user; the platform does that before this starts.

This package is everything but the worker's process, which is the package `tasks` beside it.
"""
