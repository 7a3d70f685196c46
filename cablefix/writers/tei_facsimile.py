"""`facsimile`: page images and where each line stands on them, for sources that know (hOCR, ALTO, PAGE, ...)."""

from __future__ import annotations

from urllib.parse import quote

import numpy as np

from cablefix.layout import Layout
from cablefix.writers.tei_xml import attributes

# What a URL may hold as it is; blanks and the like are escaped.
_URL_SAFE = "/:?#[]@!$&'()*+,;=%~"


def boxed_lines(layout: Layout) -> frozenset[int]:
    """The lines whose box the reader knows."""
    if not len(layout.line_box):
        return frozenset()
    known = ~np.isnan(layout.line_box).any(axis=1) & (layout.line_first < layout.line_last)
    return frozenset(np.flatnonzero(known).tolist())


def facsimile(layout: Layout) -> str:
    """The element, empty where neither images nor boxes are known. Coordinates are pixels of the image.

    Pages have the ids ``img1``, ``img2``, ..., lines ``z1``, ``z2``, ... by their number in the source.
    """
    boxed = boxed_lines(layout)
    if not layout.page_image and not boxed:
        return ""
    zones: list[list[str]] = [[] for _ in range(layout.pages)]
    pages = layout.line_page.tolist()
    for line in sorted(boxed):
        left, top, right, bottom = (round(value) for value in layout.line_box[line].tolist())
        names = attributes(xml_id=f"z{line + 1}", ulx=left, uly=top, lrx=right, lry=bottom)
        zones[pages[line]].append(f"<zone{names}/>\n")
    out = []
    for page in range(layout.pages):
        image = layout.page_image[page] if page < len(layout.page_image) else ""
        graphic = f"<graphic{attributes(url=quote(image, safe=_URL_SAFE))}/>\n" if image else ""
        names = attributes(xml_id=f"img{page + 1}", n=page + 1) + _size(layout, page)
        out.append(f"<surface{names}>\n{graphic}{''.join(zones[page])}</surface>\n")
    return f"<facsimile>\n{''.join(out)}</facsimile>\n"


def _size(layout: Layout, page: int) -> str:
    if page >= len(layout.page_size) or np.isnan(layout.page_size[page]).any():
        return ""
    width, height = (round(value) for value in layout.page_size[page].tolist())
    return attributes(ulx=0, uly=0, lrx=width, lry=height)
