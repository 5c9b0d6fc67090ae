"""Where everything lies. Plain strings, and only modules that Python has loaded anyway: a shell prompt pays for every import.

`STATUSWATCH_HOME` moves all of it below one folder (`config/`, `state/`, `run/`); else the XDG base directories decide.
Nothing here creates anything but `ensure_private`.
"""

# pathlib costs as much to import as Python does to start, and the prompt pays for it.
# ruff: noqa: PTH101, PTH103, PTH111, PTH112, PTH116, PTH117, PTH118, PTH120
import os
import stat

_APP = "statuswatch"
# sun_path holds 108 bytes on Linux and 104 on macOS and the BSDs, with the final NUL: unix(7), sys/un.h.
_LONGEST_SOCKET = 103
_PRIVATE = 0o700
_OTHERS = 0o077


def config_dir() -> str:
    """The folder of everything that a person writes."""
    return _below("config", "XDG_CONFIG_HOME", ".config")


def config_file() -> str:
    """The settings."""
    return os.path.join(config_dir(), "config.toml")


def sources_file() -> str:
    """Which records of clients may be read, as the person answered."""
    return os.path.join(config_dir(), "sources.toml")


def providers_dir() -> str:
    """A person's own provider files."""
    return os.path.join(config_dir(), "providers")


def state_dir() -> str:
    """The folder of what is kept between runs."""
    return _below("state", "XDG_STATE_HOME", os.path.join(".local", "state"))


def store_file() -> str:
    """The SQLite store."""
    return os.path.join(state_dir(), "store.db")


def lock_file() -> str:
    """The engine's lock. It lies beside the store, which it guards: sessions with different runtime folders still share one engine."""
    return os.path.join(state_dir(), "engine.lock")


def log_file() -> str:
    """The engine's log."""
    return os.path.join(state_dir(), "engine.log")


def runtime_dir() -> str:
    """The folder of what only a running engine keeps true.

    `$XDG_RUNTIME_DIR/statuswatch` where that variable names a folder of this user, else `/tmp/statuswatch-UID`.
    Raises PlaceError where that folder belongs to someone else or is open to others.
    """
    home = _home()
    if home:
        return os.path.join(home, "run")
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(base) and _is_mine(base):
        return os.path.join(base, _APP)
    return _private_tmp()


def snapshot_file() -> str:
    """The published snapshot, JSON."""
    return os.path.join(runtime_dir(), "snapshot.json")


def status_file() -> str:
    """The rendering of the snapshot that `status` prints as it is."""
    return os.path.join(runtime_dir(), "status.txt")


def prompt_file() -> str:
    """The line that shell prompts read."""
    return os.path.join(runtime_dir(), "prompt")


def socket_file() -> str:
    """The engine's socket.

    Where its path would be too long for a Unix socket, a short one below `/tmp/statuswatch-UID` that is the same for the same place.
    Raises PlaceError where there is no usable place.
    """
    return _socket("bridge.sock")


def doorbell_file() -> str:
    """The socket at which shells that wait at a prompt hear that their line has changed; as `socket_file`."""
    return _socket("prompt.sock")


def observe_file() -> str:
    """The datagram socket at which programs and hooks tell the engine of calls; as `socket_file`."""
    return _socket("observe.sock")


def otlp_token_file() -> str:
    """The word that the address of the OTLP receiver holds, so that no other user of the machine can send to it."""
    return os.path.join(state_dir(), "otlp-token")


def gateway_file() -> str:
    """The socket at which the running engine tells the gateway's address, and starts the gateway for it; as `socket_file`."""
    return _socket("gateway.sock")


def gateway_token_file() -> str:
    """The word that the gateway's address holds, so that no other user of the machine can call through it."""
    return os.path.join(state_dir(), "gateway-token")


def gateway_led_file() -> str:
    """The addresses of the person's own that programs were led through the gateway to."""
    return os.path.join(state_dir(), "gateway-addresses.json")


def ensure_private(folder: str) -> str:
    """Create `folder` (and what is missing above it) for this user alone, mode 0700; close it to others where it is this user's and open.

    Returns `folder`. Raises PlaceError where it belongs to someone else, is no folder or cannot be made.
    """
    parent = os.path.dirname(folder)
    try:
        if parent and not os.path.isdir(parent):
            os.makedirs(parent, mode=_PRIVATE, exist_ok=True)
        if os.path.lexists(folder) and not os.path.isdir(folder):
            raise _refusal(f"{folder} is not a folder; move it away")
        os.makedirs(folder, mode=_PRIVATE, exist_ok=True)
        if not _is_mine(folder) or os.stat(parent or ".").st_uid not in (0, _user() or 0):
            raise _refusal(f"{folder} belongs to another user; remove it, or set STATUSWATCH_HOME to a folder of your own")
        if os.stat(folder).st_mode & _OTHERS:
            os.chmod(folder, _PRIVATE)
    except OSError as error:
        if error.strerror is None:
            raise
        raise _refusal(f"{folder} cannot be made: {error.strerror}; set STATUSWATCH_HOME to a folder that can") from error
    return folder


def _socket(name: str) -> str:
    wanted = os.path.join(runtime_dir(), name)
    if len(os.fsencode(wanted)) <= _LONGEST_SOCKET:
        return wanted
    from hashlib import sha256  # only here, where the path is long

    short = os.path.join(_private_tmp(), sha256(os.fsencode(wanted)).hexdigest()[:16], name)
    if len(os.fsencode(short)) <= _LONGEST_SOCKET:
        return short
    raise _refusal(f"no place for the socket: {short} is longer than {_LONGEST_SOCKET} bytes; set STATUSWATCH_HOME to a folder with a shorter path")


def _home() -> str:
    home = os.environ.get("STATUSWATCH_HOME", "")
    if home and not os.path.isabs(home):
        raise _refusal(f"STATUSWATCH_HOME is {home!r}; it must be an absolute path, so that it means the same folder everywhere")
    return home


def _below(part: str, variable: str, usual: str) -> str:
    """The XDG specification has relative values ignored."""
    home = _home()
    if home:
        return os.path.join(home, part)
    base = os.environ.get(variable, "")
    if not os.path.isabs(base):
        base = os.path.join(_persons_home(), usual)
    return os.path.join(base, _APP)


def _persons_home() -> str:
    """Where HOME is empty or relative the same command would keep its files elsewhere from each folder: that is refused."""
    said = os.environ.get("HOME")
    if said is not None and not os.path.isabs(said):
        raise _refusal(f"HOME is {said!r}; it must be the absolute path of your home folder, or set STATUSWATCH_HOME to a folder of your own")
    return os.path.expanduser("~")


def _private_tmp() -> str:
    """`/tmp` is everyone's: the folder there is used only where it is ours, no link, and closed; otherwise someone could feed us a socket or a snapshot."""
    user = _user()
    if user is None:  # a system without user ids: its state folder is private by its place
        return os.path.join(state_dir(), "run")
    folder = f"/tmp/{_APP}-{user}"  # noqa: S108 - checked below, and made with mode 0700 by ensure_private
    try:
        found = os.lstat(folder)
    except FileNotFoundError:
        return folder
    if found.st_uid != user or not stat.S_ISDIR(found.st_mode):
        raise _refusal(f"{folder} is not a folder of this user; remove it, or set XDG_RUNTIME_DIR to a private folder")
    if found.st_mode & _OTHERS:
        raise _refusal(f"{folder} is open to other users; remove it, or close it with: chmod 700 {folder}")
    return folder


def _is_mine(folder: str) -> bool:
    """Whether `folder` is there and this user's, link and target."""
    user = _user()
    try:
        found, target = os.lstat(folder), os.stat(folder)
    except OSError:
        return False
    return user is None or (target.st_uid == user and found.st_uid == user)


def _user() -> int | None:
    return os.geteuid() if hasattr(os, "geteuid") else None


def _refusal(message: str) -> OSError:
    from statuswatch.config.errors import PlaceError  # only here: the prompt must not pay for it

    return PlaceError(message)
