"""A payment order as the JSON file that `pcaes order create` takes, and its fictional supporting document."""

import json

from portal.demo.model import OrderPlan


def document_name(order: OrderPlan) -> str:
    """The name of the order's one supporting document."""
    return f"FICTIF_{order.key}_facture.txt"


def write_document(order: OrderPlan) -> bytes:
    """A supporting document that says it is none."""
    text = (
        "DONNÉES FICTIVES – ce document n'a aucune valeur.\n\n"
        f"Facture relative à l'ordre {order.key}\n"
        f"Objet : {order.purpose}\n"
        f"Bénéficiaire : {order.payee} ({order.iban})\n"
        f"Montant : {order.amount} F CFA\n"
    )
    return text.encode("utf-8")


def write_order(order: OrderPlan, document: str) -> bytes:
    """The bytes of one order; `document` is the path of its supporting document."""
    content = {
        "purpose": order.purpose,
        "payee": {"name": order.payee, "iban": order.iban},
        "amount": order.amount,
        "charges": [{"book": book, "amount": amount} for book, amount in order.charges],
        "account": order.account,
        "documents": [document],
        "key": f"fictif:{order.key}",
    }
    return (json.dumps({"orders": [content]}, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
