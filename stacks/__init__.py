"""One module per system: which services, wired in dependency order."""
