"""Posts that no page ever made, in the manner of pages: what is read must follow from the language, not from posts that were seen."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from support.incidents import found, incident

STORIES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("unseen.toml").read_text(encoding="utf-8"))["story"]
WANTED = {"affected": {"affected"}, "possible": {"possible"}, "unaffected": {"unaffected"}, "told": {"affected", "possible"}}


@pytest.mark.parametrize("story", STORIES, ids=[story["name"] for story in STORIES])
def test_a_post_is_read_as_a_careful_reader_reads_it(story: dict[str, Any]) -> None:
    whole = incident(story["title"], *story.get("posts", ()), provider=story["provider"])
    asked = {route: relevances for word, relevances in WANTED.items() for route in story.get(word, ())}
    answers = {route: found(whole, route).relevance.value for route in asked}

    assert {route: answer for route, answer in answers.items() if answer not in asked[route]} == {}


def test_the_stories_are_many_and_of_many_pages() -> None:
    assert len(STORIES) >= 100
    assert len({story["provider"] for story in STORIES}) >= 12
    assert all(set(story) <= {"name", "provider", "title", "posts", *WANTED} and set(story) & set(WANTED) for story in STORIES)
