"""Files as people have them: PDFs and Word documents, whole and broken."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from docx import Document
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject


def pdf(*pages: str, password: str | None = None, content: bytes | None = None) -> bytes:
    """A PDF with a page for each text; a page without text is a scanner's. `content` is drawn instead."""
    writer = PdfWriter()
    font = DictionaryObject({
        NameObject("/Type"): NameObject("/Font"),
        NameObject("/Subtype"): NameObject("/Type1"),
        NameObject("/BaseFont"): NameObject("/Helvetica"),
    })  # fmt: skip
    for text in pages:
        page = writer.add_blank_page(595, 842)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        stream = DecodedStreamObject()
        stream.set_data(content or (f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode() if text else b""))
        page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    if password is not None:
        writer.encrypt(password, algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def docx(*paragraphs: str, cells: tuple[str, ...] = ()) -> bytes:
    """A Word document: paragraphs, then a table of one row."""
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if cells:
        row = document.add_table(1, len(cells)).rows[0]
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def docx_of(inside: bytes) -> bytes:
    """A Word document whose body is that XML."""
    out = BytesIO()
    with ZipFile(BytesIO(docx("mark"))) as whole, ZipFile(out, "w", ZIP_DEFLATED, compresslevel=9) as packed:
        for name in whole.namelist():
            data = whole.read(name)
            if name == "word/document.xml":
                start, mark, end = data.partition(b"<w:body>")
                data = start + mark + inside + end
            packed.writestr(name, data)
    return out.getvalue()


def zip_of(data: bytes) -> bytes:
    """An archive that is no document."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", data)
    return out.getvalue()
