"""Give a command to `pcaes` from inside the program: same words, same doors, same refusals."""

import contextlib
import io
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from portal.cli import context


class Outcome(NamedTuple):
    """What a command answered: its exit code, what it wrote for programs, what it wrote for people."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON document of a command called with `--json`."""
        return json.loads(self.out)


def call(words: Sequence[str], *, database: str, actor: str | None, now: str | None = None) -> Outcome:
    """Run `pcaes WORDS` in this process, on behalf of `actor`, with the clock set when the books are fictional."""
    from portal.cli.main import program

    out, err = io.StringIO(), io.StringIO()
    options = ["--database", database, *(["--as", actor] if actor else [])]
    code = 0
    with _own_settings(), _clock(now), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            program([*options, *words])
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
    return Outcome(code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def _own_settings() -> Iterator[None]:
    """The options of the called command do not stay with the calling one."""
    kept = replace(context.settings)
    try:
        yield
    finally:
        for name, value in vars(kept).items():
            setattr(context.settings, name, value)


@contextlib.contextmanager
def _clock(now: str | None) -> Iterator[None]:
    kept = os.environ.get("PCAES_NOW")
    if now is not None:
        os.environ["PCAES_NOW"] = now
    try:
        yield
    finally:
        if kept is None:
            os.environ.pop("PCAES_NOW", None)
        else:
            os.environ["PCAES_NOW"] = kept
