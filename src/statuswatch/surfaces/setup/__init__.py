"""Puts statuswatch into the settings of other tools, and takes it out again.

**To add a target** (a shell, an editor, a client, a service of the system): write one pure pair of functions, text in and text out, or use those of
`block` for a file with comments and of `jsontext` for one of JSON; add one `Target` to a table. `targets.TARGETS` holds those of prompts and status lines.
A part that this package may not import, such as the gateway or the login service, makes its own `Target` and hands it to `surfaces.cli.setup.run` from
`app`. What a pair of functions must hold, for every text, is tested for all targets of the table in `tests/surfaces/setup`:

- `take(put(text), text) == text`, and `put(put(text)) == put(text)`;
- `take` removes what is ours and nothing else, wherever the person has added something since, also where `before` is not known;
- a text that cannot be changed safely raises `SetupError` with what to do.

Files, links, backups and what was there before are the business of `files`, and of nobody else.
"""
