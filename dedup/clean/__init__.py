"""From a page to clean text: extraction, then named steps that move or remove what is not the article."""
