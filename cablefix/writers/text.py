"""The reading text."""

from __future__ import annotations

from cablefix.restored import Restored


def write_text(restored: Restored) -> str:
    """The reading text: one logical line a header line, heading, paragraph, item or table row; no blank lines.

    The shape is that of docs/record.md. The text ends in a line feed unless it is empty.
    """
    return restored.document.text
