"""Mandates of the authorising officer, keys, payment orders, events, signatures, and the guards that hold them.

An order has no stage column: its stage is the target of its last event, and each event is guarded by what came before.
The conditions below are written once for both engines; `{day}`, `{number}` and `{year_start}` stand for what differs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LOCK = 20250328
KEYS = {
    "mandate": "id", "signing_key": "id", "signing_key_event": "id", "order_rule": "id", "order_rule_end": "rule_id",
    "order_move": "sequence source act", "check_item": "code", "payment_order": "id", "order_charge": "order_id book",
    "order_document": "order_id position", "document_file": "sha256", "order_event": "order_id position",
    "order_signature": "order_id position", "order_check": "order_id position code", "order_entry": "entry_id",
    "payment_file": "message_id", "payment_file_charge": "message_id order_id book",
    "payment_file_recall": "message_id order_id book", "handover_record": "id",
    "handover_signature": "record_id part",
}  # fmt: skip
NAMES = {"signing_key": ("public_key",), "payment_order": ("key",), "handover_record": ("successor_id",)}
"""What else names a row: on SQLite, a new row of another key would take its place as well."""

DEAD = "('rejected', 'cancelled', 'returned')"
SPENT = "('paid', 'cleared', 'rejected', 'cancelled', 'returned', 'bank_returned')"


def _active(person: str) -> str:
    return (
        f"coalesce((SELECT v.action FROM user_event v WHERE v.user_name = {person} ORDER BY v.id DESC LIMIT 1), '')"
        " <> 'disable'"
    )


def _stage(order: str, book: str) -> str:
    """The stage of one charge: the last event of the whole order or of the charge."""
    return (
        f"coalesce((SELECT s.target FROM order_event s WHERE s.order_id = {order} AND s.book IN ({book}, '*')"
        " ORDER BY s.position DESC LIMIT 1), 'draft')"
    )


def _balance(book: str) -> str:
    """What the books hold on the bank account of a book, from its last opening entries on."""
    account = f"CASE {book} WHEN 'BF' THEN '52111' WHEN 'ML' THEN '52112' ELSE '52113' END"
    opened = f"(SELECT max(y.year) FROM year_event y WHERE y.book = {book} AND y.action = 'opening')"
    return (
        f"(SELECT coalesce(sum(l.debit - l.credit), 0) FROM entry_line l WHERE l.account = {account}"
        f" AND l.book = {book} AND l.date >= {{year_start:{opened}}})"
    )


def _reserved(book: str) -> str:
    """What other orders have committed on a book and not paid; a regularisation was already paid by the bank."""
    return (
        "(SELECT coalesce(sum(c.amount), 0) FROM order_charge c JOIN payment_order p ON p.id = c.order_id"
        f" WHERE c.book = {book} AND c.order_id <> NEW.order_id AND p.kind <> 'regularisation'"
        " AND EXISTS (SELECT 1 FROM order_event k WHERE k.order_id = c.order_id AND k.act = 'commit')"
        f" AND {_stage('c.order_id', 'c.book')} NOT IN {SPENT})"
    )


def _rule(kind: str) -> str:
    return (
        "FROM order_rule r LEFT JOIN order_rule_end x ON x.rule_id = r.id"
        f" WHERE r.kind = '{kind}' AND r.start_on <= {{day}} AND (x.end_on IS NULL OR {{day}} < x.end_on)"
    )


MANDATE_NOW = "(SELECT m.id FROM mandate m WHERE m.start_at <= NEW.at ORDER BY m.start_at DESC LIMIT 1)"
ORDER = "payment_order p WHERE p.id = NEW.order_id"
KIND = f"(SELECT p.kind FROM {ORDER})"
MOVE = (
    "order_move m WHERE m.sequence = (SELECT p.sequence FROM payment_order p WHERE p.id = NEW.order_id)"
    " AND m.level = CASE WHEN NEW.book = '*' THEN 'order' ELSE 'charge' END AND m.source = NEW.source"
    " AND m.act = NEW.act AND m.target = NEW.target AND m.role = NEW.role"
)
CHECKS_HERE = "FROM order_check k JOIN check_item i ON i.code = k.code WHERE k.order_id = NEW.order_id"
LAST_SUSPENSION = (
    "(SELECT max(s.position) FROM order_event s WHERE s.order_id = NEW.order_id AND s.book = NEW.book"
    " AND s.act = 'suspend')"
)
PAST = "SELECT 1 FROM order_event o"

ACCEPTANCES = (
    "(SELECT count(*) FROM order_event o WHERE o.order_id = NEW.order_id AND o.book = NEW.book AND o.act = 'accept')"
)
IN_LIVE_FILE = (
    "EXISTS (SELECT 1 FROM payment_file_charge f WHERE f.order_id = NEW.order_id AND f.book = NEW.book"
    f" AND f.occurrence = {ACCEPTANCES} AND NOT EXISTS (SELECT 1 FROM payment_file_recall r"
    " WHERE r.message_id = f.message_id AND r.order_id = f.order_id AND r.book = f.book))"
)

EVENT_FAULTS = (
    ("order_unknown", f"NOT EXISTS (SELECT 1 FROM {ORDER})"),
    (
        "order_event_sequence",
        "NEW.position <> coalesce((SELECT max(o.position) FROM order_event o WHERE o.order_id = NEW.order_id), 0) + 1",
    ),
    (
        "order_event_order",
        "NEW.at < coalesce((SELECT o.at FROM order_event o WHERE o.order_id = NEW.order_id"
        " AND o.position = NEW.position - 1), (SELECT p.created_at FROM payment_order p WHERE p.id = NEW.order_id))",
    ),
    (
        "order_charge_unknown",
        "NEW.book <> '*' AND NOT EXISTS (SELECT 1 FROM order_charge c WHERE c.order_id = NEW.order_id"
        " AND c.book = NEW.book)",
    ),
    (
        "order_level_moved",
        f"NEW.book = '*' AND EXISTS ({PAST} WHERE o.order_id = NEW.order_id AND o.book <> '*')",
    ),
    ("order_event_source", f"NEW.source <> {_stage('NEW.order_id', 'NEW.book')}"),
    ("order_move_illegal", f"NOT EXISTS (SELECT 1 FROM {MOVE})"),
    (
        "order_reason_missing",
        f"trim(coalesce(NEW.reason, '')) = '' AND EXISTS (SELECT 1 FROM {MOVE} AND m.reason)",
    ),
    (
        "order_kind_wrong",
        f"CASE WHEN {KIND} = 'regularisation' THEN NEW.act IN ('accept', 'requisition', 'pay')"
        " OR (NEW.act = 'return' AND NEW.source IN ('paid', 'cleared')) ELSE NEW.act = 'regularise' END",
    ),
    (
        "order_person_role",
        "NOT EXISTS (SELECT 1 FROM app_user u WHERE u.name = NEW.person AND u.role = NEW.role"
        f" AND (u.role <> 'accountant' OR u.book IS NULL OR u.book = NEW.book)) OR NOT ({_active('NEW.person')})",
    ),
    (
        "duty_conflict",
        f"EXISTS ({PAST} WHERE o.order_id = NEW.order_id AND o.person = NEW.person AND o.role <> NEW.role)"
        f" OR (NEW.role <> 'requester' AND EXISTS (SELECT 1 FROM {ORDER} AND p.actor = NEW.person))",
    ),
    (
        "visa_twice",
        f"NEW.act = 'visa' AND EXISTS ({PAST} WHERE o.order_id = NEW.order_id AND o.act = 'visa'"
        " AND o.person = NEW.person)",
    ),
    (
        "nationality_rule",
        f"NEW.role <> 'requester' AND EXISTS (SELECT 1 {_rule('nationality')}) AND EXISTS ({PAST}"
        " JOIN app_user a ON a.name = o.person JOIN app_user n ON n.name = NEW.person WHERE o.order_id = NEW.order_id"
        " AND o.role NOT IN ('requester', NEW.role)"
        " AND (a.nationality IS NULL OR n.nationality IS NULL OR a.nationality = n.nationality))",
    ),
    (
        "order_outside_mandate",
        "CASE WHEN NEW.role = 'officer' THEN NEW.mandate_id IS NULL"
        f" OR NEW.mandate_id <> coalesce({MANDATE_NOW}, -1)"
        " OR NOT EXISTS (SELECT 1 FROM mandate h WHERE h.id = NEW.mandate_id AND h.person = NEW.person)"
        " ELSE NEW.mandate_id IS NOT NULL END",
    ),
    (
        "visa_missing",
        "NEW.act = 'authorise' AND (SELECT count(*) FROM order_event o WHERE o.order_id = NEW.order_id"
        f" AND o.act = 'visa') < coalesce((SELECT max(r.visas) {_rule('threshold')}"
        f" AND r.amount <= (SELECT p.amount FROM {ORDER})), 1)",
    ),
    (
        "signature_missing",
        f"EXISTS (SELECT 1 FROM {MOVE} AND m.signed) AND NOT EXISTS (SELECT 1 FROM order_signature g"
        " WHERE g.order_id = NEW.order_id AND g.position = NEW.position AND g.signed_at = NEW.at"
        " AND g.mandate_id = NEW.mandate_id)",
    ),
    (
        "order_awaits_confirmation",
        "NEW.act IN ('accept', 'regularise', 'pay', 'requisition')"
        f" AND NOT EXISTS ({PAST} WHERE o.order_id = NEW.order_id AND o.book IN ('*', NEW.book)"
        f" AND o.act IN ('authorise', 'confirm') AND o.mandate_id = {MANDATE_NOW})",
    ),
    (
        "check_incomplete",
        "NEW.act IN ('accept', 'regularise') AND (SELECT count(*) FROM order_check k WHERE k.order_id = NEW.order_id"
        " AND k.position = NEW.position) <> (SELECT count(*) FROM check_item)",
    ),
    (
        "check_failed",
        "NEW.act IN ('accept', 'regularise') AND NEW.source <> 'requisitioned'"
        f" AND EXISTS (SELECT 1 {CHECKS_HERE} AND k.position = NEW.position AND NOT k.passed)",
    ),
    (
        "requisition_excepted",
        f"(NEW.act = 'requisition' AND EXISTS (SELECT 1 {CHECKS_HERE} AND k.position = {LAST_SUSPENSION}"
        " AND NOT k.passed AND i.excepted)) OR (NEW.act = 'accept' AND EXISTS (SELECT 1"
        f" {CHECKS_HERE} AND k.position = NEW.position AND NOT k.passed AND i.excepted))",
    ),
    (
        "check_reason_missing",
        f"NEW.act = 'suspend' AND NOT EXISTS (SELECT 1 {CHECKS_HERE} AND k.position = NEW.position AND NOT k.passed)",
    ),
    (
        "check_person",
        "EXISTS (SELECT 1 FROM order_check k WHERE k.order_id = NEW.order_id AND k.position = NEW.position"
        " AND k.person <> NEW.person)",
    ),
    (
        "order_in_transfer_file",
        f"NEW.source = 'accepted' AND NEW.act IN ('suspend', 'cancel', 'return') AND {IN_LIVE_FILE}",
    ),
    (
        "order_funds",
        f"(NEW.act = 'commit' AND {KIND} <> 'regularisation' AND EXISTS (SELECT 1 FROM order_charge g"
        f" WHERE g.order_id = NEW.order_id AND g.amount > {_balance('g.book')} - {_reserved('g.book')}))"
        " OR (NEW.act = 'pay' AND (SELECT g.amount FROM order_charge g WHERE g.order_id = NEW.order_id"
        f" AND g.book = NEW.book) > {_balance('NEW.book')})",
    ),
)

ORDER_FAULTS = (
    (
        "order_number_gap",
        "NEW.rank <> coalesce((SELECT max(p.rank) FROM payment_order p WHERE p.year = NEW.year), 0) + 1"
        " OR NEW.number <> {number} OR NEW.year <> CAST(substr(NEW.created_at, 1, 4) AS INTEGER)",
    ),
    (
        "order_charges_differ",
        "NEW.amount <> coalesce((SELECT sum(c.amount) FROM order_charge c WHERE c.order_id = NEW.id), 0)",
    ),
    ("order_documents_missing", "NOT EXISTS (SELECT 1 FROM order_document d WHERE d.order_id = NEW.id)"),
    ("order_account_unknown", "NOT EXISTS (SELECT 1 FROM account a WHERE a.number = NEW.account AND a.postable)"),
    (
        "order_actor_role",
        f"NOT EXISTS (SELECT 1 FROM app_user u WHERE u.name = NEW.actor AND u.role = 'requester')"
        f" OR NOT ({_active('NEW.actor')})",
    ),
    (
        "order_sequence_rule",
        "NEW.sequence <> coalesce((SELECT r.sequence FROM order_rule r WHERE r.kind = 'sequence' AND r.start_on <="
        " {created} ORDER BY r.start_on DESC LIMIT 1), 'visa_first')",
    ),
    (
        "order_reissue_unreturned",
        "NEW.kind = 'reissue' AND EXISTS (SELECT 1 FROM order_charge c WHERE c.order_id = NEW.id AND NOT EXISTS"
        " (SELECT 1 FROM payment_order q JOIN order_charge d ON d.order_id = q.id AND d.book = c.book"
        f" WHERE q.number = NEW.reissues AND d.amount = c.amount AND {_stage('q.id', 'c.book')} = 'bank_returned'))",
    ),
    (
        "order_reissued_once",
        "NEW.kind = 'reissue' AND EXISTS (SELECT 1 FROM order_charge c JOIN order_charge d ON d.book = c.book"
        " JOIN payment_order q ON q.id = d.order_id WHERE c.order_id = NEW.id AND q.reissues = NEW.reissues"
        f" AND q.id <> NEW.id AND {_stage('q.id', 'c.book')} NOT IN {DEAD})",
    ),
)

FILE = "payment_file p WHERE p.message_id = NEW.message_id"
KEEPS_BOOK = (
    "NOT EXISTS (SELECT 1 FROM app_user u WHERE u.name = NEW.actor AND u.role = 'accountant'"
    f" AND (u.book IS NULL OR u.book = NEW.book)) OR NOT ({_active('NEW.actor')})"
)
SEALED_ORDER = "EXISTS (SELECT 1 FROM payment_order p WHERE p.id = NEW.order_id)"
SEALED_EVENT = "EXISTS (SELECT 1 FROM order_event o WHERE o.order_id = NEW.order_id AND o.position = NEW.position)"


def _own_key(instant: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM signing_key k WHERE k.public_key = NEW.public_key AND k.person = {person}"
        f" AND k.at <= {instant} AND NOT EXISTS (SELECT 1 FROM signing_key_event r WHERE r.key_id = k.id"
        f" AND r.at <= {instant}))"
    )


FAULTS = {
    "mandate": (
        (
            "mandate_overlap",
            "NEW.start_at BETWEEN (SELECT min(start_at) FROM mandate) AND (SELECT max(start_at) FROM mandate)",
        ),
        (
            "mandate_signed_after",
            "EXISTS (SELECT 1 FROM order_event o WHERE o.role = 'officer' AND o.at >= NEW.start_at AND o.at <"
            " coalesce((SELECT min(m.start_at) FROM mandate m WHERE m.start_at > NEW.start_at), '9999'))",
        ),
        (
            "mandate_person_role",
            "NOT EXISTS (SELECT 1 FROM app_user u WHERE u.name = NEW.person AND u.role = 'officer')",
        ),
    ),
    "order_rule": (
        (
            "order_rule_late",
            "{start} <= coalesce(CASE NEW.kind WHEN 'sequence' THEN (SELECT max(substr(p.created_at, 1, 10))"
            " FROM payment_order p) ELSE (SELECT max(substr(o.at, 1, 10)) FROM order_event o WHERE CASE NEW.kind"
            " WHEN 'threshold' THEN o.act = 'authorise' ELSE o.role <> 'requester' END) END, '')",
        ),
        (
            "order_rule_conflict",
            "EXISTS (SELECT 1 FROM order_rule r LEFT JOIN order_rule_end x ON x.rule_id = r.id"
            " WHERE r.kind = NEW.kind AND coalesce(r.amount, 0) = coalesce(NEW.amount, 0)"
            " AND (CASE WHEN NEW.kind = 'sequence' THEN r.start_on >= NEW.start_on"
            " ELSE x.end_on IS NULL OR x.end_on > NEW.start_on END))",
        ),
    ),
    "order_rule_end": (
        (
            "order_rule_end_early",
            "NEW.end_on <= (SELECT r.start_on FROM order_rule r WHERE r.id = NEW.rule_id)"
            " OR NOT EXISTS (SELECT 1 FROM order_rule r WHERE r.id = NEW.rule_id AND r.kind <> 'sequence')",
        ),
    ),
    "payment_order": ORDER_FAULTS,
    "order_charge": (("charge_on_sealed_order", SEALED_ORDER),),
    "order_document": (
        ("document_on_sealed_order", SEALED_ORDER),
        ("document_file_missing", "NOT EXISTS (SELECT 1 FROM document_file f WHERE f.sha256 = NEW.sha256)"),
    ),
    "order_check": (
        ("check_on_sealed_event", SEALED_EVENT),
        ("check_unknown", "NOT EXISTS (SELECT 1 FROM check_item i WHERE i.code = NEW.code)"),
    ),
    "order_signature": (
        ("signature_on_sealed_event", SEALED_EVENT),
        (
            "signature_key_unknown",
            "NOT "
            + _own_key("NEW.signed_at").replace(
                "{person}", "(SELECT m.person FROM mandate m WHERE m.id = NEW.mandate_id)"
            ),
        ),
    ),
    "order_event": EVENT_FAULTS,
    "order_entry": (
        ("order_entry_late", "EXISTS (SELECT 1 FROM entry e WHERE e.id = NEW.entry_id)"),
        (
            "order_entry_unposted",
            "NOT EXISTS (SELECT 1 FROM order_event o JOIN payment_order p ON p.id = o.order_id JOIN order_move m"
            " ON m.sequence = p.sequence AND m.source = o.source AND m.act = o.act WHERE o.order_id = NEW.order_id"
            " AND o.position = NEW.position AND m.posts IS NOT NULL)",
        ),
        # an act announces its entries while it is done: its command has no row in the log yet
        (
            "order_entry_late",
            "EXISTS (SELECT 1 FROM order_event o JOIN command_log c ON c.id = o.command_id"
            " WHERE o.order_id = NEW.order_id AND o.position = NEW.position)",
        ),
    ),
    "payment_file_charge": (
        ("transfer_not_accepted", f"{_stage('NEW.order_id', 'NEW.book')} <> 'accepted'"),
        ("transfer_occurrence", f"NEW.occurrence <> {ACCEPTANCES}"),
        ("transfer_once", IN_LIVE_FILE),
        ("transfer_book", f"NEW.book <> coalesce((SELECT p.book FROM {FILE}), '')"),
        (
            "order_awaits_confirmation",
            f"NOT EXISTS ({PAST} WHERE o.order_id = NEW.order_id AND o.book IN ('*', NEW.book)"
            " AND o.act IN ('authorise', 'confirm') AND o.mandate_id = (SELECT m.id FROM mandate m WHERE m.start_at <="
            f" (SELECT p.at FROM {FILE}) ORDER BY m.start_at DESC LIMIT 1))",
        ),
        # a file names its charges while it is made: its command has no row in the log yet
        (
            "transfer_file_sealed",
            "EXISTS (SELECT 1 FROM payment_file p JOIN command_log c ON c.id = p.command_id"
            " WHERE p.message_id = NEW.message_id)",
        ),
    ),
    "payment_file": (("transfer_person_role", KEEPS_BOOK),),
    "payment_file_recall": (
        (
            "recall_not_in_file",
            "NOT EXISTS (SELECT 1 FROM payment_file_charge f WHERE f.message_id = NEW.message_id"
            " AND f.order_id = NEW.order_id AND f.book = NEW.book)",
        ),
        ("recall_not_accepted", f"{_stage('NEW.order_id', 'NEW.book')} <> 'accepted'"),
        ("recall_before_file", f"NEW.at < (SELECT p.at FROM {FILE})"),
        ("transfer_person_role", KEEPS_BOOK),
    ),
    "handover_signature": (
        (
            "handover_signatory",
            "NOT EXISTS (SELECT 1 FROM handover_record h JOIN mandate b ON b.id = h.predecessor_id"
            " JOIN mandate a ON a.id = h.successor_id WHERE h.id = NEW.record_id AND NEW.person ="
            " CASE NEW.part WHEN 'outgoing' THEN b.person WHEN 'incoming' THEN a.person"
            " WHEN 'witness_one' THEN h.witness_one ELSE h.witness_two END"
            " AND (NEW.part = 'incoming' OR (h.absence IS NULL) = (NEW.part = 'outgoing')))",
        ),
        ("signature_key_unknown", "NOT " + _own_key("NEW.signed_at").replace("{person}", "NEW.person")),
    ),
}  # fmt: skip

# The account is compared by its first digits through a function, so that no engine looks lines up by account here.
# An entry that an order writes is announced by the order's event; after the take-over no other act empties a bank
# account but a transfer between the three accounts, the imputation of a bank line, an opening or a correction.
BANK_LINES = "origin IN ('statement', 'imputation')"
BANK_CREDIT = (
    "(SELECT coalesce(sum(l.credit), 0) FROM entry_line l WHERE l.entry_id = NEW.id"
    " AND substr(l.account, 1, 4) = '5211')"
)
PAYS_CHARGE = (
    "EXISTS (SELECT 1 FROM order_entry x JOIN order_event o ON o.order_id = x.order_id AND o.position = x.position"
    " JOIN order_charge c ON c.order_id = o.order_id AND c.book = o.book WHERE x.entry_id = NEW.id AND o.act = 'pay'"
    f" AND c.book = NEW.book AND c.amount = {BANK_CREDIT} AND NOT EXISTS (SELECT 1 FROM order_entry y"
    " JOIN entry_line l ON l.entry_id = y.entry_id WHERE y.order_id = x.order_id AND y.position = x.position"
    " AND y.entry_id <> x.entry_id AND substr(l.account, 1, 4) = '5211' AND l.credit > 0))"
)
MOVES_FUNDS = (
    f"(NEW.peer IS NOT NULL AND {BANK_CREDIT} = (SELECT coalesce(sum(l.debit), 0) FROM entry_line l"
    " WHERE l.entry_id = NEW.id AND l.account = '5851'))"
)
# A bank line is imputed once, while nothing in force is matched with it, and to a suspense account.
IMPUTES = (
    "(NEW.origin IN ('statement', 'imputation') AND EXISTS (SELECT 1 FROM statement_line s"
    " JOIN statement t ON t.id = s.statement_id WHERE s.id = {line_id} AND s.kind = 'statement' AND s.book = NEW.book"
    " AND (s.statement_id NOT IN (SELECT w.statement_id FROM statement_withdrawal w) OR EXISTS (SELECT 1"
    " FROM statement_line_again g WHERE g.line_id = s.id AND g.statement_id NOT IN (SELECT w.statement_id"
    " FROM statement_withdrawal w)))"
    f" AND -s.amount = {BANK_CREDIT} AND NOT EXISTS (SELECT 1 FROM bank_match_line m LEFT JOIN match_undo u"
    " ON u.match_id = m.match_id WHERE m.line_id = s.id AND u.match_id IS NULL))"
    " AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.origin IN ('statement', 'imputation')"
    " AND e.origin_ref = NEW.origin_ref AND e.id <> NEW.id AND NOT EXISTS (SELECT 1 FROM entry c"
    " WHERE c.corrects = e.id)) AND NOT EXISTS (SELECT 1 FROM entry_line l JOIN account a ON a.number = l.account"
    " WHERE l.entry_id = NEW.id AND substr(l.account, 1, 4) <> '5211' AND NOT a.suspense))"
)
# What replaces a corrected entry credits no more than it did; an order, a transfer or a bank line is not replaced so.
REPLACES = (
    "(NEW.replaces IS NOT NULL AND EXISTS (SELECT 1 FROM entry c WHERE c.corrects = NEW.replaces)"
    " AND EXISTS (SELECT 1 FROM entry w WHERE w.id = NEW.replaces AND w.peer IS NULL"
    " AND w.origin NOT IN ('order', 'statement', 'imputation'))"
    " AND NOT EXISTS (SELECT 1 FROM entry c WHERE c.replaces = NEW.replaces AND c.id <> NEW.id)"
    f" AND {BANK_CREDIT} <= (SELECT coalesce(sum(l.credit), 0) FROM entry_line l WHERE l.entry_id = NEW.replaces"
    " AND substr(l.account, 1, 4) = '5211'))"
)
# The opening entry of a year credits a bank account by what it was overdrawn at the end of the year before.
OPENS = (
    "(NEW.origin = 'opening' AND NEW.journal = 'AN' AND NEW.date = {january} AND NOT EXISTS (SELECT 1 FROM year_event y"
    " WHERE y.book = NEW.book AND y.year = NEW.year AND y.action = 'opening')"
    f" AND {BANK_CREDIT} = (SELECT coalesce(sum(l.credit - l.debit), 0) FROM entry_line l WHERE l.book = NEW.book"
    " AND l.account LIKE '5211_' AND l.date < NEW.date AND l.date >= {year_start:(SELECT max(y.year) FROM year_event y"
    " WHERE y.book = NEW.book AND y.action = 'opening' AND y.year < NEW.year)}))"
)
# The end of the take-over is judged when an entry is recorded, whatever its date. A correction with negative amounts
# lessens a debit and pays nobody; one that swaps the sides credits the bank as any payment does.
AFTER_TAKEOVER = "EXISTS (SELECT 1 FROM takeover_end) AND (NEW.corrects IS NULL OR NEW.correction = 'contra')"
ENTRY_FAULTS = (
    (
        "order_entry_missing",
        "(NEW.origin = 'order') <> EXISTS (SELECT 1 FROM order_entry x WHERE x.entry_id = NEW.id)",
    ),
    (
        "entry_corrected_by_hand",
        "NEW.corrects IS NOT NULL AND EXISTS (SELECT 1 FROM entry w WHERE w.id = NEW.corrects AND (w.origin IN"
        " ('opening', 'closing') OR (w.origin IN ('order', 'capital') AND NEW.origin <> w.origin)))",
    ),
    (
        "takeover_bank_credit",
        f"{AFTER_TAKEOVER}"
        f" AND {BANK_CREDIT} > 0 AND NOT {PAYS_CHARGE} AND NOT {MOVES_FUNDS} AND NOT {IMPUTES}"
        f" AND NOT {OPENS} AND NOT {REPLACES}",
    ),
    (
        "takeover_transfer",
        f"{AFTER_TAKEOVER} AND NEW.peer < NEW.id AND EXISTS (SELECT 1 FROM entry_line l"
        " WHERE l.entry_id IN (NEW.id, NEW.peer) AND substr(l.account, 1, 4) = '5211' AND l.credit > 0)"
        " AND (SELECT sum(l.debit - l.credit) FROM entry_line l WHERE l.entry_id IN (NEW.id, NEW.peer)"
        " AND substr(l.account, 1, 4) = '5211') <> 0",
    ),
)

# Entries that may answer for a bank credit, or whose faults suppose another entry: one of the conditions of each fault
# above that is not `order_entry_missing`, and of each of its exceptions.
ANSWERED = (
    "NEW.corrects IS NOT NULL OR NEW.peer IS NOT NULL OR NEW.replaces IS NOT NULL"
    " OR NEW.origin IN ('order', 'statement', 'imputation', 'opening')"
)

# On PostgreSQL every question of a statement is made ready anew for each row: a fault that supposes something of the
# row is looked for only where that holds. Each is a part of the fault itself, and hides nothing.
GATES = {
    "entry_corrected_by_hand": "NEW.corrects IS NOT NULL",
    "takeover_bank_credit": "EXISTS (SELECT 1 FROM takeover_end) AND EXISTS (SELECT 1 FROM entry_line l"
    " WHERE l.entry_id = NEW.id AND substr(l.account, 1, 4) = '5211' AND l.credit > 0)",
    "takeover_transfer": "NEW.peer < NEW.id",
}


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _check(name: str, sql: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(sql, name=name)


def _text(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _big(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, BIG, nullable=nullable, autoincrement=False)


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _whole(name: str, column: str) -> list[sa.CheckConstraint]:
    return [_check(f"{name}_whole", f"typeof({column}) = 'integer'")] if _sqlite() else []


def _is_day(column: str) -> str:
    """A day of the calendar that every program reads: SQLite keeps any text, PostgreSQL years without end."""
    real = f"{column} IS date({column}, '+0 days') AND " if _sqlite() else ""
    return f"({column} IS NULL OR ({real}{column} BETWEEN '1900-01-01' AND '9999-12-31'))"


def _day(name: str, column: str) -> list[sa.CheckConstraint]:
    return [_check(f"{name}_date", _is_day(column))]


def _is_instant(column: str) -> str:
    """An instant in universal time, digit by digit, on a day of the calendar."""
    if _sqlite():
        digits = "[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]." + "[0-9]" * 6 + "Z"
        day = f"substr({column}, 1, 10)"
        return (
            f"typeof({column}) = 'text' AND {column} GLOB '{digits}' AND substr({column}, 12, 2) < '24'"
            f" AND {day} IS date({day}, '+0 days') AND {column} > '1900'"
        )
    day = "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))"
    leap = f"CAST(substr({column}, 1, 4) AS integer)"
    return (
        f"CASE WHEN {column} !~ '^(19|[2-9][0-9])[0-9]{{2}}-{day}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
        f"[.][0-9]{{6}}Z$' THEN FALSE WHEN substr({column}, 6, 5) = '02-29'"
        f" THEN {leap} % 4 = 0 AND ({leap} % 100 <> 0 OR {leap} % 400 = 0) ELSE TRUE END"
    )


def _instant(name: str, *columns: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(" AND ".join(f"({_is_instant(column)})" for column in columns), name=f"{name}_instant")


def _fk(table: str, columns: str, target: str, deferred: bool = False) -> sa.ForeignKeyConstraint:
    other, _, names = target.partition(".")
    return sa.ForeignKeyConstraint(
        columns.split(), [f"{other}.{name}" for name in names.split()], name=f"fk_{table}_{columns.replace(' ', '_')}",
        ondelete="RESTRICT", deferrable=True if deferred else None, initially="DEFERRED" if deferred else None,
    )  # fmt: skip


def _create(table: str, *parts: sa.schema.SchemaItem, command: bool = True) -> None:
    """A table with its primary key and, for what an act writes, the act itself."""
    own = [sa.PrimaryKeyConstraint(*KEYS[table].split(), name=f"pk_{table}")]
    if command:
        own += [_big("command_id"), _fk(table, "command_id", "command_log.id", deferred=True)]
    # a hidden number that no key names would let a new row take the place of another
    op.create_table(table, *parts, *own, sqlite_with_rowid=KEYS[table] in ("id", "rule_id", "entry_id"))
    if command and _sqlite():
        # a row of command_log makes SQLite look for the rows that waited for it
        op.create_index(f"ix_{table}_command", table, ["command_id"])


def upgrade() -> None:
    """Build the tables of mandates and orders and their guards."""
    _mandates()
    _rules()
    _orders()
    _events()
    _files()
    _handovers()
    _fill()
    for table, faults in FAULTS.items():
        _guard(table, f"{table}_guard", faults)
    _guard("entry", "entry_order_guard", ENTRY_FAULTS, ANSWERED)
    if not _sqlite():
        _guard_of_credits()
    for table, key in KEYS.items():
        _append_only(table, key.split())
    op.create_index(
        "ix_entry_bank_line", "entry", ["origin_ref"], sqlite_where=sa.text(BANK_LINES),
        postgresql_where=sa.text(BANK_LINES),
    )  # fmt: skip


def _mandates() -> None:
    _create(
        "mandate", _big("id"), _text("state"), _text("person"), _text("start_at"), _text("act"),
        _text("public_key", nullable=True), _text("at"), _text("actor"), _instant("mandate", "start_at", "at"),
        _fk("mandate", "state", "book.code"), _fk("mandate", "person", "app_user.name"),
        sa.UniqueConstraint("start_at", name="uq_mandate_start_at"),
        _check("mandate_act", "trim(act) <> ''"), _check("mandate_state", "state IN ('BF', 'ML', 'NE')"),
    )  # fmt: skip
    _create(
        "signing_key", _big("id"), _text("person"), _text("algorithm"), _text("public_key"), _text("act"), _text("at"),
        _text("actor"), _fk("signing_key", "person", "app_user.name"), _instant("signing_key", "at"),
        sa.UniqueConstraint("public_key", name="uq_signing_key_public_key"),
        _check("signing_key_algorithm", "algorithm = 'ed25519'"),
        _check("signing_key_shape", "length(public_key) = 64"),
        _check("signing_key_act", "trim(act) <> ''"),
    )  # fmt: skip
    _create(
        "signing_key_event", _big("id"), _big("key_id"), _text("action"), _text("reason"), _text("at"), _text("actor"),
        _fk("signing_key_event", "key_id", "signing_key.id"), _instant("signing_key_event", "at"),
        _check("signing_key_event_action", "action = 'revoke' AND trim(reason) <> ''"),
    )  # fmt: skip


def _rules() -> None:
    _create(
        "order_rule", _big("id"), _text("kind"), sa.Column("start_on", sa.Date(), nullable=False),
        _big("amount", nullable=True), sa.Column("visas", sa.Integer()), _text("sequence", nullable=True), _text("act"),
        _text("at"), _text("actor"),
        _check("order_rule_kind", "kind IN ('threshold', 'nationality', 'sequence') AND trim(act) <> ''"),
        _check(
            "order_rule_values",
            "CASE kind WHEN 'threshold' THEN coalesce(amount, 0) > 0 AND coalesce(visas, 0) > 1 AND sequence IS NULL"
            " WHEN 'nationality' THEN amount IS NULL AND visas IS NULL AND sequence IS NULL"
            " ELSE amount IS NULL AND visas IS NULL"
            " AND coalesce(sequence, '') IN ('visa_first', 'verification_first') END",
        ),
        *_day("order_rule", "start_on"), _instant("order_rule", "at"),
    )  # fmt: skip
    _create(
        "order_rule_end", _big("rule_id"), sa.Column("end_on", sa.Date(), nullable=False), _text("act"), _text("at"),
        _text("actor"), _fk("order_rule_end", "rule_id", "order_rule.id"),
        _check("order_rule_end_act", "trim(act) <> ''"),
        *_day("order_rule_end", "end_on"), _instant("order_rule_end", "at"),
    )  # fmt: skip
    _create(
        "order_move", _text("sequence"), _text("level"), _text("source"), _text("act"), _text("target"), _text("role"),
        _text("posts", nullable=True), _flag("reason"), _flag("signed"), command=False,
    )  # fmt: skip
    _create(
        "check_item", _text("code"), _text("title"), _text("family"), _flag("excepted"), _flag("computed"),
        _text("source"), command=False,
    )  # fmt: skip


def _orders() -> None:
    _create(
        "payment_order", _big("id"), sa.Column("year", sa.Integer(), nullable=False), _big("rank"), _text("number"),
        _text("purpose"), _text("payee_name"), _text("payee_iban"), _big("amount"), _text("currency"), _text("account"),
        _text("kind"), _text("reissues", nullable=True), _text("on_behalf_of", nullable=True), _text("sequence"),
        _text("key", nullable=True), _text("created_at"), _text("actor"),
        sa.UniqueConstraint("number", name="uq_payment_order_number"),
        sa.UniqueConstraint("key", name="uq_payment_order_key"),
        _fk("payment_order", "account", "account.number"), _fk("payment_order", "on_behalf_of", "book.code"),
        _fk("payment_order", "reissues", "payment_order.number"), _fk("payment_order", "actor", "app_user.name"),
        _instant("payment_order", "created_at"),
        _check("order_amount", "amount BETWEEN 1 AND 999999999999999"), _check("order_currency", "currency = 'XOF'"),
        _check("order_kind", "kind IN ('payment', 'reissue', 'regularisation')"),
        _check("order_sequence", "sequence IN ('visa_first', 'verification_first')"),
        _check(
            "order_reissue",
            "(kind = 'reissue') = (reissues IS NOT NULL) AND (kind = 'reissue') = (account = '47129')",
        ),
        _check("order_texts", "trim(purpose) <> '' AND trim(payee_name) <> '' AND trim(payee_iban) <> ''"),
        *_whole("order_amount", "amount"),
    )  # fmt: skip
    _create(
        "order_charge", _big("order_id"), _text("book"), _big("amount"), _fk("order_charge", "book", "book.code"),
        _fk("order_charge", "order_id", "payment_order.id", deferred=True),
        _check("order_charge_amount", "amount > 0"), _check("order_charge_book", "book IN ('BF', 'ML', 'NE')"),
        *_whole("order_charge_amount", "amount"), command=False,
    )  # fmt: skip
    _create(
        "document_file", _text("sha256"), sa.Column("content", sa.LargeBinary(), nullable=False), _text("at"),
        _check("document_file_sha256", "length(sha256) = 64"), _instant("document_file", "at"),
    )  # fmt: skip
    _create(
        "order_document", _big("order_id"), sa.Column("position", sa.Integer(), nullable=False), _text("name"),
        _text("sha256"), _big("size"), _fk("order_document", "order_id", "payment_order.id", deferred=True),
        _fk("order_document", "sha256", "document_file.sha256"),
        sa.UniqueConstraint("order_id", "sha256", name="uq_order_document_sha256"),
        _check("order_document_size", "size >= 0 AND trim(name) <> ''"), command=False,
    )  # fmt: skip


def _place() -> tuple[sa.Column, sa.Column]:
    return _big("order_id"), sa.Column("position", sa.Integer(), nullable=False)


def _events() -> None:
    at_event = "order_event.order_id position"
    _create(
        "order_event", *_place(), _text("book"), _text("source"), _text("act"), _text("target"), _text("role"),
        _text("person"), _text("at"), _text("reason", nullable=True), _big("mandate_id", nullable=True),
        _fk("order_event", "order_id", "payment_order.id"), _fk("order_event", "person", "app_user.name"),
        _fk("order_event", "mandate_id", "mandate.id"), _instant("order_event", "at"),
        _check("order_event_mandate", "(role = 'officer') = (mandate_id IS NOT NULL)"),
        *_whole("order_event", "position"),
    )  # fmt: skip
    op.create_index("ix_order_event_role", "order_event", ["role", "at"])
    _create(
        "order_signature", *_place(), _text("signed_at"), _big("mandate_id"),
        _text("algorithm"), _text("public_key"), _text("signature"), _text("canonical_sha256"),
        _fk("order_signature", "order_id position", at_event, deferred=True),
        _fk("order_signature", "mandate_id", "mandate.id"), _instant("order_signature", "signed_at"),
        _check("order_signature_algorithm", "algorithm = 'ed25519'"),
        _check("order_signature_shape", "length(canonical_sha256) = 64 AND length(signature) = 128"),
    )  # fmt: skip
    _create(
        "order_check", *_place(), _text("code"), _flag("passed"), _text("person"),
        _text("note"), _fk("order_check", "order_id position", at_event, deferred=True),
        _fk("order_check", "code", "check_item.code"), _check("order_check_note", "passed OR trim(note) <> ''"),
    )  # fmt: skip
    _create(
        "order_entry", _big("entry_id"), *_place(),
        _fk("order_entry", "entry_id", "entry.id", deferred=True), _fk("order_entry", "order_id position", at_event),
    )  # fmt: skip
    op.create_index("ix_order_entry_order", "order_entry", ["order_id", "position"])


def _files() -> None:
    _create(
        "payment_file", _text("message_id"), _text("book"), sa.Column("execution", sa.Date(), nullable=False),
        _text("sha256"), sa.Column("content", sa.LargeBinary(), nullable=False), _text("at"), _text("actor"),
        _fk("payment_file", "book", "book.code"), _instant("payment_file", "at"),
        *_day("payment_file", "execution"),
    )  # fmt: skip
    _create(
        "payment_file_charge", _text("message_id"), _big("order_id"), _text("book"),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        _fk("payment_file_charge", "message_id", "payment_file.message_id"),
        _fk("payment_file_charge", "order_id book", "order_charge.order_id book"),
        command=False,
    )  # fmt: skip
    op.create_index("ix_payment_file_charge_order", "payment_file_charge", ["order_id", "book"])
    _create(
        "payment_file_recall", _text("message_id"), _big("order_id"), _text("book"), _text("reason"),
        _text("bank_reference"), _text("at"), _text("actor"),
        _fk("payment_file_recall", "message_id order_id book", "payment_file_charge.message_id order_id book"),
        _instant("payment_file_recall", "at"),
        _check("payment_file_recall_texts", "trim(reason) <> '' AND trim(bank_reference) <> ''"),
    )  # fmt: skip


def _handovers() -> None:
    _create(
        "handover_record", _big("id"), _big("predecessor_id"), _big("successor_id"), _text("cut_off"), _text("content"),
        _text("sha256"), _text("absence", nullable=True), _text("witness_one", nullable=True),
        _text("witness_two", nullable=True), _text("at"), _text("actor"),
        _fk("handover_record", "predecessor_id", "mandate.id"), _fk("handover_record", "successor_id", "mandate.id"),
        sa.UniqueConstraint("successor_id", name="uq_handover_record_successor_id"),
        _check(
            "handover_absence",
            "(absence IS NULL AND witness_one IS NULL AND witness_two IS NULL) OR (trim(absence) <> ''"
            " AND witness_one IS NOT NULL AND witness_two IS NOT NULL AND witness_one <> witness_two)",
        ),
        _instant("handover_record", "cut_off", "at"),
    )  # fmt: skip
    _create(
        "handover_signature", _big("record_id"), _text("part"), _text("person"), _text("public_key"),
        _text("signature"), _text("reservations"), _text("signed_at"),
        _fk("handover_signature", "record_id", "handover_record.id"),
        _check("handover_part", "part IN ('outgoing', 'incoming', 'witness_one', 'witness_two')"),
        _instant("handover_signature", "signed_at"),
    )  # fmt: skip


def _guard_of_credits() -> None:
    """The entries of a statement looked at together; those that may answer for a bank credit, one by one."""
    answered, credit = (sql.replace("NEW.", "n.") for sql in (ANSWERED, BANK_CREDIT))
    op.execute(
        f"""
        CREATE FUNCTION entry_credit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE fault text;
        BEGIN
            IF EXISTS (SELECT 1 FROM fresh n WHERE (n.origin = 'order')
                <> ((SELECT x.entry_id FROM order_entry x WHERE x.entry_id = n.id) IS NOT NULL))
            THEN fault := 'order_entry_missing';
            ELSIF EXISTS (SELECT 1 FROM takeover_end) THEN
                IF EXISTS (SELECT 1 FROM fresh n WHERE NOT ({answered}) AND {credit} > 0)
                THEN fault := 'takeover_bank_credit'; END IF;
            END IF;
            IF fault IS NOT NULL THEN
                RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = fault, MESSAGE = fault;
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER entry_credit_guard AFTER INSERT ON entry REFERENCING NEW TABLE AS fresh"
        " FOR EACH STATEMENT EXECUTE FUNCTION entry_credit_guard()"
    )
    for way in ("seqscan", "hashjoin", "mergejoin"):
        op.execute(f"ALTER FUNCTION entry_credit_guard() SET enable_{way} = off")


def _guard(table: str, name: str, faults: tuple[tuple[str, str], ...], when: str | None = None) -> None:
    """One BEFORE INSERT trigger that names the first fault found; `when`: on PostgreSQL, the rows that it looks at."""
    if _sqlite():
        cases = " ".join(f"WHEN {_for_engine(sql)} THEN RAISE(ABORT, '{fault}')" for fault, sql in faults)
        op.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} BEGIN SELECT CASE {cases} END; END")
        return
    steps = " ".join(
        f"IF fault IS NULL AND {GATES.get(fault, 'TRUE')} THEN IF ({_for_engine(sql)}) THEN fault := '{fault}';"
        " END IF; END IF;"
        for fault, sql in faults
    )
    # under a frozen snapshot the guard would not see what another writer has just committed
    op.execute(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE fault text;
        BEGIN
            PERFORM pg_advisory_xact_lock({LOCK});
            IF current_setting('transaction_isolation') <> 'read committed' THEN fault := 'write_isolation'; END IF;
            {steps}
            IF fault IS NOT NULL THEN
                RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = fault, MESSAGE = fault;
            END IF;
            RETURN NEW;
        END $$
        """
    )
    rows = f"FOR EACH ROW WHEN ({when})" if when else "FOR EACH ROW"
    op.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} {rows} EXECUTE FUNCTION {name}()")


def _for_engine(sql: str) -> str:
    """Days, numbers and years as the engine writes them."""
    before, mark, rest = sql.partition("{year_start:")
    if mark:
        depth, end = 1, 0
        while depth:
            depth += {"{": 1, "}": -1}.get(rest[end], 0)
            end += 1
        year, after = rest[: end - 1], rest[end:]
        start = f"(coalesce({year}, 0) || '-01-01')" if _sqlite() else f"make_date(coalesce({year}, 1), 1, 1)"
        return _for_engine(before + start + after)
    sql = sql.replace("{january}", "NEW.year || '-01-01'" if _sqlite() else "make_date(NEW.year, 1, 1)")
    named = "substring(NEW.origin_ref from '^statement_line:([0-9]{1,18})$')"
    if _sqlite():
        named = "CASE WHEN NEW.origin_ref GLOB 'statement_line:[0-9]*' THEN substr(NEW.origin_ref, 16) END"
    sql = sql.replace("{line_id}", f"CAST({named} AS {'INTEGER' if _sqlite() else 'BIGINT'})")
    sql = sql.replace("{start}", "NEW.start_on" if _sqlite() else "CAST(NEW.start_on AS text)")
    if _sqlite():
        sql = sql.replace("{day}", "substr(NEW.at, 1, 10)").replace("{created}", "substr(NEW.created_at, 1, 10)")
        return sql.replace("{number}", "printf('%d-%04d', NEW.year, NEW.rank)")
    rank = "lpad(CAST(NEW.rank AS text), greatest(4, length(CAST(NEW.rank AS text))), '0')"
    sql = sql.replace("{created}", "CAST(substr(NEW.created_at, 1, 10) AS date)")
    return sql.replace("{day}", "CAST(substr(NEW.at, 1, 10) AS date)").replace("{number}", f"NEW.year || '-' || {rank}")


def _append_only(table: str, key: list[str]) -> None:
    # the moves and the checks are law: they come with a migration, and nobody adds one
    law = table in ("order_move", "check_item")
    if not _sqlite():
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE {'INSERT OR ' * law}UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
        return
    refusal = f"BEGIN SELECT RAISE(ABORT, '{table}_append_only'); END"
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {refusal}")
    same = "TRUE" if law else " AND ".join(f"{column} = NEW.{column}" for column in key)
    same = " OR ".join([same, *(f"{column} = NEW.{column}" for column in NAMES.get(table, ()))])
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"
        f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {refusal}"
    )


# Level, source, act, target, role, what is posted, whether a reason and a signature are needed.
MOVES_OF_BOTH = """
order|draft|commit|committed|requester|||
order|visa|visa|visa|controller|||
order|draft|cancel|cancelled|requester||reason|
order|committed|cancel|cancelled|requester||reason|
order|visa|cancel|cancelled|requester||reason|
order|verified|cancel|cancelled|requester||reason|
charge|authorised|accept|accepted|accountant|acceptance||
charge|authorised|regularise|cleared|accountant|regularisation||
charge|authorised|suspend|suspended|accountant||reason|
charge|accepted|suspend|suspended|accountant|acceptance_reversal|reason|
charge|suspended|resume|authorised|accountant||reason|
charge|suspended|requisition|requisitioned|officer||reason|signed
charge|suspended|return|returned|accountant||reason|
charge|requisitioned|accept|accepted|accountant|acceptance||
charge|accepted|pay|paid|accountant|payment||
charge|paid|return|bank_returned|accountant|bank_return|reason|
charge|cleared|return|bank_returned|accountant|bank_return|reason|
charge|authorised|cancel|cancelled|officer||reason|
charge|suspended|cancel|cancelled|officer||reason|
charge|requisitioned|cancel|cancelled|officer||reason|
charge|accepted|cancel|cancelled|officer|acceptance_reversal|reason|
charge|authorised|confirm|authorised|officer|||signed
charge|suspended|confirm|suspended|officer|||signed
charge|requisitioned|confirm|requisitioned|officer|||signed
charge|accepted|confirm|accepted|officer|||signed
charge|authorised|return|returned|officer||reason|
charge|requisitioned|return|returned|officer||reason|
charge|accepted|return|returned|officer|acceptance_reversal|reason|
"""
MOVES_VISA_FIRST = """
order|committed|visa|visa|controller|||
order|visa|verify|verified|requester|||
order|verified|authorise|authorised|officer|||signed
order|committed|reject|rejected|controller||reason|
order|verified|reject|rejected|officer||reason|
order|verified|visa|verified|controller|||
"""
MOVES_VERIFICATION_FIRST = """
order|committed|verify|verified|requester|||
order|verified|visa|visa|controller|||
order|visa|authorise|authorised|officer|||signed
order|verified|reject|rejected|controller||reason|
order|visa|reject|rejected|officer||reason|
"""
CHECK_ITEMS = """
officer_in_office|Ordonnateur en fonction à la date de sa signature|Qualité de l'ordonnateur||computed
officer_specimen|Signature conforme au spécimen déposé|Qualité de l'ordonnateur||computed
funds_available|Disponibilité des fonds sur le compte à débiter|Fonds|excepted|computed
account_imputed|Exacte imputation de la dépense|Imputation||
legal_basis|Existence d'une base légale|Validité de la créance|excepted|
service_rendered|Service fait certifié|Validité de la créance|excepted|
calculation_exact|Exactitude des calculs de liquidation|Validité de la créance||
prior_visa|Visa préalable du contrôleur financier|Validité de la créance|excepted|computed
documents_produced|Production des pièces justificatives|Validité de la créance||
payee_account|Bénéficiaire et coordonnées bancaires du véritable créancier|Caractère libératoire|excepted|
no_opposition|Absence d'opposition au paiement|Caractère libératoire|excepted|
"""
CHECK_SOURCE = (
    "Directive n° 07/2009/CM/UEMOA portant règlement général sur la comptabilité publique, contrôles du comptable"
)


def _fill() -> None:
    """The moves that exist and the checks that an accountant makes, frozen here."""
    names = ["sequence", "level", "source", "act", "target", "role", "posts", "reason", "signed"]
    table = sa.table("order_move", *(sa.column(name) for name in names))
    rows = []
    for sequence, own in (("visa_first", MOVES_VISA_FIRST), ("verification_first", MOVES_VERIFICATION_FIRST)):
        for line in (MOVES_OF_BOTH + own).split():
            level, source, act, target, role, posts, reason, signed = line.split("|")
            rows.append(
                dict(zip(names, (sequence, level, source, act, target, role, posts or None, bool(reason), bool(signed)),
                         strict=True))
            )  # fmt: skip
    op.bulk_insert(table, rows)
    names = ["code", "title", "family", "excepted", "computed", "source"]
    items = []
    for line in CHECK_ITEMS.strip().splitlines():
        code, title, family, excepted, computed = line.split("|")
        items.append({"code": code, "title": title, "family": family, "excepted": bool(excepted),
                      "computed": bool(computed), "source": CHECK_SOURCE})  # fmt: skip
    op.bulk_insert(sa.table("check_item", *(sa.column(name) for name in names)), items)
