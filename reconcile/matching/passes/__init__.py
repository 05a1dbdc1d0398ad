"""The passes of matching, one per file."""
