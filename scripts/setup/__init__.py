"""Prepares a machine: Python environment, Docker engine, Pulumi tool chain, image source. Standard library only."""
