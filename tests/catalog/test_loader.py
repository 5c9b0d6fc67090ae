"""Provider files: what is read, what a person's own file changes, and every problem with its line."""

import subprocess
import sys
from pathlib import Path

import pytest

from statuswatch.catalog.loader import load
from statuswatch.catalog.model import Catalogue, FeedSpec
from statuswatch.core.ids import Surface
from statuswatch.core.knowledge import ComponentFacts

FORMATS = frozenset({"statuspage-summary", "rss"})


def problems_of(folder: Path, **files: str) -> list[str]:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return [str(problem).removeprefix(f"{folder}/") for problem in load(folder, FORMATS).problems]


def feeds_of(catalogue: Catalogue, provider: str) -> list[FeedSpec]:
    return [feed for feed in catalogue.feeds if feed.provider == provider]


def test_a_new_provider_is_read_whole(tmp_path: Path) -> None:
    text = """
id = "house"
name = "House model"
families = ["housemodel"]
serves = ["openai"]
runs_on = ["cloudflare"]
page_url = "https://status.house.example"
usual_surface = "code"
api_hosts = ["api.house.example", ".house.example"]

[[feed]]
format = "rss"
url = "https://status.house.example/feed"
alternates = ["http://127.0.0.1:8000/feed"]
source = "our wiki"
verified = true

[[feed]]
name = "more"
format = "new-format"
url = "https://status.house.example/more"

[[component]]
id = "c1"
names = ["API", "Old API"]
surfaces = ["api", "code"]
models = ["housemodel"]

[[component]]
names = ["Site"]
inference = false
"""
    (tmp_path / "house.toml").write_text(text, encoding="utf-8")
    catalogue = load(tmp_path, FORMATS)
    facts = catalogue.knowledge.providers["house"]
    assert catalogue.problems == ()
    assert (facts.name, facts.families, facts.serves, facts.runs_on) == ("House model", ("housemodel",), ("openai",), ("cloudflare",))
    assert (facts.page_url, facts.usual_surface, facts.api_hosts) == ("https://status.house.example", Surface.CODE, ("api.house.example", ".house.example"))
    assert facts.components == (
        ComponentFacts("c1", ("API", "Old API"), frozenset({Surface.API, Surface.CODE}), ("housemodel",), inference=True),
        ComponentFacts(None, ("Site",), inference=False),
    )
    assert feeds_of(catalogue, "house") == [
        FeedSpec(
            "house",
            "house",
            "rss",
            ("https://status.house.example/feed", "http://127.0.0.1:8000/feed"),
            ("house",),
            readable=True,
            verified=True,
            source="our wiki",
        ),
        FeedSpec("house/more", "house", "new-format", ("https://status.house.example/more",), ("house",), readable=False),
    ]


def test_a_persons_file_replaces_only_the_fields_it_gives(tmp_path: Path) -> None:
    before = load(None, FORMATS)
    (tmp_path / "a.toml").write_text(
        'id = "anthropic"\npage_url = "https://mirror.example"\n\n[[feed]]\nformat = "rss"\nurl = "https://mirror.example/feed"\n', encoding="utf-8"
    )
    after = load(tmp_path, FORMATS)
    old, new = before.knowledge.providers["anthropic"], after.knowledge.providers["anthropic"]
    assert after.problems == ()
    assert (new.page_url, new.name, new.components, new.api_hosts) == ("https://mirror.example", old.name, old.components, old.api_hosts)
    assert [feed.urls for feed in feeds_of(after, "anthropic")] == [("https://mirror.example/feed",)]
    assert [feed for feed in after.feeds if feed.provider != "anthropic"] == [feed for feed in before.feeds if feed.provider != "anthropic"]


def test_a_persons_component_is_added_where_the_shipped_ones_are_kept(tmp_path: Path) -> None:
    before = load(None, FORMATS).knowledge.providers["anthropic"].components
    (tmp_path / "a.toml").write_text(
        'id = "anthropic"\nkeep = ["component"]\n[[component]]\nnames = ["Claude Tag"]\nsurfaces = ["chat"]\n'
        '[[component]]\nid = "yyzkbfz2thpt"\nnames = ["Claude Code", "Code"]\nsurfaces = ["code", "api"]\n[[component]]\nnames = ["claude.ai"]\n',
        encoding="utf-8",
    )
    catalogue = load(tmp_path, FORMATS)
    after = catalogue.knowledge.providers["anthropic"].components
    assert catalogue.problems == ()
    replaced = {"yyzkbfz2thpt", "rwppv331jlwc"}
    assert after[:-3] == tuple(component for component in before if component.id not in replaced)
    assert [component.names for component in after[-3:]] == [("Claude Tag",), ("Claude Code", "Code"), ("claude.ai",)]
    assert [feed.name for feed in feeds_of(catalogue, "anthropic")] == ["anthropic", "anthropic/incidents"]


def test_a_persons_feed_is_added_where_the_shipped_ones_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        'id = "anthropic"\nkeep = ["feed"]\n[[feed]]\nname = "mirror"\nformat = "rss"\nurl = "https://mirror.example/feed"\n'
        '[[feed]]\nname = "incidents"\nformat = "rss"\nurl = "https://mirror.example/incidents"\n',
        encoding="utf-8",
    )
    feeds = feeds_of(load(tmp_path, FORMATS), "anthropic")
    assert [feed.name for feed in feeds] == ["anthropic", "anthropic/mirror", "anthropic/incidents"]
    assert feeds[-1].urls == ("https://mirror.example/incidents",)


def test_where_a_fact_is_from_goes_with_the_fact(tmp_path: Path) -> None:
    shipped = load(None, FORMATS).origins["cloudflare"]
    path = tmp_path / "a.toml"
    path.write_text('id = "cloudflare"\napi_hosts = ["api.cloudflare.example"]\nfamilies = ["flare"]\nunverified = ["families"]\n', encoding="utf-8")
    own = load(tmp_path, FORMATS).origins["cloudflare"]
    assert shipped.unverified == {"api_hosts"}
    assert own.unverified == {"families"}
    assert own.fields == {**shipped.fields, "api_hosts": str(path), "families": str(path)}
    assert own.components == shipped.components


def test_facts_are_counted_with_those_that_could_be_checked(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        'id = "house"\nname = "House"\nfamilies = ["big"]\nserves = ["openai"]\nunverified = ["serves"]\n'
        '[[feed]]\nformat = "rss"\nurl = "https://h.example"\nverified = true\n[[component]]\nnames = ["A"]\n',
        encoding="utf-8",
    )
    catalogue = load(tmp_path, FORMATS)
    assert catalogue.checked("house") == (4, 2)
    assert catalogue.checked("nobody") == (0, 0)
    assert catalogue.origin(catalogue.knowledge.providers["house"]).components == ((str(tmp_path / "a.toml"), False),)


def test_an_override_whose_feeds_are_all_wrong_leaves_the_shipped_ones(tmp_path: Path) -> None:
    found = problems_of(tmp_path, a='id = "anthropic"\n[[feed]]\nformat = "rss"\nurl = "ftp://x.example"\n')
    assert found == [
        "a.toml:4: feed[0].url: expected an https address, got 'ftp://x.example'",
        "a.toml:2: feed: nothing here could be used, so the shipped ones stay",
    ]
    assert feeds_of(load(tmp_path, FORMATS), "anthropic") == feeds_of(load(None, FORMATS), "anthropic")


def test_an_empty_list_takes_the_feeds_of_a_provider_away(tmp_path: Path) -> None:
    assert problems_of(tmp_path, a='id = "anthropic"\nfeed = []\n') == []
    assert feeds_of(load(tmp_path, FORMATS), "anthropic") == []


def test_a_feed_covers_the_providers_that_share_it() -> None:
    assert [feed.covers for feed in feeds_of(load(None, FORMATS), "github")] == [("github", "github-copilot")] * 2
    assert feeds_of(load(None, FORMATS), "github-copilot") == []


def test_every_problem_of_every_file_is_reported_at_once(tmp_path: Path) -> None:
    bad = """id = "house"
naem = "x"
families = ["a", 3, "a", ""]
page_url = "http://house.example"
usual_surface = "cod"
api_hosts = ["API.house.example"]
serves = "openai"

[[feed]]
formt = "rss"
url = "https://h.example/feed"

[[feed]]
format = "RSS!"
url = "https://u:p@h.example"
alternates = ["https://ok.example", "gopher://x"]
verified = "yes"

[[component]]
id = "a"

[[component]]
names = []
surfaces = ["api", "web"]
"""
    assert problems_of(tmp_path, a=bad, b="x = \n", c='name = "no id"\n', d='id = "house"\nname = "again"\n', e='id = "Big One"\n') == [
        "a.toml:3: families[1]: expected a string that is not empty, got an integer",
        "a.toml:3: families[2]: 'a' is listed twice",
        "a.toml:3: families[3]: expected a string that is not empty",
        "a.toml:7: serves: expected a list of strings, got a string",
        "a.toml:4: page_url: expected an https address, got 'http://house.example'",
        "a.toml:5: usual_surface: expected one of api, code, chat, console, cloud, got 'cod'",
        "a.toml:6: api_hosts[0]: expected a lower-case host name, with at most one * in it, got 'API.house.example'",
        "a.toml:9: feed[0]: missing key 'format'",
        "a.toml:10: feed[0].formt: unknown key; did you mean 'format'?",
        "a.toml:15: feed[1].url: not an address: 'https://u:p@h.example'; expected https://host/path",
        "a.toml:16: feed[1].alternates[1]: expected an https address, got 'gopher://x'",
        "a.toml:17: feed[1].verified: expected true or false, got a string",
        "a.toml:14: feed[1].format: expected lower-case letters, digits and hyphens, got 'RSS!'",
        "a.toml:19: component[0]: missing key 'names'",
        "a.toml:24: component[1].surfaces: expected one of api, code, chat, console, cloud, got 'web'",
        "a.toml:2: naem: unknown key; did you mean 'name'?",
        "b.toml:1: not TOML: Invalid value",
        "c.toml:1: missing key 'id'",
        "d.toml:1: id: 'house' has a file already: a.toml; this one is not used",
        "e.toml:1: id: expected lower-case letters, digits and hyphens (at most 40), got 'Big One'",
        "a.toml:1: name: missing key 'name': no provider of this id is known, so the file must name it",
    ]
    facts = load(tmp_path, FORMATS).knowledge.providers["house"]
    assert (facts.name, facts.families, facts.serves) == ("house", ("a",), ())


def test_wrong_kinds_are_told_by_their_toml_names(tmp_path: Path) -> None:
    text = 'id = "house"\nname = 2020-01-01\nfeed = [1]\ncomponent = "x"\npage_url = "https://[x"\nfeed_of = {}\nruns_on = 1.5\nusual_surface = ""\n'
    assert problems_of(tmp_path, a=text) == [
        "a.toml:2: name: expected a string, got a date or time",
        "a.toml:7: runs_on: expected a list of strings, got a float",
        "a.toml:5: page_url: not an address: 'https://[x'",
        "a.toml:8: usual_surface: expected a string that is not empty",
        "a.toml:6: feed_of: expected a string, got a table",
        "a.toml:3: feed[0]: expected a table written [[feed]], got an integer",
        "a.toml:4: component: expected tables written [[component]], got a string",
        "a.toml:2: name: missing key 'name': no provider of this id is known, so the file must name it",
    ]


def test_no_folder_is_no_files_and_a_folder_that_is_a_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert load(tmp_path / "missing", FORMATS) == load(None, FORMATS)
    assert [str(problem) for problem in load(tmp_path / "file", FORMATS).problems] == [f"{tmp_path}/file:1: cannot be read: Not a directory"]


def test_a_file_that_cannot_be_read_is_a_problem_and_the_rest_is_used(tmp_path: Path) -> None:
    (tmp_path / "a.toml").mkdir()
    assert problems_of(tmp_path, b='id = "house"\nname = "House"\n') == ["a.toml:1: cannot be read: Is a directory"]
    assert "house" in load(tmp_path, FORMATS).knowledge.providers


def test_other_files_and_hidden_ones_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("= =", encoding="utf-8")
    (tmp_path / ".a.toml").write_text("= =", encoding="utf-8")
    assert load(tmp_path, FORMATS).problems == ()


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("api.anthropic.com", "anthropic"),
        ("API.OpenAI.com.", "openai"),
        ("us-central1-aiplatform.googleapis.com", "google-cloud"),
        ("generativelanguage.googleapis.com", "google-gemini"),
        ("bedrock-runtime.us-east-1.amazonaws.com", "aws-bedrock"),
        ("s3.us-east-1.amazonaws.com", None),
        ("my-resource.openai.azure.com", "azure-openai"),
        ("openrouter.ai", "openrouter"),
        ("evilapi.anthropic.com.example", None),
    ],
)
def test_a_call_is_known_by_the_host_it_went_to(host: str, provider: str | None) -> None:
    assert load(None, FORMATS).knowledge.provider_of_host(host) == provider


def test_loading_leaves_heavy_modules_alone() -> None:
    code = (
        "import sys; from statuswatch.catalog.loader import load; load(None, ()); print(sorted({'pydantic', 'difflib', 'asyncio', 'httpx'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
