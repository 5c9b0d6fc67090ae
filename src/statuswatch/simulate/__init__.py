"""Recorded outages played again on this machine: status pages and a model API over loopback HTTP, and a client that calls and keeps its record."""
