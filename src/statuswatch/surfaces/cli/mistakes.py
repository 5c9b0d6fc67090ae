"""What keeps an engine from starting: the mistakes in `config.toml`, each on a line of its own. For the verbs that find no engine."""

from pathlib import Path

from statuswatch.catalog.knowing import know
from statuswatch.config import paths
from statuswatch.config.errors import ConfigError
from statuswatch.config.load import load_config
from statuswatch.sources.formats import FORMATS


def mistakes() -> tuple[str, ...]:
    """Each as `file:line: key: what is wrong`, as the engine would tell them; none where the file is sound or not there."""
    known = know(paths.config_dir(), FORMATS).knowledge.providers
    own = (file.stem for file in Path(paths.providers_dir()).glob("*.toml"))
    try:
        load_config(paths.config_file(), {*known, *own})
    except ConfigError as error:
        return tuple(str(problem) for problem in error.problems)
    return ()
