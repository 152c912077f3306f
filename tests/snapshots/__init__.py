"""The approved resource graph of each system."""
