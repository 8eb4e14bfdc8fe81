"""A finished run as one page to look at."""
