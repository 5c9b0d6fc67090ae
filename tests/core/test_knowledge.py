import pytest

from statuswatch.core.knowledge import Knowledge, ProviderFacts

_KNOWN = Knowledge({"a": ProviderFacts("a", "Alpha", api_hosts=("api.a.example", ".sub.a.example", "*-serve.a.example")), "b": ProviderFacts("b", "Beta")})


def test_a_provider_is_called_by_its_name_or_by_its_id() -> None:
    assert (_KNOWN.name_of("a"), _KNOWN.name_of("zed")) == ("Alpha", "zed")


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("api.a.example", "a"),
        ("API.A.example.", "a"),
        ("x.sub.a.example", "a"),
        ("us-serve.a.example", "a"),
        ("a.example", None),
        ("api.a.example.evil.example", None),
        ("", None),
    ],
)
def test_a_host_names_its_provider_exactly(host: str, provider: str | None) -> None:
    assert _KNOWN.provider_of_host(host) == provider
