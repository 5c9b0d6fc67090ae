"""`statuswatch providers add URL`: finds a page's feed, shows what is read from it, and writes a provider file of your own after you said yes."""

import argparse
import ipaddress
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from statuswatch.catalog.draft import Draft, text_of
from statuswatch.catalog.lint import lint
from statuswatch.catalog.loader import load
from statuswatch.catalog.located import Problem
from statuswatch.catalog.schema import id_fault, url_fault
from statuswatch.config import paths
from statuswatch.sources.formats import FORMATS
from statuswatch.sources.naming import name_in
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.looking import Fetch, Found, Looked, look
from statuswatch.surfaces.cli.printing import put_json
from statuswatch.surfaces.client import FINE, USAGE
from statuswatch.surfaces.plain import plain

_SOURCE = "statuswatch providers add"
_HOSTED = frozenset({"statuspage.io", "instatus.com", "betteruptime.com", "hostedstatus.com", "status.io", "checkly-status-page.com", "datadoghq.com"})
_COMMON = frozenset({"status", "www", "trust", "health", "uptime", "statuspage"})
_LISTED = 5
_TITLE = 90


class _Refused(Exception):  # noqa: N818 - ends the verb with a sentence, and never leaves this module
    """A sentence for the person; nothing was written."""


def run(argv: list[str], fetch: Fetch, answer: Callable[[str], str] = input) -> int:
    """Run the verb; returns 0, or 2 where the input is wrong, no feed was found, or a file is there already. `answer` asks the person."""
    given = read("providers add", argv, defaults={"id": "", "name": ""})
    if isinstance(given, int):
        return given
    url = given.url if "://" in given.url else f"https://{given.url}"
    try:
        draft_id = _checked(given, url)
        looked = look(url, fetch, draft_id)
        if looked.found is None:
            return _nothing(looked, as_json=given.json)
        draft = _draft(given, url, draft_id if given.id else named_id(draft_id, url, name_in(looked.found.body)), looked.found)
        text = text_of(draft, _SOURCE)
        path = Path(paths.providers_dir(), f"{draft.id}.toml")
        _linted(text, path)
        _free(path)
        return _offer(given, looked, draft.id, path, text, answer)
    except _Refused as refusal:
        sys.stderr.write(f"statuswatch providers add: {refusal}\n")
        return USAGE


def _checked(given: argparse.Namespace, url: str) -> str:
    """The id of the new provider. Raises _Refused where the address or the id cannot be used."""
    fault = url_fault(url)
    if fault:
        raise _Refused(plain(fault))
    ident: str = given.id or usual_id(urlsplit(url).hostname or "")
    fault = id_fault(ident)
    if fault:
        raise _Refused(f"no id can be made of that host; give one with --id ({plain(fault)})")
    if not given.id and ident in load(None, FORMATS).knowledge.providers:
        raise _Refused(f"{ident} is known already (statuswatch providers show {ident}); with --id {ident} your file replaces its feeds, another id adds one")
    return ident


def usual_id(host: str) -> str:
    """An id for the owner of a status host: `acme` for status.acme.com, acme.statuspage.io and acmestatus.com alike, as far as a name tells."""
    try:
        return str(ipaddress.ip_address(host)).replace(".", "-").replace(":", "-")
    except ValueError:
        labels = host.lower().split(".")
    if ".".join(labels[-2:]) in _HOSTED or any(".".join(labels[at:]) in _HOSTED for at in range(1, len(labels))):
        return labels[0]
    owner = [label for label in labels[:-1] or labels if label not in _COMMON] or labels[:1]
    name = owner[-1] if len(owner[-1]) > len("co.") or len(owner) == 1 else owner[-2]
    return name.removesuffix("status").strip("-") or name


def named_id(ident: str, url: str, name: str) -> str:
    """An id of the page's own name where its host has none, an address in numbers or this machine; `ident` where that gives none, or one that is taken."""
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if host != "localhost":
            return ident
    made = "-".join(re.findall(r"[a-z0-9]+", name.lower()))
    taken = made in load(None, FORMATS).knowledge.providers or os.path.lexists(Path(paths.providers_dir(), f"{made}.toml"))
    return ident if id_fault(made) or taken else made


def _draft(given: argparse.Namespace, url: str, ident: str, found: Found) -> Draft:
    parts = urlsplit(url)
    page_url = f"https://{parts.netloc}" if parts.scheme == "https" else ""
    components = tuple((component.id or "", component.name) for component in found.page.components if component.name)
    hosts = tuple(host.lower() for host in given.api_host)
    return Draft(ident, given.name or name_in(found.body) or ident, found.page.format, found.url, page_url, tuple(given.family), hosts, components)


def _linted(text: str, path: Path) -> None:
    """Check the file beside your others as `providers lint` would, before it is there. Raises _Refused with everything that is wrong with it."""
    with tempfile.TemporaryDirectory() as folder:
        own = Path(paths.providers_dir())
        for file in own.glob("*.toml") if own.is_dir() else ():
            if file.name != path.name and file.is_file():
                shutil.copyfile(file, Path(folder, file.name))
        tried = Path(folder, path.name)
        tried.write_text(text, encoding="utf-8")
        wrong: list[Problem] = [problem for problem in lint(folder, FORMATS) if problem.path == str(tried)]
    if wrong:
        raise _Refused("; ".join(plain(f"{problem.key}: {problem.message}" if problem.key else problem.message) for problem in wrong))


def _free(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise _Refused(f"{plain(str(path))} is there already and was left as it is; take another --id, or move it away")


def _nothing(looked: Looked, *, as_json: bool) -> int:
    """No feed was found: what came from each address."""
    if as_json:
        put_json({"found": False, "written": False, "tried": [{"url": tried.url, "came": tried.came} for tried in looked.tried]})
    sys.stderr.write("statuswatch providers add: no feed was found; nothing was written\n")
    if not as_json:
        for tried in looked.tried:
            sys.stderr.write(f"  {plain(tried.url)}: {plain(tried.came.removeprefix(f'{tried.url}: '))}\n")
    return USAGE


def _offer(given: argparse.Namespace, looked: Looked, ident: str, path: Path, text: str, answer: Callable[[str], str]) -> int:
    """Show what was read and the file, and write it where that is wanted."""
    found = looked.found
    if found is None:  # the caller has looked
        return USAGE
    if given.json:
        written = given.yes and _write(path, text)
        put_json({**_told(found), "path": str(path), "written": written, "file": text, "tried": [{"url": one.url, "came": one.came} for one in looked.tried]})
        return FINE
    sys.stdout.write("".join(f"{line}\n" for line in _shown(found)))
    sys.stdout.write(f"\n{plain(str(path))}:\n\n{text}\n")
    if not given.id:
        sys.stdout.write(f"It is called {ident} here; --id gives it another id.\n")
    if not given.yes:
        if not sys.stdin.isatty():
            raise _Refused("nothing was written: there is nobody to ask; --yes writes the file")
        if answer("Write this file? [y/N] ").strip().lower() not in {"y", "yes"}:
            sys.stdout.write("Nothing was written.\n")
            return FINE
    _write(path, text)
    sys.stdout.write("Written. Nothing of it is watched yet unless your tools use it: name it in config.toml")
    sys.stdout.write(f' ({plain(paths.config_file())}), beside the routes that are there:\n\n[watch]\nroutes = ["{ident}:*"]\n\n')
    sys.stdout.write("A running engine reads both after: statuswatch engine stop, then statuswatch engine start.\n")
    return FINE


def _told(found: Found) -> dict[str, Any]:
    page = found.page
    still = [incident.id for incident in page.incidents if not incident.over]
    return {
        "found": True,
        "url": found.url,
        "format": page.format,
        "reason": found.reason,
        "page_health": page.health.value,
        "components": len(page.components),
        "incidents": len(page.incidents),
        "open": still,
        "problems": list(page.problems),
    }


def _shown(found: Found) -> list[str]:
    """What was read, for a person. Every text of the feed goes through `plain`."""
    page = found.page
    still = [incident for incident in page.incidents if not incident.over]
    lines = [f"found {plain(found.url)}", f"format {page.format}, told by: {found.reason}"]
    lines.append(f"page {page.health.value}, components {len(page.components)}, incidents {len(page.incidents)}, of them open {len(still)}")
    lines += [f"  open: {plain(incident.title)[:_TITLE]}" for incident in still[:_LISTED]]
    lines += [f"! {plain(problem)}" for problem in page.problems[:_LISTED]]
    return lines


def _write(path: Path, text: str) -> bool:
    """Put the whole file where nothing is yet, in one step. Raises _Refused where something came there meanwhile, or the folder cannot be written."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        paths.ensure_private(paths.config_dir())
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text, encoding="utf-8")
        try:
            os.link(aside, path)  # unlike a rename, a link never replaces what is there
        finally:
            aside.unlink()
    except FileExistsError:
        raise _Refused(f"{plain(str(path))} is there already and was left as it is") from None
    except OSError as error:
        raise _Refused(f"{plain(str(path))} cannot be written: {error.strerror or type(error).__name__}") from None
    return True
