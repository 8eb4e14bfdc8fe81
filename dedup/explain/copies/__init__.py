"""Evidence on copies: what two documents have word for word in common."""
