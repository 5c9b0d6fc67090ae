"""The edge that tells a person: one module a way, behind one protocol."""
