"""How long a camt.053 takes to read, beside expat that only keeps the text of each element, in one run.

    python bench/bench_camt.py [entries]

Both read the same message, one after the other, three times. Goal: 1.5 times expat at most. The last figure
is the whole way through the child process, for a file of the size that is accepted.
"""

import gc
import statistics
import sys
import time
from collections.abc import Callable
from xml.parsers import expat

from figures import Table

GOAL = 1.5
TURNS = 3

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
    "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id><ElctrncSeqNb>3</ElctrncSeqNb>"
    "<Acct><Id><IBAN>BF42BF9990100100000012345678</IBAN></Id><Ccy>XOF</Ccy></Acct>"
)
BALANCE = (
    '<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="XOF">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    "<Dt><Dt>2026-03-31</Dt></Dt></Bal>"
)
ENTRY = (
    '<Ntry><NtryRef>{n}</NtryRef><Amt Ccy="XOF">{a}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BookgDt><Dt>2026-03-{d:02d}</Dt></BookgDt><ValDt><Dt>2026-03-{d:02d}</Dt></ValDt><AcctSvcrRef>R{n:08d}</AcctSvcrRef>"
    "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls>"
    '<Refs><EndToEndId>E{n}</EndToEndId></Refs><Amt Ccy="XOF">{a}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    "<RltdPties><Dbtr><Pty><Nm>Bureau {b}</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>Reversement {n}</Ustrd></RmtInf>"
    "</TxDtls></NtryDtls></Ntry>"
)


def message(entries: int) -> bytes:
    """A statement of so many entries whose balances join."""
    amounts = [1_000 + place for place in range(entries)]
    body = "".join(
        ENTRY.format(n=place, a=amount, d=1 + place % 31, b=place % 50) for place, amount in enumerate(amounts)
    )
    balances = BALANCE.format("OPBD", 0) + BALANCE.format("CLBD", sum(amounts))
    return f"{HEAD}{balances}{body}</Stmt></BkToCstmrStmt></Document>".encode()


def by_expat(data: bytes) -> int:
    """The text of every element of every entry by its path, and nothing checked."""
    path: list[str] = []
    text: list[str] = []
    entry: dict[str, str] = {}
    entries: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(name.rpartition("}")[2])
        text.clear()

    def end(name: str) -> None:
        if text:
            entry["/".join(path[4:])] = "".join(text)
            text.clear()
        if path.pop() == "Ntry":
            entries.append(dict(entry))
            entry.clear()

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text.append
    parser.Parse(data, True)
    return len(entries)


def ours(data: bytes) -> int:
    """The reader of the program: lines, details, sums checked."""
    from reconcile.readers import camt

    return len(camt.read(data).statements[0].lines)


def apart(data: bytes) -> int:
    """The same through the child process and back."""
    from reconcile.read import read_file

    return len(read_file(data).statements[0].lines)


def seconds(read: Callable[[bytes], int], data: bytes, entries: int) -> float:
    """One reading, collection of reference cycles off, as in the child process."""
    gc.collect()
    gc.disable()
    before = time.perf_counter()
    assert read(data) == entries
    elapsed = time.perf_counter() - before
    gc.enable()
    return elapsed


def main() -> int:
    """Print the medians and the ratio."""
    shown = Table("Lecture d'un camt.053")
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    data = message(entries)
    runs = [(seconds(by_expat, data, entries), seconds(ours, data, entries)) for _ in range(TURNS)]
    base, own = (statistics.median(column) for column in zip(*runs, strict=True))
    shown.tell(
        f"{entries} écritures, {len(data) / 1e6:.0f} Mo / expat", f"{own:.2f} / {base:.2f} s", own / base, most=GOAL
    )
    small = min(entries, 33_000)
    shown.tell(f"{small} écritures par le processus séparé", f"{seconds(apart, message(small), small):.2f} s")
    return shown.end()


if __name__ == "__main__":
    sys.exit(main())
