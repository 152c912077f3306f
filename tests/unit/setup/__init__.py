"""Tests of the set-up program: its pure parts, with stand-ins for networks, Go and Docker."""
