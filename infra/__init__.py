"""The Pulumi program: configuration, systems, outputs."""
