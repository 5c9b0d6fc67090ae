"""Which model servers may run on a person's own machine: data, with the page that each fact is known from."""

import tomllib
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """One kind of server: where on 127.0.0.1 it lists its models, and how the answer is to be read."""

    name: str
    port: int
    path: str
    models: str
    model: str
    source: str


def local_servers() -> tuple[ServerSpec, ...]:
    """The shipped list, best known first."""
    text = resources.files("statuswatch.catalog").joinpath("localservers.toml").read_text(encoding="utf-8")
    return tuple(ServerSpec(**table) for table in tomllib.loads(text)["server"])
