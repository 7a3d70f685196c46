"""What is remembered from text to text, within bounds."""

from __future__ import annotations

from typing import Any


def make_room(known: dict[Any, Any], most: int) -> None:
    """Forget everything when there is too much of it: a large archive would fill the memory."""
    if len(known) >= most:
        known.clear()
