"""Moves of a store's data to another version: servers of both versions at work on copies."""
