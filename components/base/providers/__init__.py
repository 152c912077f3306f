"""Dynamic providers: thin shims over plain modules."""
