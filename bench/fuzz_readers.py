"""Break bank files in every way a dice finds, and watch each reader answer: read or refused, never a crash or a hang.

`python bench/fuzz_readers.py [inputs]` (200 000 by default, shared among the formats). Starts from the fictional
statements of the demonstration and, where the folder is there, from the sample files of PCAES_SAMPLES. A reader that
answers `reader_failed` has met something it did not foresee: the input is kept in `out/fuzz/` and the run fails.
"""

import hashlib
import io
import os
import random
import signal
import sys
import time
import zipfile
from collections import Counter
from pathlib import Path
from types import FrameType

from reconcile.model import FileRefused
from reconcile.readers.dispatch import read_bytes

SECONDS_MAX = 10
WORDS = (
    b":61:", b":62F:", b":60M:", b"-}", b"\x00", b"\xff\xfe", b"<!DOCTYPE x>", b"&x;", b"]]>", b"<Ntry>", b"</Stmt>",
    b"999999999999999999999", b"-1", b"1e9", b"NaN", b";;;;", b'"', b"\r", b"\n\n", b"=CMD()", b"04", b"07", b"{", b"}",
    "١٢".encode(), "\u202e".encode(), b"31/02/2026", b"000000", b"XOF", b"EUR", b"0,5", b"\x1a", b"PK\x03\x04",
)  # fmt: skip


class Hang(Exception):
    """A reader took longer than any statement deserves."""


def _hang(_number: int, _frame: FrameType | None) -> None:
    raise Hang


def seeds() -> dict[str, list[bytes]]:
    """Files to start from, by format."""
    from portal.demo.files import statement_bytes
    from portal.demo.places import account_of
    from portal.demo.story import make_story

    found: dict[str, list[bytes]] = {}
    for month in make_story().statements:
        kept = found.setdefault(month.format, [])
        if len(kept) < 6:
            kept.append(statement_bytes(account_of(month.book), month))
    found["csv"] = [
        "Date;Date valeur;Libellé;Débit;Crédit;Solde\n"
        "02/03/2026;02/03/2026;VIREMENT FICTIF;;1 000 000;1 000 000\n"
        "03/03/2026;04/03/2026;FRAIS FICTIFS;1 500;;998 500\n".encode(coding)
        for coding in ("utf-8", "cp1252", "utf-16")
    ]
    found["ofx"] = [
        b"OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nCHARSET:1252\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>XOF"
        b"<BANKACCTFROM><BANKID>BF999<ACCTID>020250000117<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>"
        b"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260302<TRNAMT>1000000<FITID>F1<NAME>FICTIF</STMTTRN></BANKTRANLIST>"
        b"<LEDGERBAL><BALAMT>1000000<DTASOF>20260331</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    ]
    folder = Path(os.environ.get("PCAES_SAMPLES", Path(__file__).parents[2] / "shared" / "samples")) / "statements"
    for file in sorted(folder.glob("*/*")) if folder.is_dir() else ():
        found.setdefault(file.parent.name, []).append(file.read_bytes())
    return found


def broken(data: bytes, dice: random.Random) -> bytes:
    """The file with one to six faults."""
    made = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        place, length = dice.randrange(len(made) + 1), dice.choice((1, 1, 2, 8, 60))
        kind = dice.randrange(7)
        if kind == 0 and made:
            made[place % len(made)] = dice.randrange(256)
        elif kind == 1:
            del made[place : place + length]
        elif kind == 2:
            made[place:place] = dice.choice(WORDS)
        elif kind == 3:
            made[place:place] = made[place : place + length] * dice.randint(1, 4)
        elif kind == 4:
            del made[place:]
        elif kind == 5:
            made[place:place] = dice.randbytes(length)
        else:
            other = dice.randrange(len(made) + 1)
            made[place : place + length], made[other : other + length] = (
                made[other : other + length],
                made[place : place + length],
            )
    return bytes(made)


def broken_part(data: bytes, dice: random.Random) -> bytes:
    """A workbook whose archive is sound and one of whose parts has faults: what a hostile writer would send."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    chosen = dice.choice([name for name in parts if name.endswith((".xml", ".rels"))])
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, broken(content, dice) if name == chosen else content)
    return made.getvalue()


def main() -> int:
    """Break and read; 1 when a reader failed or hung."""
    inputs = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    found = seeds()
    # a workbook costs a hundred times a line of text: it gets a tenth of the tries
    weights = {kind: 1 if kind == "xlsx" else 10 for kind in found}
    dice, answers, bad = random.Random(20250328), Counter[str](), 0
    signal.signal(signal.SIGALRM, _hang)
    started = time.monotonic()
    for kind, files in sorted(found.items()):
        tries = inputs * weights[kind] // sum(weights.values())
        for _ in range(tries):
            seed = dice.choice(files)
            data = broken_part(seed, dice) if kind == "xlsx" and dice.random() < 0.8 else broken(seed, dice)
            signal.alarm(SECONDS_MAX)
            try:
                read_bytes(data)
                answer = "read"
            except FileRefused as refusal:
                answer = refusal.faults[0].code
            except Hang:
                answer = "hang"
            finally:
                signal.alarm(0)
            answers[f"{kind} {'read' if answer == 'read' else 'refused'}"] += 1
            if answer in ("reader_failed", "hang"):
                bad += 1
                kept = Path("out/fuzz") / f"{answer}-{kind}-{hashlib.sha256(data).hexdigest()[:12]}"
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(data)
                print(f"{answer}: {kept}")
        print(f"{kind:<12} {tries:>7} inputs, {time.monotonic() - started:.0f} s")
    print(dict(sorted(answers.items())))
    print(f"{sum(answers.values())} inputs, {bad} crashes or hangs")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
