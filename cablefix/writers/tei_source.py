"""The exact source beside the text: packed into xenoData, line by line in sourceDoc, in a file beside, or not at all.

`cablefix.readers.tei_source` says what the record looks like and reads it back.
"""

from __future__ import annotations

import base64
import zlib
from collections import Counter
from collections.abc import Sequence

from cablefix.layout import Layout
from cablefix.readers.tei_source import LINE_ENDS, SOURCE_NS
from cablefix.text import Source
from cablefix.writers.tei_xml import Xml, attributes

# Text nodes of more than ten million characters are refused by XML parsers that guard against attacks.
_CHUNK = 3 * 250_000
_END_NAMES = {text: name for name, text in LINE_ENDS.items()}

CARRIER_OF = {"compact": "deflate", "embedded": "sourceDoc", "sidecar": "sidecar", "none": "none"}


def source_record(source: Source, mode: str, sidecar: str, lines: int, data: bytes) -> str:
    """The `xenoData` element: digest, length and encoding of the source, and with mode "compact" its packed bytes.

    Lines of text cannot give back a file of another format that the text was taken out of; its bytes are packed with
    mode "embedded" too.
    """
    carrier = "deflate" if source.container and mode == "embedded" else CARRIER_OF[mode]
    names = attributes(
        xmlns=SOURCE_NS,
        carrier=carrier,
        media=source.container.media_type if source.container else None,
        href=sidecar if mode == "sidecar" else None,
        encoding=source.encoding,
        bom=source.bom.hex().upper() or None,
        sha256=source.sha256,
        bytes=len(data),
        lines=lines,
    )
    if carrier != "deflate":
        return f"<xenoData><source{names}/></xenoData>\n"
    packed = zlib.compress(data)
    chunks = [
        f"<data>\n{base64.encodebytes(packed[start : start + _CHUNK]).decode('ascii')}</data>\n"
        for start in range(0, len(packed), _CHUNK)
    ]
    return f"<xenoData><source{names}>\n{''.join(chunks)}</source></xenoData>\n"


def source_doc(layout: Layout, xml: Xml, page_lines: Sequence[int]) -> str:
    """The `sourceDoc` element: a surface from each of the `page_lines` on, one line a line.

    The end of a line is named in `rend` where it is not the usual one of the file.
    """
    lines = layout.text_lines()
    ends = zip(layout.line_end.tolist(), layout.line_next.tolist(), strict=True)
    names = [_END_NAMES[layout.text[a:b]] for a, b in ends]
    usual = Counter(names).most_common(1)[0][0] if names else "lf"
    pages = {line: k + 1 for k, line in enumerate(page_lines)}
    out = [f'<sourceDoc xml:id="source"{attributes(rend=usual if usual != "lf" else None)} xml:space="preserve">\n']
    for number, (line, end) in enumerate(zip(lines, names, strict=True)):
        if number in pages or not number:
            out.append("</surface>\n" if number else "")
            out.append(f'<surface xml:id="s{pages.get(number, 1)}" n="{pages.get(number, 1)}">\n')
        rend = f' rend="{end}"' if end != usual else ""
        content = f">{xml.text(line)}</line>\n" if line else "/>\n"
        out.append(f'<line xml:id="l{number + 1}"{rend}{content}')
    out.append("</surface>\n</sourceDoc>\n" if lines else "<surface/></sourceDoc>\n")
    return "".join(out)
