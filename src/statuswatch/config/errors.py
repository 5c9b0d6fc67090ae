"""What can be wrong with a person's settings or with the places of files; each text is what the person sees."""

from statuswatch.catalog.located import Problem
from statuswatch.core.errors import StatuswatchError


class ConfigError(StatuswatchError):
    """Everything that is wrong with one settings file, a line each: `file:line: key: message`."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class PlaceError(StatuswatchError, OSError):
    """A place for files that cannot be used. Also an OSError, so that the prompt can catch it without importing anything of ours."""
