import pytest

from statuswatch.core import errors


@pytest.mark.parametrize("kind", [errors.RouteError, errors.DataError])
def test_every_error_for_a_person_has_one_base(kind: type[Exception]) -> None:
    assert issubclass(kind, errors.StatuswatchError)
