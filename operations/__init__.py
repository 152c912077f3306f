"""Verbs beyond Pulumi's own."""
