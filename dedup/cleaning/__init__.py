"""From a page to clean text: extraction, then steps that take off what is not the article."""
