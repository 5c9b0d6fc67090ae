"""The MCP server: what statuswatch knows, as tools for coding agents."""
