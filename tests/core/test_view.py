"""What an incident says up to one update, for every route alike."""

from statuswatch.core.ids import Surface
from statuswatch.core.scope import read_scope
from statuswatch.core.view import View
from support.incidents import incident, shipped


def view(*texts: str, over: bool = False) -> View:
    scope = read_scope(incident(*texts, over=over), shipped())
    return View(scope, len(scope.said))


def test_the_models_that_are_hit_are_listed_in_the_order_of_their_naming() -> None:
    seen = view(
        "Errors on Haiku 4.5",
        "Errors on Opus 4.5. Sonnet 4.5 is unaffected. The note on Haiku 4.5 was posted by mistake.",
        "All have recovered except Sonnet 4.5",
    )

    assert seen.models == ("claude-opus-4.5", "claude-sonnet-4.5")
    assert view("Subscriptions lack access to Opus 4.5").models == ()


def test_surfaces_are_hit_and_spared() -> None:
    hit, spared = view("Errors on claude.ai and the API", "The API is unaffected").surfaces

    assert hit == {Surface.CHAT}
    assert spared[Surface.API].position == 0
    assert view("Errors on the API", "Opus 4.5 on the API is unaffected").surfaces[0] == {Surface.API}
    assert view("Errors on claude.ai", "We rolled a change of the API out.").surfaces[0] == {Surface.CHAT}
    assert view("Errors on the API and claude.ai").listed_surfaces == (Surface.API, Surface.CHAT)


def test_a_post_that_says_nothing_new_moves_nothing() -> None:
    assert not view("Errors on Opus 4.5", "We go on looking.").moves
    assert not view("Errors on Opus 4.5", "The issue is being worked on.").moves
    assert view("Opus 4.5", "We look.", "There is an issue.").moves is False
    assert view("Notice", "There is an issue.").moves
    assert view("Errors on Opus 4.5", "We see errors on Haiku 4.5.").moves
    assert view("Errors on Opus 4.5", "This is due to an upstream provider.").moves


def test_a_title_leaves_open_what_is_meant_or_does_not() -> None:
    assert view("Disruption with some services").vague
    assert view("").vague
    assert not view("Delays in wiki search").vague
