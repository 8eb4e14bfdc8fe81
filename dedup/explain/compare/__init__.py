"""Two runs compared: which documents and stories were decided on otherwise."""
