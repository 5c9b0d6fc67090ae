"""The editor bridge: the engine, for programs that speak JSON lines."""
