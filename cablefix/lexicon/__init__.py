"""What is known about words: lists with counts, the OCR channel, a language model, the repair itself."""
