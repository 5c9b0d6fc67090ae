"""The keys that are needed of Statuspage's and Google Cloud's bodies, for `needed`: what is not named here is skipped. `Any` takes whatever stands there."""

from typing import Any, TypedDict


class Moved(TypedDict, total=False):
    """How a post moved one component."""

    code: Any
    name: Any
    old_status: Any
    new_status: Any


class Post(TypedDict, total=False):
    """A post of an incident."""

    id: Any
    status: Any
    body: Any
    created_at: Any
    display_at: Any
    updated_at: Any
    affected_components: list[Moved] | None


class Named(TypedDict, total=False):
    """A component as an incident lists it."""

    id: Any
    name: Any


class Incident(TypedDict, total=False):
    """An incident or a maintenance."""

    id: Any
    name: Any
    status: Any
    impact: Any
    shortlink: Any
    created_at: Any
    started_at: Any
    resolved_at: Any
    scheduled_for: Any
    scheduled_until: Any
    components: list[Named] | None
    incident_updates: list[Post] | None


class Part(TypedDict, total=False):
    """A component of the page."""

    id: Any
    name: Any
    status: Any
    group: Any
    group_id: Any


class About(TypedDict, total=False):
    """The page."""

    id: Any
    name: Any
    url: Any
    updated_at: Any


class Badge(TypedDict, total=False):
    """The page's badge."""

    indicator: Any


class Others(TypedDict, total=False):
    """What stands beside the incidents."""

    page: About
    status: Badge
    components: list[Part] | None
    scheduled_maintenances: list[Incident] | None


class Product(TypedDict, total=False):
    """A product that an incident affects."""

    title: Any
    id: Any


class CloudPost(TypedDict, total=False):
    """A post of an incident."""

    created: Any
    when: Any
    status: Any
    text: Any


class CloudIncident(TypedDict, total=False):
    """An incident of Google Cloud."""

    id: Any
    number: Any
    begin: Any
    created: Any
    end: Any
    modified: Any
    external_desc: Any
    status_impact: Any
    uri: Any
    affected_products: list[Product] | None
    updates: list[CloudPost] | None
