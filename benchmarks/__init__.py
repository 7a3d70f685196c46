"""The benchmark: documents, noise, and the scripts that make them."""
