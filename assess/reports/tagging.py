"""Last corrections to a drawn PDF: artifacts, printable annotations, attachments, metadata, fixed ids (R-34, R-57).

Knows PDF, not reports. WeasyPrint tags running heads as content that no structure element owns; PDF/UA wants them
marked as artifacts of pagination.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

PRINT: Final = 4
"""Flag of an annotation that stays on paper."""
KEPT: Final = frozenset({"/Title", "/Producer", "/CreationDate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file inside the PDF; `relation` as PDF names it: Data, Source."""

    name: str
    data: bytes
    mime: str
    relation: str


def finish(data: bytes, *, attachments: Sequence[Attached], at: datetime | None, unscaled: bool = False) -> bytes:
    """Return the corrected PDF; the same input gives the same bytes. `unscaled`: print dialogs begin at actual size."""
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        owned = owned_content(pdf)
        for index, page in enumerate(pdf.pages):
            _mark_artifacts(pdf, page, owned.get(index, frozenset()))
            _print_annotations(page)
        _forget_orphans(pdf)
        _name_links(pdf)
        for attached in attachments:
            _attach(pdf, attached, at)
        if attachments:
            pdf.Root.AF = pikepdf.Array([pdf.attachments[each.name].obj for each in attachments])
        if unscaled:
            pdf.Root.ViewerPreferences.PrintScaling = pikepdf.Name("/None")
        for key in set(pdf.docinfo.keys()) - KEPT:
            del pdf.docinfo[key]
        out = io.BytesIO()
        pdf.save(
            out,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
            recompress_flate=True,
        )
    return out.getvalue()


def owned_content(pdf: Any) -> dict[int, frozenset[int]]:
    """Return the marked content that the structure tree owns: page index -> content ids."""
    pages = {page.obj.objgen: index for index, page in enumerate(pdf.pages)}
    found: dict[int, set[int]] = {}
    waiting: list[Any] = [pdf.Root.StructTreeRoot]
    while waiting:
        node = waiting.pop()
        index = pages.get(node.Pg.objgen) if "/Pg" in node else None
        for kid in _kids(node):
            if isinstance(kid, int):
                if index is not None:
                    found.setdefault(index, set()).add(kid)
            elif "/K" in kid or "/S" in kid:
                waiting.append(kid)
    return {index: frozenset(ids) for index, ids in found.items()}


def _kids(node: Any) -> Iterable[Any]:
    import pikepdf

    kids = node.get("/K")
    if kids is None:
        return ()
    return kids if isinstance(kids, pikepdf.Array) else (kids,)


def _mark_artifacts(pdf: Any, page: Any, owned: frozenset[int]) -> None:
    """Turn marked content that nothing owns into artifacts, header or footer by where it stands (R-34)."""
    import pikepdf

    written: list[Any] = []
    changed = False
    middle = float(page.mediabox[3]) / 2
    tracker = _Position()
    instructions = pikepdf.parse_content_stream(page)
    for at, instruction in enumerate(instructions):
        operator, operands = str(instruction.operator), instruction.operands
        tracker.see(operator, list(operands))
        if operator == "BDC" and "/MCID" in operands[1] and int(operands[1]["/MCID"]) not in owned:
            place = "/Header" if tracker.height(instructions[at:]) > middle else "/Footer"
            kind = pikepdf.Dictionary(Type=pikepdf.Name.Pagination, Subtype=pikepdf.Name(place))
            written.append(pikepdf.ContentStreamInstruction([pikepdf.Name.Artifact, kind], pikepdf.Operator("BDC")))
            changed = True
        else:
            written.append(instruction)
    if changed:
        page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(written))


class _Position:
    """Follows the vertical part of the transformation, enough to tell the head of a page from its foot."""

    def __init__(self) -> None:
        self.stack: list[tuple[float, float]] = []
        self.scale, self.shift = 1.0, 0.0

    def see(self, operator: str, operands: Sequence[Any]) -> None:
        """Take note of q, Q and cm."""
        if operator == "q":
            self.stack.append((self.scale, self.shift))
        elif operator == "Q" and self.stack:
            self.scale, self.shift = self.stack.pop()
        elif operator == "cm":
            d, f = float(operands[3]), float(operands[5])
            self.scale, self.shift = self.scale * d, self.shift + self.scale * f

    def height(self, ahead: Sequence[Any]) -> float:
        """Return how high the first text ahead stands on the page."""
        for instruction in ahead:
            operator = str(instruction.operator)
            if operator == "Tm":
                return self.shift + self.scale * float(instruction.operands[5])
            if operator == "EMC":
                break
        return self.shift


def _print_annotations(page: Any) -> None:
    for annotation in page.obj.get("/Annots", ()):
        annotation.F = int(annotation.get("/F", 0)) | PRINT


def _forget_orphans(pdf: Any) -> None:
    """Take structure elements that the tree does not reach out of the parent tree."""
    import pikepdf

    reached: set[tuple[int, int]] = set()
    waiting: list[Any] = [pdf.Root.StructTreeRoot]
    while waiting:
        node = waiting.pop()
        reached.add(node.objgen)
        waiting += [kid for kid in _kids(node) if not isinstance(kid, int) and "/S" in kid]
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    for at in range(1, len(numbers), 2):
        entry = numbers[at]
        if isinstance(entry, pikepdf.Array):
            for place, element in enumerate(entry):
                if element is not None and element.objgen not in reached:
                    entry[place] = None
    pdf.Root.StructTreeRoot.ParentTreeNextKey = len(numbers) // 2


def _name_links(pdf: Any) -> None:
    """Give every internal link the title of the page it leads to, instead of an anchor's name."""
    titles = {item.destination[0].objgen: str(item.title) for item in _outlines(pdf)}
    names = pdf.Root.get("/Names", {}).get("/Dests", {}).get("/Names", ())
    targets = {str(names[at]): names[at + 1] for at in range(0, len(names), 2)}
    for page in pdf.pages:
        for annotation in page.obj.get("/Annots", ()):
            target = targets.get(str(annotation.get("/Dest", "")))
            if target is not None and target[0].objgen in titles:
                annotation.Contents = titles[target[0].objgen]


def _outlines(pdf: Any) -> list[Any]:
    with pdf.open_outline() as outline:
        return list(outline.root)


def _attach(pdf: Any, attached: Attached, at: datetime | None) -> None:
    from pikepdf import AttachedFileSpec, Name

    dates = {} if at is None else {"creation_date": _moment(at), "mod_date": _moment(at)}
    spec = AttachedFileSpec(
        pdf,
        attached.data,
        filename=attached.name,
        description=attached.name,
        mime_type=attached.mime,
        relationship=Name(f"/{attached.relation}"),
        **dates,
    )
    pdf.attachments[attached.name] = spec


def _moment(at: datetime) -> str:
    return at.strftime("D:%Y%m%d%H%M%SZ")
