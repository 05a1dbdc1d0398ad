"""The doors: command line and web. They parse, call and render; no rule lives here."""
