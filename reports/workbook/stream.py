"""A large sheet written straight into the ZIP of the workbook: memory does not grow with its rows."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO

from reports.dataset import Report
from reports.workbook.archive import Archive
from reports.workbook.draft import Draft
from reports.workbook.shell import around, new_book, saved_parts, shape

_PART = "xl/worksheets/sheet{}.xml"
BUFFER_CHARACTERS = 1_000_000


class StreamedSheet:
    """One sheet on its way into the archive. Rows wait until `open`, then go through in blocks."""

    def __init__(self, archive: Archive, report: Report, number: int, title: str) -> None:
        self._archive = archive
        self._report = report
        self._number = number
        self._handle: IO[bytes] | None = None
        self._waiting: list[str] = []
        self._characters = 0
        self._packer = ThreadPoolExecutor(1)
        self._packing: Future[int] | None = None
        self.draft = Draft(title, self._emit)

    def _emit(self, xml: str) -> None:
        self._waiting.append(xml)
        self._characters += len(xml)
        if self._characters > BUFFER_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        if self._handle is None:
            self._handle = self._archive.open(_PART.format(self._number))
            self._handle.write(self._surroundings()[0])
        block = "".join(self._waiting).encode()
        self._packed()
        self._packing = self._packer.submit(self._handle.write, block)
        self._waiting.clear()
        self._characters = 0

    def _packed(self) -> None:
        """Wait until the block before has been compressed: one at a time, so that memory stays flat."""
        if self._packing is not None:
            self._packing.result()
            self._packing = None

    def close(self) -> None:
        """Write what is left, then what follows the rows."""
        self._flush()
        assert self._handle is not None, "flushed just above"  # noqa: S101  # tells the type checker, not input
        self._packed()
        self._packer.shutdown()
        self._handle.write(self._surroundings()[1])
        self._handle.close()

    def abandon(self) -> None:
        """Let go of the archive after a failure; what was written is of no use."""
        self._packer.shutdown()
        if self._handle is not None:
            self._handle.close()

    def _surroundings(self) -> tuple[bytes, bytes]:
        """The sheet as openpyxl would write it in its place; a sheet before it takes the selection, as in the whole."""
        book = new_book()  # no style is named around the rows of a sheet of tables
        others = [Draft("-", lambda xml: None, widths=[9.0], row=2)] if self._number > 1 else []
        shape(book, [*others, self.draft], self._report, {})
        made = saved_parts(book)
        return around(made[_PART.format(len(others) + 1)], self.draft)
