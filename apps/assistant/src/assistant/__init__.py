"""A small WhatsApp assistant: Evolution's webhook in, Postgres, exactly one reply out.

Owns: taking messages durably, answering each once, saying whether it can serve. Not: creating the Evolution instance,
its webhook, or the database; the platform does that before this starts.
"""
