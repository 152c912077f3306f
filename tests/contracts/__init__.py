"""Rules that hold for every resource of every system."""
