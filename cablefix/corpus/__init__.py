"""Whole corpora: many documents restored by several processes, and what can be known only from all of them."""
