"""Two texts beside each other: their words, sentences, names, numbers, dates and quotes."""
