"""Settings every test shares."""

import os

# An f-string around an Output would print a paragraph of advice into the resource; this makes it an error.
os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"
