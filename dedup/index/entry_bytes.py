"""A signed document to bytes and back."""
