"""Wrong configurations and their exact messages."""
