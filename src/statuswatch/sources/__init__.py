"""Parsers: bytes to values. Pure, one file a format or client."""
