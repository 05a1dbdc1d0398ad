"""Walking a camt message by local names: the same code reads versions .01 to .14."""

from typing import TYPE_CHECKING, Any

from reconcile.text import clean_label

if TYPE_CHECKING:
    from lxml import etree


class Names(dict[Any, str]):
    """Local name of each tag, worked out once per tag of a document."""

    def __missing__(self, tag: Any) -> str:
        name = self[tag] = str(tag).rpartition("}")[2]
        return name


def at(element: "etree._Element", names: Names, *path: str) -> "etree._Element | None":
    """The first element down the path of local names, or None."""
    found = element
    for name in path:
        for child in found:
            if names[child.tag] == name:
                found = child
                break
        else:
            return None
    return found


def text_of(element: "etree._Element | None") -> str | None:
    """The text of an element without outer spaces; None when it is absent or empty."""
    if element is None:
        return None
    text = element.text
    return (text.strip() or None) if text else None


def text_at(element: "etree._Element", names: Names, *path: str) -> str | None:
    """The text at the end of the path, or None."""
    return text_of(at(element, names, *path))


def shown(text: str) -> str:
    """The label as it may be shown; most need no cleaning, which is seen at once."""
    return text if text.isprintable() and "  " not in text else clean_label(text)


def code_of(element: "etree._Element | None", names: Names) -> str | None:
    """A code written as text (.02 to .06), under `Cd` (.07 and later) or under `Prtry`; None when absent."""
    if element is None:
        return None
    direct = text_of(element)
    if direct is not None:
        return direct
    return text_at(element, names, "Cd") or text_at(element, names, "Prtry")


def page_of(element: "etree._Element", names: Names, tag: str) -> tuple[int, bool] | None:
    """Page number and "this is the last page" of a `MsgPgntn` or `StmtPgntn`; None when not paged."""
    paging = at(element, names, tag)
    if paging is None:
        return None
    number = text_at(paging, names, "PgNb") or ""
    last = text_at(paging, names, "LastPgInd") in ("true", "1")
    return (int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0), last
