"""The guards that hold the form of what is stored: their rules, in French, one by one or by family."""

FAMILIES: dict[str, str] = {
    "_append_only": "ce qui est enregistré ne change plus et ne s'efface pas",
    "_whole": "un montant ou un numéro est un nombre entier",
    "_dates": "une date existe au calendrier",
    "_date": "une date existe au calendrier",
    "_instant": "un instant est écrit en temps universel",
    "_sha256": "l'empreinte d'un fichier a 64 signes",
    "_texts": "un texte est gardé en texte, non en octets",
    "_shape": "une empreinte, une clé ou une signature a sa longueur",
    "_status": "un état est de la liste des états possibles",
    "_action": "une action est de la liste des actions possibles",
}
"""End of a guard's name → the rule of all the guards that end so and have no title of their own."""

TITLES: dict[str, str] = {
    "account_bank": "les comptes bancaires sont 52111 (BF), 52112 (ML) et 52113 (NE), sous 5211",
    "account_number": "un compte a un numéro de deux à douze chiffres et un intitulé",
    "book_code": "les livres sont ceux des trois États : BF, ML et NE",
    "journal_code": "les journaux sont BQ, PC, OP, CA, OD et AN",
    "account_pairing": "un compte réciproque est de virement ou de liaison",
    "app_user_role": "la fonction d'un utilisateur est de la liste des fonctions",
    "bank_account_currency": "un compte bancaire rattaché est tenu en francs CFA",
    "capital_cancel_reason": "l'annulation d'un acte du capital a un motif",
    "capital_kind": "un acte du capital est une souscription, un appel ou un versement",
    "capital_receipt_named": "un reçu de la banque a sa référence et son auteur",
    "capital_reference": "un acte du capital a une référence",
    "capital_terms_paid_by": "la date limite de libération ne précède pas la date d'effet",
    "capital_terms_reference": "un texte sur le capital a sa référence juridique",
    "capital_terms_total": "le capital fixé est positif",
    "command_log_actor": "une commande a son auteur",
    "command_log_code": "une commande refusée a son code de refus, et elle seule",
    "command_log_outcome": "une commande est faite ou refusée",
    "customs_month_future": "un état de recettes n'est pas d'un mois à venir",
    "customs_month_period": "un mois d'état de recettes s'écrit AAAA-MM",
    "customs_return_format": "un état de recettes est un CSV ou un XLSX",
    "customs_return_row_period": "une ligne d'état de recettes a un mois écrit AAAA-MM",
    "entry_corrected_by_hand": "l'écriture d'un acte se corrige par cet acte, non à la main",
    "entry_correction_link": "une correction nomme l'écriture qu'elle corrige",
    "entry_correction_style": "une correction est en négatif ou par contre-passation",
    "entry_transfer_peer": "la moitié d'un virement nomme l'autre moitié",
    "handover_part": "un signataire de la remise est sortant, entrant ou témoin",
    "ledger_info_single": "une base n'a qu'une fiche d'identité",
    "levy_deadline_days": "un délai de reversement est de 0 à 366 jours",
    "levy_deadline_reference": "un délai de reversement a sa référence juridique",
    "levy_exemption_code": "une exonération a son code, son intitulé et sa référence juridique",
    "levy_rate_bounds": "un taux de prélèvement est de 0 à 100 pour cent",
    "levy_rate_reference": "un taux de prélèvement a sa référence juridique",
    "mandate_state": "un mandat est celui d'un État de la Confédération",
    "order_charge_amount": "une charge d'ordre est d'un montant positif",
    "order_charge_book": "une charge d'ordre est sur un des trois livres",
    "order_check_note": "un contrôle non satisfait a son motif",
    "order_document_size": "une pièce a un nom et une taille",
    "order_event_mandate": "un acte de l'ordonnateur, et lui seul, nomme son mandat",
    "order_kind": "un ordre est un paiement, une réémission ou une régularisation",
    "order_reissue": "une réémission, et elle seule, nomme l'ordre réémis et le compte 47129",
    "order_rule_end_act": "la fin d'une règle a son acte",
    "order_rule_end_early": "une règle prend fin après son début",
    "order_rule_kind": "une règle d'ordre est de la liste des natures",
    "order_sequence": "le visa précède ou suit la liquidation",
    "order_signature_algorithm": "une signature d'ordre est Ed25519",
    "order_texts": "un ordre a un objet, un bénéficiaire et son compte",
    "period_event_period": "une période va de 1 à 13",
    "period_event_reason": "une réouverture a un motif",
    "signing_key_act": "une clé de signature a son acte de dépôt",
    "signing_key_algorithm": "une clé de signature est Ed25519",
    "statement_line_kind": "une ligne de la banque est d'un relevé ou d'un avis",
    "takeover_end_future": "la reprise ne se termine pas dans une année à venir",
    "takeover_end_once": "la reprise se termine une seule fois",
}
"""Guard name → its rule, for forms that no family says."""


def form_title(guard: str) -> str | None:
    """The rule of a guard of form, its own or its family's; None when it is of neither."""
    if guard in TITLES:
        return TITLES[guard]
    return next((title for end, title in FAMILIES.items() if guard.endswith(end)), None)
