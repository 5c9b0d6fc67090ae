"""What only a careful reader of provider files would see."""

from pathlib import Path

from statuswatch.catalog.lint import _source_problems, lint
from statuswatch.catalog.located import Document, read_toml
from statuswatch.catalog.schema import read_provider
from statuswatch.sources.formats import FORMATS


def found(folder: Path, **files: str) -> list[str]:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return [str(problem).removeprefix(f"{folder}/") for problem in lint(folder, FORMATS)]


def test_the_shipped_files_are_clean_and_every_format_they_name_has_a_parser() -> None:
    assert lint(None, FORMATS) == ()


def test_a_format_that_no_parser_reads_is_a_problem_of_lint_alone(tmp_path: Path) -> None:
    text = (
        'id = "house"\nname = "House"\n[[feed]]\nformat = "statuspage-sumary"\nurl = "https://h.example"\n[[feed]]\nformat = "zzz"\nurl = "https://h.example"\n'
    )
    assert found(tmp_path, a=text) == [
        "a.toml:4: feed[0].format: no parser reads the format 'statuspage-sumary': its providers show as unknown; did you mean 'statuspage-summary'?",
        "a.toml:7: feed[1].format: no parser reads the format 'zzz': its providers show as unknown",
        "a.toml:6: feed[1].name: two feeds of house are named ''",
    ]


def test_names_must_refer_to_something(tmp_path: Path) -> None:
    text = (
        'id = "house"\nname = "House"\nserves = ["opnai"]\nruns_on = ["zzzzzz"]\nfeed_of = "github-copilot"\n[[component]]\nnames = ["A"]\ninference = false\n'
    )
    assert found(tmp_path, a=text) == [
        "a.toml:3: serves[0]: no provider 'opnai'; did you mean 'openai'?",
        "a.toml:4: runs_on[0]: no provider 'zzzzzz'",
        "a.toml:5: feed_of: no provider 'github-copilot' with a feed of its own",
        "a.toml:5: feed_of: a shared feed needs a [[component]] with inference, else nothing in it is about this provider",
    ]


def test_a_component_or_a_host_is_claimed_once(tmp_path: Path) -> None:
    text = """id = "house"
name = "House"
page_url = "http://127.0.0.1/"
api_hosts = ["api.openai.com", "a*b*.example.com", "localhost"]
[[component]]
id = "c"
names = ["A"]
[[component]]
id = "c"
names = ["A"]
[[component]]
names = ["A"]
[[component]]
names = ["A"]
"""
    assert found(tmp_path, a=text) == [
        "a.toml:9: component[1].id: component 'c' is there twice",
        "a.toml:14: component[3].names: component 'A' is there twice, and has no id to tell them apart",
        "a.toml:3: page_url: expected an https address: it is shown to people as a link",
        "a.toml:4: api_hosts[1]: 'a*b*.example.com' is not a host name with at most one * in it",
        "a.toml:4: api_hosts[2]: 'localhost' is not a host name with at most one * in it",
        "a.toml:4: api_hosts[0]: 'api.openai.com' belongs to openai already",
    ]


def test_lint_also_tells_what_loading_tells(tmp_path: Path) -> None:
    assert found(tmp_path, a='id = "house"\nname = "House"\nextra = 1\n')[0].startswith("a.toml:3: extra: unknown key; expected one of api_hosts, ")


def test_a_shipped_fact_says_where_it_is_from() -> None:
    text = 'id = "house"\nname = "House"\nfamilies = ["big"]\n[[feed]]\nformat = "rss"\nurl = "https://h.example"\n[[component]]\nnames = ["A"]\n'
    document = read_toml("builtin/house.toml", text)
    assert isinstance(document, Document)
    entry = read_provider(document, [])
    assert entry is not None
    assert [str(problem) for problem in _source_problems(entry)] == [
        "builtin/house.toml:3: families: nothing says where this is from: missing key 'source', or its own in [sources]",
        "builtin/house.toml:4: feed[0]: missing key 'source'",
        "builtin/house.toml:7: component[0]: missing key 'source'",
    ]


def test_one_source_for_the_file_or_one_for_the_field_is_enough() -> None:
    for told in ('source = "there"', '[sources]\nfamilies = "there"'):
        document = read_toml("builtin/house.toml", f'id = "house"\nname = "House"\nfamilies = ["big"]\n{told}\n')
        assert isinstance(document, Document)
        entry = read_provider(document, [])
        assert entry is not None
        assert list(_source_problems(entry)) == []
        assert entry.stated == {"families": "there"}


def test_a_doubt_or_a_source_is_about_something_that_the_file_says(tmp_path: Path) -> None:
    text = 'id = "house"\nname = "House"\nunverified = ["serves", "pages"]\n[sources]\nruns_on = "x"\nname = "y"\n'
    assert found(tmp_path, a=text) == [
        "a.toml:6: sources.name: unknown key; expected one of api_hosts, families, feed_of, page_url, runs_on, serves",
        "a.toml:3: unverified[1]: expected some of families, serves, runs_on, page_url, api_hosts, feed_of, got 'pages'",
        "a.toml:5: sources.runs_on: this file does not say 'runs_on'",
        "a.toml:3: unverified[0]: this file does not say 'serves'",
    ]


def test_two_components_with_ids_may_share_a_name(tmp_path: Path) -> None:
    assert found(tmp_path, a='id = "house"\nname = "House"\n[[component]]\nid = "a"\nnames = ["Login"]\n[[component]]\nid = "b"\nnames = ["Login"]\n') == []
