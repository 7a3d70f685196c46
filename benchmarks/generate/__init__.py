"""Scripts that make the benchmark: documents from their sources, and the noise that damages them."""
