"""Reads a stranger's file, as a process of its own: `python generate_reading.py .pdf < file` prints JSON.

`{"text": …}`, or `{"why": …}` with one of the reasons below. A small file may be made to take minutes and
gigabytes, and no reader can be told to stop in time: the process is, and the web process goes on. It imports
nothing of the product, so that it starts quickly.
"""

import json
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

LOCKED, TOO_MANY_PAGES, BROKEN = "locked", "too many pages", "broken"
MOST_PAGES = 30
# In seconds of the processor and in bytes; an honest page of text takes some hundredths of a second.
MOST_TIME = 5
MOST_MEMORY = 1024 * 1024 * 1024


def read_pdf(data: bytes) -> dict[str, Any]:
    """The text of a PDF's pages."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    try:
        reader = PdfReader(BytesIO(data))
        # Many are encrypted with an empty password, which keeps nobody from reading them.
        if reader.is_encrypted and not reader.decrypt(""):
            return {"why": LOCKED}
        if len(reader.pages) > MOST_PAGES:
            return {"why": TOO_MANY_PAGES, "count": len(reader.pages)}
        return {"text": "\n\n".join(page.extract_text() for page in reader.pages)}
    except (DependencyError, FileNotDecryptedError):
        return {"why": LOCKED}


def read_docx(data: bytes) -> dict[str, Any]:
    """The text of a Word document's paragraphs and tables."""
    from docx import Document

    return {"text": "\n".join(_lines(Document(BytesIO(data))))}


def _lines(holder: Any) -> Iterator[str]:
    """The paragraphs in their order, those in the cells of tables too."""
    from docx.table import Table

    for block in holder.iter_inner_content():
        if not isinstance(block, Table):
            yield block.text
            continue
        for row in block.rows:
            # A cell that spans columns is given once for each of them.
            for cell in {id(cell._tc): cell for cell in row.cells}.values():
                yield from _lines(cell)


READERS = {".pdf": read_pdf, ".docx": read_docx}


def main(ending: str) -> None:
    """Read what stands on the standard input."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (MOST_TIME, MOST_TIME))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    try:
        told = READERS[ending](sys.stdin.buffer.read())
    except Exception:  # noqa: BLE001 - a broken file may make the readers raise anything
        told = {"why": BROKEN}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
