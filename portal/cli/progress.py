"""What a long command says while it works, on stderr, so that stdout keeps its one answer."""

import sys
import time

import typer

from portal.cli.context import phrase, translate

LINE_SECONDS = 5.0
"""Away from a terminal, the least time between two lines that only count: a log stays short."""


class MatchingProgress:
    """Says, pass by pass, what a reconciliation of one book found, then how much of it is kept.

    On a terminal the count of what is kept is rewritten in place; elsewhere a line comes at most every few seconds.
    """

    def __init__(self, book: str) -> None:
        self._book = book
        self._live = sys.stderr.isatty()
        self._counting = False
        self._last = time.monotonic()
        self._say(phrase("Rapprochement du livre {book}…", book=book))

    def decided(self, title: str, confirmed: int, left: int) -> None:
        """A pass confirmed so many matches; so many bank lines are still open."""
        self._say(
            phrase(
                "    {title} : {confirmed:rapprochement trouvé|rapprochements trouvés}, "
                "{left:ligne reste ouverte|lignes restent ouvertes}",
                title=translate(title),
                confirmed=confirmed,
                left=left,
            )
        )

    def kept(self, done: int, total: int) -> None:
        """So many matches are in the books, for good, whatever happens next."""
        text = phrase("    {book} : {done} enregistrés sur {total}", book=self._book, done=done, total=total)
        if self._live:
            typer.echo(f"\r{text}", nl=False, err=True)
            self._counting = True
        elif time.monotonic() - self._last >= LINE_SECONDS:
            self._say(text)

    def end(self) -> None:
        """Leave the line that was being rewritten."""
        if self._counting:
            typer.echo(err=True)
            self._counting = False

    def _say(self, text: str) -> None:
        self.end()
        typer.echo(text, err=True)
        self._last = time.monotonic()
