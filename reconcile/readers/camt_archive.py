"""A ZIP of camt documents, as banks deliver several accounts or several pages: read as one delivery."""

from reconcile.model import Fault, FileRefused, StatementFile
from reconcile.readers.archive import safe_members, unpack
from reconcile.readers.camt import family, read_documents

DOCUMENTS_BYTES_MAX = 100 * 1024 * 1024
"""As much as one document that comes unpacked."""

_SYSTEM_FILES = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def documents_of(data: bytes) -> list[bytes]:
    """The XML documents of the archive, in the order of their names; an archive inside it is not opened.

    Refuses: archive_unsafe, not_recognised.
    """
    archive, members = safe_members(data, DOCUMENTS_BYTES_MAX)
    members = [member for member in members if not any(mark in member.filename for mark in _SYSTEM_FILES)]
    documents: list[bytes] = []
    size = 0
    with archive:
        for member in sorted(members, key=lambda member: member.filename):
            content = unpack(archive, member, DOCUMENTS_BYTES_MAX)
            size += len(content)
            if size > DOCUMENTS_BYTES_MAX:
                raise FileRefused([Fault("archive_unsafe", "Archive ZIP refusée : plus de 100 Mo décompressés.", {})])
            if not content.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
                raise FileRefused(
                    [
                        Fault(
                            "not_recognised",
                            f"L'archive ZIP contient « {member.filename[:100]} », qui n'est pas un relevé camt (XML). "
                            "Décompressez-la et importez les relevés un à un.",
                            {"name": member.filename[:100]},
                        )
                    ]
                )
            documents.append(content)
    if not documents:
        raise FileRefused([Fault("not_recognised", "L'archive ZIP ne contient aucun relevé.", {})])
    return documents


def format_of(data: bytes) -> str | None:
    """The camt family of the documents of the archive; None when one of them is another XML document.

    Refuses: archive_unsafe, not_recognised, and what `family` refuses.
    """
    kinds = [family(document) for document in documents_of(data)]
    return None if None in kinds else kinds[0]


def read(data: bytes, *, bound_currency: str | None = None) -> StatementFile:
    """Every statement of the archive, all of them or none. Refuses: what one camt document may be refused for."""
    return read_documents(documents_of(data), bound_currency=bound_currency)
