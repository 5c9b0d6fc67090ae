"""Processes of tests."""

import signal


def interruptible() -> None:
    """For `preexec_fn`: whoever runs the tests in the background of a shell has SIGINT ignored, and so would every process below."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
