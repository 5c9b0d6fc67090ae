"""The dashboard. Importing this package costs nothing; `run` loads Textual when it is called."""
