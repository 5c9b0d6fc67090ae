"""One page for several providers: each gets what concerns it, and a read of the page holds all of it."""

from statuswatch.catalog.loader import load
from statuswatch.catalog.sharing import pages_for, shared_page
from statuswatch.core.incident import ComponentRef, Incident, Kind, Page

KNOWLEDGE = load(None, ()).knowledge
COVERS = ("github", "github-copilot")


def page() -> Page:
    copilot = (ComponentRef("Copilot", "pjmpxvq2cmr2"),)
    planned = Incident("github", "m", "Work on Copilot", kind=Kind.MAINTENANCE, components=copilot)
    return Page(
        "github",
        "statuspage-summary",
        incidents=(Incident("github", "a", "One", components=copilot), Incident("github", "b", "Two", components=(ComponentRef("Actions", "br0l2tvcx85d"),))),
        maintenances=(planned,),
    )


def test_a_shared_read_holds_each_incident_for_everybody_whom_it_concerns() -> None:
    read = shared_page(page(), COVERS, KNOWLEDGE)
    assert [incident.key for incident in read.incidents] == ["github:a", "github:b", "github-copilot:a"]
    assert [incident.key for incident in read.maintenances] == ["github:m", "github-copilot:m"]
    assert (read.provider, read.format) == ("github", "statuspage-summary")


def test_a_page_of_one_provider_is_read_as_it_is() -> None:
    assert shared_page(page(), ("github",), KNOWLEDGE) == page()
    assert pages_for(page(), ("github",), KNOWLEDGE) == (page(),)
