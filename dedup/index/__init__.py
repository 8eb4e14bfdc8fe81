"""An index of known documents, for programs that ask before they store."""
