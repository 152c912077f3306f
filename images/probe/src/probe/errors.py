"""The one error of this program: something a person must know, in words meant for that person."""


class ProbeError(Exception):
    """What is wrong and how to go on; never a secret. Ends the command with exit code 1."""
