"""The rules: each is one function that looks at a view in its context and yields edits or layout marks."""
