"""Moved to cablefix.pipeline; this module goes when the last import of it has."""

from __future__ import annotations

from cablefix.pipeline import as_source, restore

__all__ = ["as_source", "restore"]
