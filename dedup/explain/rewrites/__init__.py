"""Evidence on rewrites: why two tellings were compared, and how their score joined them."""
