"""The exceptions of core. Bad input from the world is a value (`Unreadable`, a reason); these are for misuse by a caller or a person's typing."""


class StatuswatchError(Exception):
    """Base of all errors that a person may see; its text names what was wrong, what was expected and what to do."""


class RouteError(StatuswatchError):
    """A route was not of the form `provider[/surface]:model[@region]`."""


class DataError(StatuswatchError):
    """A stored or received value does not have the shape its type asks for."""
