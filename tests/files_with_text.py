"""Small files that bear a text, made by hand: PDF, Word, Excel, and an archive that swells."""

from __future__ import annotations

import io
import zipfile


def pdf(text: str) -> bytes:
    """One page with one line."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R %s >>"
        % b"/Resources << /Font << /F1 5 0 R >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n"
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start


def archive(**entries: str) -> bytes:
    """A zip file; two underscores in a name are a slash, one is a dot."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name.replace("__", "/").replace("_", "."), content)
    return made.getvalue()


def docx(text: str) -> bytes:
    """A document in which Word has parted the text into runs."""
    half = len(text) // 2
    runs = "".join(f"<w:r><w:t>{piece}</w:t></w:r>" for piece in (text[:half], text[half:]))
    return archive(word__document_xml=f"<w:document><w:p>{runs}</w:p></w:document>")


def xlsx(number: str) -> bytes:
    """A sheet with a number in a cell."""
    sheet = f"<sheetData><row><c><v>12</v></c><c><v>{number}</v></c></row></sheetData>"
    return archive(xl__worksheets__sheet1_xml=sheet)


def bomb() -> bytes:
    """A document of 200 MB in a few hundred kB."""
    return archive(word__document_xml="<w:t>" + "0" * 200_000_000)
