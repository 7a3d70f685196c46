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


def image_address(template: str, image: str, page: int) -> str:
    """The address of a page image: the template filled in, the name in the file itself where there is none.

    `{image}` is the name as the OCR file has it, `{name}` without folders, `{stem}` without suffix too, `{page}` the
    number of the page from 1; a format may follow, as in `{page:04d}`. Names are escaped for a URL. Raises ValueError
    for a template with another field.

    >>> image_address("https://iiif.example.org/{stem}/full/max/0/default.jpg", "scans/ferry 7.tif", 1)
    'https://iiif.example.org/ferry%207/full/max/0/default.jpg'
    """
    if not template:
        return quote(image, safe=_URL_SAFE)
    name = image.replace("\\", "/").rpartition("/")[2]
    parts = {"image": image, "name": name, "stem": name.rpartition(".")[0] or name}
    escaped = {key: quote(value, safe="") for key, value in parts.items()}
    try:
        return quote(template.format(page=page, **escaped), safe=_URL_SAFE)
    except (KeyError, IndexError, ValueError) as error:
        known = "{image}, {name}, {stem} and {page}"
        raise ValueError(f"the template of image addresses {template!r} is wrong ({error}); use {known}") from error


def facsimile(layout: Layout, images: str = "") -> str:
    """The element, empty where neither images nor boxes are known. Coordinates are pixels of the image.

    Pages have the ids ``img1``, ``img2``, ..., lines ``z1``, ``z2``, ... by their number in the source. `images` is a
    template for addresses of page images, see `image_address`.
    """
    boxed = boxed_lines(layout)
    image_address(images, "", 1)  # a wrong template is an error, whether a page needs it or not
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
        named = image or "{page" in images
        address = image_address(images, image, page + 1) if named else ""
        graphic = f"<graphic{attributes(url=address)}/>\n" if named else ""
        names = attributes(xml_id=f"img{page + 1}", n=page + 1) + _size(layout, page)
        out.append(f"<surface{names}>\n{graphic}{''.join(zones[page])}</surface>\n")
    return f"<facsimile>\n{''.join(out)}</facsimile>\n"


def _size(layout: Layout, page: int) -> str:
    if page >= len(layout.page_size) or np.isnan(layout.page_size[page]).any():
        return ""
    width, height = (round(value) for value in layout.page_size[page].tolist())
    return attributes(ulx=0, uly=0, lrx=width, lry=height)
