"""Short-lived commands of the platform, run inside a system's networks: `python3 -m probe <command>`."""
