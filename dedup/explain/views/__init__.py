"""Single documents and stories, and lists of them."""
