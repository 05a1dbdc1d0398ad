"""Turn the rows of a bank's table into statements: the engine that CSV and spreadsheets share."""

from typing import NamedTuple

from reconcile.amount import AmountUnreadable
from reconcile.currency import decimals_allowed
from reconcile.model import Fault, FileRefused, Statement
from reconcile.profile import Profile
from reconcile.readers.faults import FAULTS_MAX, span
from reconcile.readers.table import Cell, Table, is_blank, normal, text_of
from reconcile.readers.table_amounts import AmountReader, mixed_marks, settle_currency, shown
from reconcile.readers.table_header import Header
from reconcile.readers.table_lines import Texts
from reconcile.readers.table_preamble import Preamble, balance_kind, first_date, read_preamble, take_balance
from reconcile.readers.table_proof import Evidence, Proof, prove
from reconcile.readers.table_scan import Scan, scan_rows
from reconcile.readers.table_signs import Printed, mark_sign, readings, settled

_PRINTED_AMOUNTS = ("debit", "credit", "amount", "balance")


def read_statements(
    table: Table, header: Header, profile: Profile | None = None, bound_currency: str | None = None
) -> tuple[Statement, ...]:
    """The statements of one table, one per account and in order of appearance.

    Refuses: statement_file_refused, for a row with an amount and no readable date, an amount that must not be
    guessed, two conventions of decimals, several currencies, a running balance, printed balance or total that
    the movements do not give.
    """
    scan = scan_rows(table, header, profile.date_pattern if profile else None)
    if scan.faults:
        raise FileRefused(scan.faults, format=table.format)
    preamble = read_preamble(table.rows[: header.top])
    read_preamble(
        [table.rows[index] for index in scan.footers if index > (scan.movements or [-1])[-1]], preamble, accounts=False
    )
    _table_balances(table, header, scan, preamble)
    groups = _by_account(table, header, scan)
    reading = _Reading(table, header, scan, preamble, profile)
    reading.bound_currency = bound_currency
    return tuple(reading.statement(account, positions, alone=len(groups) == 1) for account, positions in groups.items())


def _table_balances(table: Table, header: Header, scan: Scan, preamble: Preamble) -> None:
    """Balances printed as rows of the table: `SOLDE INITIAL`, `Solde au 31/03/2026`."""
    for index, above, words in scan.controls:
        kind = balance_kind(words)
        if kind is None or (above and words.startswith("report")):
            continue  # a balance carried from one page to the next opens nothing
        row = table.rows[index]
        text = " ".join(cell for cell in row if isinstance(cell, str))
        day_at = header.day_column()
        if kind == "dated" and first_date(text) is None and day_at is not None:
            text = f"{text} {text_of(row[day_at])}"
        at = header.columns.get("balance")
        cell: Cell = row[at] if at is not None else ""
        if is_blank(cell) and header.split:
            debit, credit = row[header.columns["debit"]], row[header.columns["credit"]]
            cell, text = (credit, text) if not is_blank(credit) else (debit, f"{text} debiteur")
        elif is_blank(cell):
            cell = row[header.columns["amount"]]
        if not is_blank(cell):
            take_balance(preamble, kind, normal(text) if kind != "dated" else text, cell)


def _by_account(table: Table, header: Header, scan: Scan) -> dict[str, list[int]]:
    at = header.columns.get("account")
    if at is None:
        return {"": list(range(len(scan.movements)))}
    groups: dict[str, list[int]] = {}
    for position, index in enumerate(scan.movements):
        groups.setdefault("".join(text_of(table.rows[index][at]).split()), []).append(position)
    return groups or {"": []}


class _Parsed(NamedTuple):
    debits: list[int | None]
    credits: list[int | None]
    amounts: list[int | None]
    balances: list[int | None]


class _Reading:
    """One table being read; holds what its statements share."""

    def __init__(self, table: Table, header: Header, scan: Scan, preamble: Preamble, profile: Profile | None) -> None:
        self.table, self.header, self.scan, self.preamble, self.profile = table, header, scan, preamble, profile
        self.faults: list[Fault] = []
        self.bound_currency: str | None = None

    def statement(self, account: str, positions: list[int], *, alone: bool) -> Statement:
        """The statement of one account; `positions` are those of its movements in the scan.

        Refuses: statement_file_refused.
        """
        cells = {name: self._cells(name, positions) for name in _PRINTED_AMOUNTS if name in self.header.columns}
        money = [cell for column in cells.values() for cell in column]
        currency, exponent, notes = settle_currency(self._currency(positions), money)
        decimal_mark = self.profile.decimal_mark if self.profile else None
        self._one_convention(money, decimal_mark)
        reader = AmountReader(currency, exponent, decimal_mark)
        parsed = self._parse(cells, positions, reader)
        self._one_amount_each(parsed, positions)
        if self.faults:
            raise FileRefused(self.faults, format=self.table.format)
        evidence = self._evidence(parsed, positions, reader, alone=alone)
        proof = prove(evidence, self._readings(parsed, positions))
        if isinstance(proof, Fault):
            raise FileRefused([proof], format=self.table.format)
        return self._finished(account, positions, proof, (currency, exponent), notes)

    def _cells(self, name: str, positions: list[int]) -> list[Cell]:
        at = self.header.columns[name]
        rows, movements = self.table.rows, self.scan.movements
        return [rows[movements[position]][at] for position in positions]

    def _currency(self, positions: list[int]) -> str | None:
        declared = self.profile.currency if self.profile else None
        if "currency" in self.header.columns:
            codes = {text_of(cell) for cell in self._cells("currency", positions)} - {""}
            named = {self._code(code) for code in codes}
            if len(named) > 1:
                raise self.table.refusal(
                    "currency_mismatch",
                    f"Le tableau mêle plusieurs monnaies pour un même compte : {', '.join(sorted(named))}. "
                    "Attendu : une seule monnaie par compte. Demandez à la banque un relevé par monnaie.",
                    found=sorted(named),
                )
            if named:
                return named.pop()
        return self.preamble.currency or self.header.currency or declared or self.bound_currency

    @staticmethod
    def _code(text: str) -> str:
        return "XOF" if "cfa" in normal(text) else text.upper()

    def _one_convention(self, money: list[Cell], decimal_mark: str | None) -> None:
        mixed = None if decimal_mark else mixed_marks(money)
        if mixed:
            raise self.table.refusal(
                "amount_unreadable",
                f"Les montants sont écrits de deux façons : « {shown(mixed[0])} » et « {shown(mixed[1])} ». "
                "Attendu : une seule marque décimale dans tout le fichier. Demandez à la banque un relevé corrigé.",
                found=list(mixed),
            )

    def _parse(self, cells: dict[str, list[Cell]], positions: list[int], reader: AmountReader) -> _Parsed:
        columns: dict[str, list[int | None]] = {}
        for name, column in cells.items():
            try:
                columns[name] = reader.read_all(column)
            except AmountUnreadable:
                columns[name] = [self._read_one(cell, positions[place], reader) for place, cell in enumerate(column)]
        single = [] if self.header.split else columns["amount"]
        return _Parsed(columns.get("debit", []), columns.get("credit", []), single, columns.get("balance", []))

    def _read_one(self, cell: Cell, position: int, reader: AmountReader) -> int | None:
        try:
            return reader.read(cell)
        except AmountUnreadable as error:
            index = self.scan.movements[position]
            if len(self.faults) < FAULTS_MAX:
                self.faults.append(
                    Fault(
                        "amount_unreadable",
                        f"{self.table.place(index)} : « {shown(cell)} » n'est pas lisible : {error.explanation}. "
                        f"Attendu : un montant en {reader.currency or 'monnaie du compte'}, "
                        f"{decimals_allowed(reader.exponent)}. "
                        "Demandez à la banque un relevé corrigé.",
                        {"row": self.table.numbers[index], "found": shown(cell), "reason": error.reason},
                    )
                )
            return None

    def _one_amount_each(self, parsed: _Parsed, positions: list[int]) -> None:
        """Every movement has exactly one amount: two would be guessed at, none would be lost."""
        if not self.header.split:
            bad = [place for place, amount in enumerate(parsed.amounts) if amount is None]
        else:
            pairs = zip(parsed.debits, parsed.credits, strict=True)
            bad = [
                place
                for place, (debit, credit) in enumerate(pairs)
                if (debit and credit) or (debit is None and credit is None)
            ]
        if self.faults:
            return
        for place in bad[:FAULTS_MAX]:
            index = self.scan.movements[positions[place]]
            both = self.header.split and parsed.debits[place] is not None
            what = "un débit et un crédit à la fois" if both else "aucun montant lisible"
            self.faults.append(
                Fault(
                    "amount_unreadable",
                    f"{self.table.place(index)} : {what}. Attendu : un seul montant par mouvement. "
                    "Demandez à la banque un relevé corrigé.",
                    {"row": self.table.numbers[index]},
                )
            )

    def _readings(self, parsed: _Parsed, positions: list[int]) -> list[list[int]]:
        marks: list[int] = []
        if "mark" in self.header.columns and parsed.amounts:
            marks = [mark_sign(text_of(cell)) for cell in self._cells("mark", positions)]
            if not all(marks):
                if any(marks):
                    place = self.table.place(self.scan.movements[positions[marks.index(0)]])
                    raise self.table.refusal(
                        "structure",
                        f"{place} : le sens du mouvement n'est pas lisible. Attendu : D ou C. "
                        "Demandez à la banque un relevé corrigé.",
                    )
                marks = []
        found = readings(Printed(parsed.debits, parsed.credits, parsed.amounts, marks))
        if self.profile and self.profile.signs == "inverted":
            found = [[-amount for amount in amounts] for amounts in found]
        return found

    def _evidence(self, parsed: _Parsed, positions: list[int], reader: AmountReader, *, alone: bool) -> Evidence:
        opening, closing = self._printed_balances(reader) if alone else (None, None)
        return Evidence(
            days=[self.scan.days[position] for position in positions],
            balances=parsed.balances,
            opening=opening,
            closing=closing,
            totals=self._totals(reader) if alone else [],
            numbers=[self.table.numbers[self.scan.movements[position]] for position in positions],
            exponent=reader.exponent,
            currency=reader.currency,
            settled=settled(Printed(parsed.debits, parsed.credits, parsed.amounts, [])),
        )

    def _printed_balances(self, reader: AmountReader) -> tuple[int | None, int | None]:
        found = self.preamble
        opening = self._balance(found.opening, reader, debit=found.opening_debit)
        closing = self._balance(found.closing, reader, debit=found.closing_debit)
        dated = sorted(found.dated, key=lambda item: item[0])
        first, last = (min(self.scan.days), max(self.scan.days)) if self.scan.days else (None, None)
        if opening is None and dated and (len(dated) > 1 or (first is not None and dated[0][0] < first)):
            opening = self._balance(dated[0][1], reader, debit=dated[0][2])
            dated = dated[1:]
        if closing is None and dated and (last is None or dated[-1][0] >= last):
            closing = self._balance(dated[-1][1], reader, debit=dated[-1][2])
        return opening, closing

    def _balance(self, cell: Cell | None, reader: AmountReader, *, debit: bool) -> int | None:
        if cell is None:
            return None
        try:
            amount = reader.read(cell)
        except AmountUnreadable as error:
            raise self.table.refusal(
                "amount_unreadable",
                f"Le solde « {shown(cell)} » n'est pas lisible : {error.explanation}. "
                "Attendu : un montant. Demandez à la banque un relevé corrigé.",
                found=shown(cell),
                reason=error.reason,
            ) from error
        return -amount if amount is not None and debit and amount > 0 else amount

    def _totals(self, reader: AmountReader) -> list[tuple[int, int, int | None, int | None]]:
        """Printed totals of debits and credits; a total in a single amount column says too little to check."""
        if not self.header.split:
            return []
        found = []
        for index, above, words in self.scan.controls:
            if not words.startswith(("total", "totaux", "sous total", "cumul")):
                continue
            row = self.table.rows[index]
            sides = []
            for name in ("debit", "credit"):
                cell = row[self.header.columns[name]]
                sides.append(self._balance(cell, reader, debit=False) if not is_blank(cell) else None)
            if "solde" not in words and any(side is not None for side in sides):
                found.append((self.table.numbers[index], above, sides[0], sides[1]))
        return found

    def _finished(
        self, account: str, positions: list[int], proof: Proof, money: tuple[str, int], notes: list[str]
    ) -> Statement:
        texts = Texts(self.table, self.header, self.scan)
        lines = texts.lines(
            [positions[place] for place in proof.order], [proof.amounts[place] for place in proof.order]
        )
        first, last = span(lines)
        pending, self.scan.pending = self.scan.pending, 0  # several accounts of one table: told once
        if pending:
            notes = [*notes, "pending_rows_left_out"]
        if proof.order and proof.order[0] != 0:
            notes = [*notes, "newest_first"]
        declared = self.profile.account if self.profile else None
        return Statement(
            account=account or self.preamble.account or declared or "",
            currency=money[0],
            exponent=money[1],
            number=None,
            start=self.preamble.start or first,
            end=self.preamble.end or last,
            opening=proof.opening,
            closing=proof.closing,
            proven=proof.proven,
            lines=lines,
            notes=(*self.table.notes, *self.header.notes, *notes, *proof.notes),
            pending=pending,
        )
