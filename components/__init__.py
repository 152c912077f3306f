"""One module per service, on the shared base in `components.base`."""
