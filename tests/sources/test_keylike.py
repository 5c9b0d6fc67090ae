import pytest

from statuswatch.catalog.models import models
from statuswatch.catalog.signatures import builtin_signatures
from statuswatch.sources.keylike import looks_like_key


@pytest.mark.parametrize(
    "text",
    [
        "sk-ant-api03-abcdefghij0123",
        "sk-proj-A1b2C3d4E5f6",
        "sk_live_51Habcdefgh",
        "AKIAIOSFODNN7EXAMPLE",
        "AIzaSyD-0123456789abcdef",
        "ghp_16C7e42F292c6912E7",
        "hf_abcdefghij0123456789",
        "gsk_abcdefghij0123456789",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x",
        "model-sk-ant-api03-abcdefghij0123",
        "0123456789abcdef0123456789abcdef0",
    ],
)
def test_a_key_is_known_by_its_form(text: str) -> None:
    assert looks_like_key(text)


@pytest.mark.parametrize(
    "text",
    ["", "insufficient_quota", "invalid_api_key", "key_model_access_denied", "claude-opus-4-5-20251101", "gpt-5.5", "token_quota_exceeded", "sk", "key-1"],
)
def test_names_are_no_keys(text: str) -> None:
    assert not looks_like_key(text)


def test_no_model_and_no_listed_code_looks_like_a_key() -> None:
    assert [name for name in models(None) if looks_like_key(str(name))] == []
    assert [code for rows in builtin_signatures().rows.values() for row in rows for code in row.when.codes if len(code) < 32 and looks_like_key(code)] == []
