"""Checks one exported payment order without the program, the database or a network.

A stand-alone file: copy it anywhere and run, with nothing but Python's own library,
`python -I offline_verifier.py ORDER.json [--specimen HEX] [--documents DIR] [--extract DIR]`.
It repeats on purpose the encoding of `ledger/orders/canonical.py` and the
Ed25519 verification of RFC 8032, so that an auditor depends on neither. Exit code 0: every check holds; 1: one fails;
2: the file cannot be checked.
"""

import argparse
import base64
import hashlib
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

FORMAT = "pcaes-order-export-v1"
VERSION = "pcaes-order-v1"

# Ed25519, RFC 8032 section 5.1: the field, the curve constant, the group order, the base point.
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)

SPKI = bytes.fromhex("302a300506032b6570032100")
"""What precedes the 32 bytes of an Ed25519 key in a public key file (RFC 8410)."""

Point = tuple[int, int, int, int]
"""Extended homogeneous coordinates (X, Y, Z, T)."""


class Finding(NamedTuple):
    """One check: its French title, whether it holds, and what was found."""

    title: str
    ok: bool
    detail: str


def add(one: Point, two: Point) -> Point:
    """The sum of two points (RFC 8032, section 5.1.4)."""
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c = 2 * one[3] * two[3] * D % P
    d = 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(number: int, base: Point) -> Point:
    """The point added to itself `number` times."""
    result: Point = (0, 1, 1, 0)
    while number > 0:
        if number & 1:
            result = add(result, base)
        base = add(base, base)
        number >>= 1
    return result


def same(one: Point, two: Point) -> bool:
    """True when both coordinates name one point."""
    return (one[0] * two[2] - two[0] * one[2]) % P == 0 and (one[1] * two[2] - two[1] * one[2]) % P == 0


def point(data: bytes) -> Point | None:
    """The point written in 32 bytes, or None when there is none (RFC 8032, section 5.1.3)."""
    if len(data) != 32:
        return None
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT % P
    if (x * x - square) % P != 0 or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or (0, 1, 1, 0)


def is_weak(public: bytes) -> bool:
    """True for the few keys of small order, under which anybody can make a signature that verifies."""
    found = point(public)
    return found is None or same(times(8, found), (0, 1, 1, 0))


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Ed25519 verification (RFC 8032, section 5.1.7), without the cofactor, as most libraries do."""
    key, first = point(public), point(signature[:32])
    if key is None or first is None or len(signature) != 64:
        return False
    second = int.from_bytes(signature[32:], "little")
    if second >= Q:
        return False
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % Q
    return same(times(second, BASE), add(first, times(hashed, key)))


def encode(value: Any) -> bytes:
    """One value as type, length and bytes, as the order was signed."""
    if value is None:
        return b"n\x00\x00\x00\x00"
    if isinstance(value, bool) or not isinstance(value, (str, int, list)):
        raise ValueError(f"valeur d'un type inattendu : {value!r}")
    if isinstance(value, list):
        return b"l" + len(value).to_bytes(4, "big") + b"".join(encode(item) for item in value)
    kind, data = (b"s", value.encode("utf-8")) if isinstance(value, str) else (b"i", str(value).encode("ascii"))
    return kind + len(data).to_bytes(4, "big") + data


def canonical(order: dict[str, Any], signature: dict[str, Any]) -> bytes:
    """The bytes that the signature covers, rebuilt from the exported fields."""
    charges = sorted(([row["book"], row["amount"]] for row in order["charges"]), key=lambda row: str(row[0]))
    who = [signature["person"], signature["state"], signature["mandate"]["start"]]
    return encode(
        [
            VERSION,
            [signature["act"], signature["signed_at"], *who],
            [signature["book"], signature["reason"]],
            [order["number"], order["kind"], order["reissues"], order["on_behalf_of"]],
            [order["purpose"], order["payee"]["name"], order["payee"]["iban"]],
            [order["currency"], order["amount"], order["account"]],
            charges,
            [[row["name"], row["sha256"], row["size"]] for row in order["documents"]],
        ]
    )


def instant(text: str) -> datetime:
    """An instant of the export; one without time zone is an error."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"instant sans fuseau : {text}")
    return moment


def check_signature(order: dict[str, Any], row: dict[str, Any], specimens: list[str]) -> list[Finding]:
    """The signature, the specimen and the mandate of one signed act."""
    data = canonical(order, row)
    mandate = row["mandate"]
    name = f"acte « {row['act']} » du {row['signed_at']}"
    public = bytes.fromhex(row["public_key"])
    good = verify(public, bytes.fromhex(row["signature"]), data) and not is_weak(public)
    digest = hashlib.sha256(data).hexdigest()
    signed, start = instant(row["signed_at"]), instant(mandate["start"])
    inside = start <= signed and (mandate["end"] is None or signed < instant(mandate["end"]))
    holder = mandate["person"] == row["person"] and mandate["state"] == row["state"]
    found = [
        Finding(f"Données signées intactes, {name}", digest == row["canonical_sha256"], f"SHA-256 {digest}"),
        Finding(f"Signature Ed25519 valable, {name}", good, f"clé {fingerprint(public)}"),
        Finding(f"Clé conforme au spécimen, {name}", mandate["public_key"] == row["public_key"], mandate["act"]),
        Finding(f"Mandat en cours, {name}", inside, f"du {mandate['start']} au {mandate['end'] or '(en cours)'}"),
        Finding(f"Signataire titulaire du mandat, {name}", holder, f"{row['person']} ({row['state']})"),
    ]
    if specimens:
        known = row["public_key"] in specimens
        found.append(Finding(f"Spécimen fourni par ailleurs, {name}", known, fingerprint(public)))
    return found


def check_whole(order: dict[str, Any], signatures: list[dict[str, Any]]) -> list[Finding]:
    """The order agrees with itself and is signed."""
    charged = sum(row["amount"] for row in order["charges"])
    acts = [row["act"] for row in signatures]
    return [
        Finding(
            "Charges égales au montant",
            charged == order["amount"] and all(row["amount"] > 0 for row in order["charges"]),
            f"attendu {order['amount']}, réparti {charged}",
        ),
        Finding("Ordonnancement signé une seule fois", acts.count("authorise") == 1, f"actes signés : {acts}"),
    ]


def check_events(events: list[dict[str, Any]], signatures: list[dict[str, Any]]) -> list[Finding]:
    """The stages follow each other, nobody holds two duties, and each signed act is among the events."""
    stages: dict[str | None, str] = {}
    broken: list[str] = []
    duties: dict[str, set[str]] = {}
    for row in sorted(events, key=lambda event: int(event["position"])):
        before = stages.get(row["book"], stages.get(None, "draft"))
        if row["from"] != before:
            broken.append(f"n° {row['position']} : part de {row['from']}, attendu {before}")
        stages[row["book"]] = row["to"]
        duties.setdefault(row["person"], set()).add(row["role"])
    double = sorted(person for person, roles in duties.items() if len(roles) > 1)
    told = {(row["act"], row["person"], row["at"]) for row in events}
    untold = [row["act"] for row in signatures if (row["act"], row["person"], row["signed_at"]) not in told]
    return [
        check_order_of_acts(events),
        Finding("Stades continus", bool(events) and not broken, "; ".join(broken) or f"{len(events)} événements"),
        Finding("Fonctions séparées", not double, ", ".join(double) or f"{len(duties)} personnes"),
        Finding("Chaque acte signé figure aux événements", not untold, ", ".join(untold) or "oui"),
    ]


def check_order_of_acts(events: list[dict[str, Any]]) -> Finding:
    """Nothing is authorised before its commitment, visa and verification, nor paid before its acceptance."""
    done: set[tuple[str, str | None]] = set()
    early = []
    for row in sorted(events, key=lambda event: int(event["position"])):
        needed = [("accept", row["book"])] if row["act"] == "pay" else []
        if row["act"] == "authorise":
            needed = [("commit", None), ("visa", None), ("verify", None)]
        early += [f"n° {row['position']} ({row['act']}) sans {act}" for act, book in needed if (act, book) not in done]
        done.add((row["act"], row["book"]))
    return Finding("Actes dans l'ordre de la loi", not early, "; ".join(early) or "oui")


def check_documents(documents: list[dict[str, Any]], folder: Path) -> list[Finding]:
    """Each supporting document found in the folder has the size and SHA-256 that were signed."""
    held = {hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir()) if path.is_file()}
    return [Finding(f"Pièce « {row['name']} »", row["sha256"] in held, f"SHA-256 {row['sha256']}") for row in documents]


def fingerprint(public: bytes) -> str:
    """The SHA-256 of a public key in groups of four, to be compared by voice or on paper."""
    text = hashlib.sha256(public).hexdigest()
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def check(export: dict[str, Any], specimens: list[str], folder: Path | None) -> list[Finding]:
    """Every check of one export, in the order in which they are printed."""
    if export["format"] != FORMAT:
        raise ValueError(f"format inconnu : {export['format']}")
    order, signatures = export["order"], export["signatures"]
    foreign = sorted({row["algorithm"] for row in signatures if row["algorithm"] != "ed25519"})
    if foreign:
        raise ValueError(f"signature que ce fichier ne sait pas vérifier : {', '.join(foreign)}")
    found = check_whole(order, signatures)
    for row in signatures:
        found += check_signature(order, row, specimens)
    found += check_events(export["events"], signatures)
    if folder is not None:
        found += check_documents(order["documents"], folder)
    return found


def extract(export: dict[str, Any], folder: Path) -> None:
    """Write the signed bytes, the signature and the public key of each act, for another program to check."""
    folder.mkdir(parents=True, exist_ok=True)
    for place, row in enumerate(export["signatures"], start=1):
        key = base64.b64encode(SPKI + bytes.fromhex(row["public_key"])).decode("ascii")
        (folder / f"acte-{place}.bin").write_bytes(canonical(export["order"], row))
        (folder / f"acte-{place}.sig").write_bytes(bytes.fromhex(row["signature"]))
        pem = f"-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----\n"
        (folder / f"acte-{place}.pub").write_text(pem, encoding="ascii")


def main(arguments: list[str]) -> int:
    """Print one line per check; 0 when all hold, 1 when one fails, 2 when the file cannot be checked."""
    parser = argparse.ArgumentParser(description="Vérifie hors ligne un ordre de paiement exporté.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--specimen", action="append", default=[], help="clé publique connue (64 chiffres)")
    parser.add_argument("--documents", type=Path, default=None, help="dossier des pièces justificatives")
    parser.add_argument(
        "--extract", type=Path, default=None, help="dossier où écrire données signées, signature et clé"
    )
    options = parser.parse_args(arguments)
    try:
        export = json.loads(options.export.read_text(encoding="utf-8"))
        findings = check(export, [text.lower() for text in options.specimen], options.documents)
        if options.extract is not None:
            extract(export, options.extract)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.stdout.write(f"Fichier non vérifiable : {type(error).__name__} : {error}\n")
        return 2
    for finding in findings:
        sys.stdout.write(f"{'CONFORME    ' if finding.ok else 'NON CONFORME'}  {finding.title} – {finding.detail}\n")
    good = all(finding.ok for finding in findings)
    sys.stdout.write(f"Ordre {export['order']['number']} : {'conforme' if good else 'NON CONFORME'}\n")
    if not options.specimen:
        sys.stdout.write(
            "Comparez l'empreinte de la clé avec celle déposée à la nomination : l'export apporte la sienne.\n"
        )
    return 0 if good else 1


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a script's stdout is a text stream
    sys.exit(main(sys.argv[1:]))
