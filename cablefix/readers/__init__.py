"""Formats in: each reader gives the text of a document, its layout, and the way back to the elements of the file."""
