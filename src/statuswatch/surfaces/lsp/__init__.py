"""The language server: statuswatch in any editor that speaks LSP."""
