"""Known documents that may tell the story of a record in other words."""
