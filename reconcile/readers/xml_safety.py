"""Reading XML that strangers wrote: no document type, no entity, no network, bounded depth and memory."""

import io
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from reconcile.model import Fault, FileRefused

if TYPE_CHECKING:
    from lxml import etree

CLOSED: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,  # keeps the library's own limits: 256 levels, 10 million characters in one text
    "remove_comments": True,
    "remove_pis": True,
}
"""Every door of the XML library that is shut. `recover` stays off: a broken document is refused, not repaired."""

_MARKS = tuple("<!DOCTYPE".encode(coding) for coding in ("ascii", "utf-16-le", "utf-16-be"))

_ENDED = re.compile(rb"</(?:[A-Za-z_][\w.-]{0,40}:)?Document\s{0,100}>\s{0,1000}\Z")
_TAIL_BYTES = 4_096


def refuse_document_type(data: bytes) -> None:
    """Refuse a document with a DOCTYPE anywhere: no bank needs one, and entities could hide an amount.

    Refuses: xml_doctype.
    """
    if any(mark in data for mark in _MARKS):
        raise FileRefused([_document_type()])


def closing_elements(data: bytes, names: Iterable[str]) -> Iterator[tuple[str, "etree._Element"]]:
    """Each element whose local name is in `names`, as (local name, element), when its end is reached.

    The caller frees what it has read; nothing is kept here. Namespaces are ignored.
    Refuses: xml_doctype, file_truncated, encoding, structure.
    """
    from lxml import etree

    refuse_document_type(data)
    known: dict[str, str] = {}
    tags = tuple("{*}" + name for name in names)
    try:
        for _, element in etree.iterparse(io.BytesIO(data), events=("end",), tag=tags, collect_ids=False, **CLOSED):
            tag = str(element.tag)
            name = known.get(tag)
            if name is None:
                _refuse_declared_type(element)
                name = known[tag] = tag.rpartition("}")[2]
            yield name, element
    except etree.XMLSyntaxError as error:
        raise FileRefused([_broken(error, data)]) from error


def root_of(data: bytes) -> tuple[str, list[str]]:
    """Namespace of the first element and the local names of the first two levels met, without reading on.

    Refuses: the same as `closing_elements`.
    """
    from lxml import etree

    refuse_document_type(data)
    names: list[str] = []
    namespace = ""
    try:
        for _, element in etree.iterparse(io.BytesIO(data), events=("start",), collect_ids=False, **CLOSED):
            space, _, name = str(element.tag).rpartition("}")
            namespace = namespace or space.lstrip("{")
            names.append(name)
            if len(names) == 2:
                break
    except etree.XMLSyntaxError as error:
        raise FileRefused([_broken(error, data)]) from error
    return namespace, names


def _refuse_declared_type(element: "etree._Element") -> None:
    about = element.getroottree().docinfo
    if about.internalDTD is not None:
        raise FileRefused([_document_type()])


def _document_type() -> Fault:
    return Fault(
        "xml_doctype",
        "Le document XML déclare un type de document (DOCTYPE), ce qu'aucun relevé bancaire ne contient et qui peut "
        "masquer un montant. Demandez à la banque le fichier d'origine.",
        {},
    )


def _broken(error: "etree.XMLSyntaxError", data: bytes) -> Fault:
    line = error.lineno or 0
    reason = str(error.msg or error)
    if not line and reason == "unknown error":
        raise MemoryError(reason)  # all that the library says when the system gives it no more memory
    facts = {"line": line, "reason": reason}
    if not _ENDED.search(data[-_TAIL_BYTES:].replace(b"\0", b"").rstrip()):
        return Fault(
            "file_truncated",
            f"Le document XML s'arrête avant sa fin (ligne {line}). Téléchargez-le de nouveau auprès de la banque.",
            facts,
        )
    if "encoding" in reason.lower() or "not proper UTF-8" in reason:
        return Fault(
            "encoding",
            f"Le document XML contient à la ligne {line} des caractères qui ne sont pas dans le codage qu'il annonce. "
            "Demandez à la banque un fichier dont l'en-tête XML donne le bon codage.",
            facts,
        )
    return Fault(
        "structure",
        f"Le document XML est mal formé à la ligne {line} ({reason}). Téléchargez-le de nouveau auprès de la banque.",
        facts,
    )
