"""A person's settings and the places of files. `paths` is on the prompt's way and imports only `os`."""
