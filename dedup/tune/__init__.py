"""Settings from a person's judgements: how right each would be, and which one to take."""
