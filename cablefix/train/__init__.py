"""Training on a user's own text: a lexicon with its language model, and the channel of an engine."""
