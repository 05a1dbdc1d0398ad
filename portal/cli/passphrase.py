"""Where the passphrase of a key comes from: a file, the environment, or the keyboard; never the command line."""

import os
from pathlib import Path

import typer


def ask_passphrase(prompt: str, file: Path | None, *, twice: bool = False) -> str:
    """The passphrase: the first line of `file`, else `PCAES_PASSPHRASE`, else what the person types unseen."""
    if file is not None:
        return file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    known = os.environ.get("PCAES_PASSPHRASE")
    if known is not None:
        return known
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=twice, err=True))
