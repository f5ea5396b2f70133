"""What a file may tell beside what it says: metadata by kind, against a list of what may be there (T13).

Belongs here: reading files as a stranger who has every tool. Does not: making them. Each check returns faults, so that
a test can plant one and see it caught.
"""

from __future__ import annotations

import csv
import getpass
import io
import json
import re
import socket
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pikepdf

INFO: Final = frozenset({"/Title", "/Producer", "/CreationDate"})
"""R-57: what a PDF may say of itself."""
XMP: Final = frozenset({"part", "Producer", "title", "CreateDate", "Alt", "li", "RDF", "Description", "xmpmeta"})
ROOT: Final = frozenset(
    {
        *("/AF", "/Metadata", "/StructTreeRoot", "/Pages", "/Lang", "/ViewerPreferences", "/Names", "/Outlines"),
        *("/MarkInfo", "/Type", "/Dests", "/PageMode"),
    }
)
ATTACHED: Final = frozenset({"figures.csv", "report.json", "risk.json"})
DAY: Final = re.compile(r"D:\d{8}")
TIME: Final = re.compile(r"\b\d{1,2}:\d{2}:\d{2}\b|T\d{2}:\d{2}")
COLUMNS: Final = (
    "facts_version,wave,instrument,instrument_version,form,block,figure_id,scope,subject,statistic,unit,state,reason,"
    "missing_x,missing_y,value,lo95,hi95,lo90,hi90,verdict,estimand,family"
)
"""R-41."""
_WORKBOOK: Final = frozenset({"created", "title"})


def faults(name: str, data: bytes, *, secrets: Iterable[str] = (), times: bool = False) -> list[str]:
    """Return what a file tells that it should not; `secrets` may be nowhere in it, `times`: it may name instants."""
    found = [f"{name}: {fault}" for fault in _by_kind(name, data)]
    for text in _texts(name, data):
        found += [f"{name}: {each} is in it" for each in (*machine(), *secrets) if each.encode() in text]
        if not times and not name.endswith((".pdf", ".html", ".xlsx")) and TIME.search(text.decode("utf-8", "replace")):
            found.append(f"{name}: a time of day")
    return found


def machine() -> tuple[str, ...]:
    """Return what names this machine, its folders and its user; short names are words, and say nothing."""
    folders = {str(Path.home()), str(Path.cwd()), sys.prefix, "/tmp/", "/home/"}
    names = {name for name in (socket.gethostname(), getpass.getuser()) if len(name) > 4}
    return tuple(sorted(folder for folder in folders | names if folder != "/"))


def _by_kind(name: str, data: bytes) -> Iterator[str]:
    if name.endswith(".pdf"):
        yield from _pdf(data)
    elif name.endswith(".csv"):
        yield from _csv(data)
    elif name.endswith(".json"):
        yield from _json(data)
    elif name.endswith(".xlsx"):
        yield from _xlsx(data)
    elif name.endswith(".html"):
        yield from _html(data.decode())
    elif name.endswith(".txt"):
        yield from _lines(data.decode())
    else:
        yield "a kind of file that no list allows"


def _pdf(data: bytes) -> Iterator[str]:
    if data.count(b"%%EOF") != 1:
        yield "earlier versions of the file are left in it"
    with pikepdf.open(io.BytesIO(data)) as pdf:
        yield from (f"{key[1:]} in its information" for key in sorted(set(pdf.docinfo.keys()) - INFO))
        if "/CreationDate" in pdf.docinfo and not DAY.fullmatch(str(pdf.docinfo.CreationDate)):
            yield "a time of day in its creation date"
        yield from (f"{key[1:]} in its root" for key in sorted(set(pdf.Root.keys()) - ROOT))
        about = ET.fromstring(re.sub(rb"<\?xpacket.*?\?>", b"", pdf.Root.Metadata.read_bytes()).strip())
        named = [node.tag for node in about.iter()] + [key for node in about.iter() for key in node.attrib]
        told = {re.sub(r"\{.*?\}", "", str(tag)) for tag in named} - {"about", "lang"}
        yield from (f"{tag} in its metadata" for tag in sorted(told - XMP))
        for page in pdf.pages:
            yield from (f"{key[1:]} of a page" for key in ("/PieceInfo", "/LastModified", "/Thumb") if key in page.obj)
            for note in page.obj.get("/Annots", ()):
                yield from (f"{key[1:]} of a note" for key in ("/T", "/M", "/RC", "/CreationDate") if key in note)
        for name, attached in pdf.attachments.items():
            if name not in ATTACHED:
                yield f"{name} is attached"
                continue
            file = attached.get_file()
            for date in (file.creation_date, file.mod_date):
                if date is not None and (date.hour, date.minute, date.second) != (0, 0, 0):
                    yield f"{name} is attached with a time of day"
            yield from (f"in {name}: {fault}" for fault in _by_kind(name, file.read_bytes()))


def _csv(data: bytes) -> Iterator[str]:
    rows = list(csv.reader(io.StringIO(data.decode())))
    if ",".join(rows[0]) != COLUMNS:
        yield "other columns than R-41 has"
    if data.startswith(b"\xef\xbb\xbf") or any(row and row[0].startswith("#") for row in rows):
        yield "a mark or a remark of a program"


def _json(data: bytes) -> Iterator[str]:
    def keys(value: Any) -> Iterator[str]:
        if isinstance(value, Mapping):
            for key, part in value.items():
                yield str(key)
                yield from keys(part)
        elif isinstance(value, list):
            for part in value:
                yield from keys(part)

    telling = {"author", "creator", "host", "hostname", "user", "username", "path", "pid", "created_by", "generated_at"}
    yield from (f"{key} is a key of it" for key in sorted(set(keys(json.loads(data))) & telling))


def _xlsx(data: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        for name in book.namelist():
            if "comments" in name or name.startswith(("customXml/", "xl/externalLinks/")) or name.endswith(".bin"):
                yield f"{name} is in it"
        for sheet in ET.fromstring(book.read("xl/workbook.xml")).iter():
            if sheet.get("state") in {"hidden", "veryHidden"}:
                yield f"sheet {sheet.get('name')} is hidden"
        if "docProps/core.xml" in book.namelist():
            told = {
                re.sub(r"\{.*?\}", "", node.tag) for node in ET.fromstring(book.read("docProps/core.xml")) if node.text
            }
            yield from (f"{tag} in its properties" for tag in sorted(told - _WORKBOOK))


def _html(text: str) -> Iterator[str]:
    allowed = {"viewport", "color-scheme", "dcterms.created"}
    yield from (f"meta {name}" for name in re.findall(r'<meta name="([^"]+)"', text) if name not in allowed)
    if "<!--" in text:
        yield "a remark in its source"


def _lines(text: str) -> Iterator[str]:
    if [line for line in text.splitlines() if not re.fullmatch(r"[0-9a-f]{20}", line)]:
        yield "something else than receipts"
    if text.splitlines() != sorted(text.splitlines()):
        yield "receipts in an order that is not that of their digits"


def _texts(name: str, data: bytes) -> list[bytes]:
    """Return everything that can be read in a file: unpacked where it is packed."""
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return [data, *(book.read(part) for part in book.namelist())]
    if not name.endswith(".pdf"):
        return [data]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        streams = [each.read_bytes() for each in pdf.objects if isinstance(each, pikepdf.Stream) and _readable(each)]
        return [data, *streams]


def _readable(stream: pikepdf.Stream) -> bool:
    return "/Subtype" not in stream or stream.Subtype not in ("/Image", "/CIDFontType0C", "/OpenType")
