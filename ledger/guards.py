"""The guards of the database by name: what each one holds, in French, and how a driver's error names it."""

import re
from typing import Any

from ledger.guard_forms import form_title
from ledger.refusal import Refusal, Translate, fill

TITLES: dict[str, str] = {
    "entry_sequence": "les écritures se suivent sans trou dans l'ordre d'enregistrement",
    "entry_number_gap": "les numéros d'un journal se suivent sans trou dans l'exercice",
    "entry_position_gap": "les positions dans le livre se suivent sans trou",
    "entry_previous_hash": "chaque écriture porte l'empreinte de la précédente",
    "entry_recorded_order": "une écriture n'est pas enregistrée avant celle qui la précède",
    "entry_two_lines": "une écriture a au moins deux lignes",
    "entry_balances": "le total des débits égale le total des crédits",
    "line_of_its_entry": "une ligne porte le livre et la date de son écriture",
    "account_unknown": "le compte existe au plan de comptes",
    "account_not_postable": "le compte reçoit des écritures (ce n'est pas un compte de regroupement)",
    "account_of_book": "le compte appartient au livre de l'écriture",
    "account_closed": "le compte est ouvert à la date de l'écriture",
    "account_event_sequence": "les actes sur les comptes se suivent sans trou",
    "account_reason_missing": "un compte se ferme et se rouvre avec un motif",
    "account_heading": "un regroupement ne se ferme ni ne se rouvre",
    "account_event_order": "les actes sur un compte se suivent par leurs dates",
    "account_already_closed": "un compte se ferme une fois",
    "account_not_closed": "seul un compte fermé se rouvre",
    "account_used_after": "un compte se ferme après sa dernière écriture",
    "account_balance_left": "un compte se ferme soldé, dans chaque livre",
    "account_event_actor": "un compte se ferme par qui tient son livre, un compte commun par qui tient les trois",
    "account_parent_postable": "un compte qui reçoit des écritures n'en regroupe pas d'autres",
    "account_parent_differs": "un compte est du livre et de la nature de son regroupement",
    "negative_only_in_correction": "un montant négatif n'existe que dans une correction en négatif",
    "transfer_in_pairs": "un virement entre comptes s'écrit dans deux livres à la fois",
    "transfer_of_two_books": "les deux moitiés d'un virement sont dans deux livres différents",
    "transfer_pair": "les deux moitiés d'un virement s'annulent sur le compte de virement",
    "entry_key_used": "une clé d'écriture ne sert qu'une fois",
    "entry_corrected_once": "une écriture n'est corrigée qu'une fois",
    "entry_corrects_same_book": "une correction vise une écriture de son livre qui n'est pas elle-même une correction",
    "entry_corrects_earlier": "une correction ne précède pas l'écriture corrigée",
    "entry_replaced_once": "une écriture corrigée n'est remplacée qu'une fois",
    "entry_book_code": "une écriture est d'un des trois livres et d'un des six journaux",
    "entry_origin": "l'origine d'une écriture est de la liste des actes",
    "entry_origin_of_year": "une écriture de clôture est de la période complémentaire, les à-nouveaux du 1er janvier",
    "correction_mirrors": "une correction reprend ligne à ligne l'écriture corrigée",
    "period_closed": "le mois est ouvert",
    "line_on_sealed_entry": "une écriture validée ne reçoit plus de ligne",
    "line_one_side": "une ligne est au débit ou au crédit, et son montant n'est pas nul",
    "line_amount_digits": "un montant a quinze chiffres au plus",
    "line_amount_whole": "un montant est un nombre entier de francs",
    "entry_year_of_date": "l'exercice est celui de la date",
    "entry_period_of_date": "la période est le mois de la date, ou la période complémentaire de janvier",
    "entry_document_date": "la pièce d'une écriture n'est pas datée d'après son enregistrement",
    "entry_document_given": "une écriture nomme sa pièce, son libellé et son auteur",
    "entry_line_entry": "une ligne appartient à une écriture",
    "entry_year_closed": "l'exercice est ouvert",
    "entry_matched": "une écriture rapprochée ne se corrige pas avant l'annulation du rapprochement",
    "entry_replaces_corrected": "une écriture ne remplace qu'une écriture corrigée en négatif, du même livre",
    "transfer_reversed_whole": "les deux moitiés d'un virement se reprennent ensemble",
    "period_event_sequence": "les clôtures se suivent sans trou",
    "period_closed_for_good": "une période définitivement close ne change plus",
    "period_of_closed_year": "un exercice clos ne se rouvre pas",
    "period_already_closed": "une période se clôt une fois",
    "period_not_closed": "seule une période close se rouvre ou se clôt définitivement",
    "period_reason_missing": "une réouverture a un motif",
    "period_known_entry": "une clôture nomme la dernière écriture enregistrée",
    "period_closing_order": "les périodes se clôturent dans l'ordre",
    "period_drafts_remain": "une période se clôt sans brouillard",
    "period_bank_lines_open": "une période se clôt quand ses lignes de relevé sont réglées",
    "period_quarter_open": "un trimestre se clôt définitivement quand ses trois mois sont clos",
    "period_year_before_open": "l'exercice précédent est clos avant la clôture définitive",
    "closed_total_of_closing": "les totaux d'une clôture s'écrivent avec elle",
    "closed_total_adds_up": "les totaux d'une clôture sont les sommes des lignes connues alors",
    "closed_total_missing": "une clôture a le total de chaque compte mouvementé",
    "period_event_year": "un exercice va de 1900 à 9999",
    "year_event_year": "un exercice va de 1900 à 9999",
    "period_definitive_month": "seuls les mois se clôturent définitivement",
    "period_quarter_whole": "un trimestre se clôt définitivement en entier",
    "period_person_role": "une période se clôt et se rouvre par le comptable du livre",
    "year_event_sequence": "les actes de fin d'exercice se suivent sans trou",
    "year_already_closed": "un exercice se clôt une fois",
    "year_entry_wrong": "l'écriture de résultat ou d'à-nouveaux est celle de l'exercice",
    "year_steps_missing": "résultat et à-nouveaux précèdent la clôture de l'exercice",
    "year_closing_order": "les exercices se clôturent dans l'ordre",
    "year_months_open": "un exercice se clôt quand ses mois sont clos",
    "year_suspense_left": "les comptes d'imputation provisoire sont soldés à la clôture de l'exercice",
    "year_transfers_left": "le compte de virement est soldé à la clôture de l'exercice",
    "year_drafts_remain": "un exercice se clôt sans brouillard",
    "year_person_role": "un exercice se clôt par le comptable du livre",
    "year_result_left": "charges et produits sont soldés à la clôture de l'exercice",
    "year_opening_differs": "les à-nouveaux sont les soldes de clôture, compte par compte",
    "draft_begins_open": "un brouillard naît ouvert, à la révision 1",
    "draft_sequence": "les brouillards se suivent sans trou",
    "draft_ended": "un brouillard validé ou écarté ne change plus",
    "draft_revision": "chaque changement d'un brouillard est une révision",
    "draft_identity": "un brouillard garde son numéro et son livre",
    "draft_kept": "un brouillard ne s'efface pas",
    "draft_period_closed": "une période close ne reçoit pas de brouillard",
    "mandate_overlap": "un seul ordonnateur à chaque instant",
    "mandate_signed_after": "un mandat ne prend pas fin avant le dernier acte fait sous ce mandat",
    "mandate_person_role": "un mandat est donné à un utilisateur de rôle ordonnateur",
    "mandate_act": "une nomination a son acte",
    "order_rule_conflict": "une seule règle de même nature à la fois",
    "order_rule_late": "une règle prend effet après le dernier acte qu'elle régirait",
    "order_rule_values": "une règle d'ordre de paiement a les valeurs de sa nature",
    "order_number_gap": "les numéros d'ordres de paiement se suivent sans trou dans l'année",
    "order_charges_differ": "la somme des charges égale le montant de l'ordre",
    "order_documents_missing": "un ordre de paiement a au moins une pièce justificative",
    "order_actor_role": "un ordre de paiement est créé par un gestionnaire",
    "order_account_unknown": "le compte imputé existe et reçoit des écritures",
    "order_reissue_unreturned": "on ne réémet qu'un virement revenu impayé, du même montant",
    "order_reissued_once": "un virement revenu impayé n'est réémis qu'une fois",
    "order_amount": "le montant d'un ordre est positif",
    "order_currency": "un ordre de paiement est en francs CFA",
    "charge_on_sealed_order": "un ordre créé ne reçoit plus de charge",
    "document_on_sealed_order": "un ordre créé ne reçoit plus de pièce",
    "document_file_missing": "chaque pièce est conservée avec son empreinte",
    "check_on_sealed_event": "un acte enregistré ne reçoit plus de contrôle",
    "signature_on_sealed_event": "un acte enregistré ne reçoit plus de signature",
    "signature_key_unknown": "la clé est un spécimen en vigueur du signataire",
    "signature_missing": "l'acte de l'ordonnateur est signé",
    "order_unknown": "l'ordre de paiement existe",
    "order_event_sequence": "les actes d'un ordre se suivent sans trou",
    "act_command_over": "un acte s'enregistre avec sa commande, jamais sous une commande terminée",
    "act_back_dated": "un acte n'est pas daté d'avant la commande précédente",
    "act_instant": "un acte porte l'instant de sa commande",
    "act_actor": "un acte porte l'auteur de sa commande",
    "act_command_ahead": "un acte s'enregistre sous la commande en cours, jamais sous une commande à venir",
    "command_sequence": "les commandes se suivent sans trou",
    "command_order": "une commande n'est pas datée d'avant celle qui la précède",
    "command_unsealed": "après une commande scellée, toute commande est scellée",
    "order_event_order": "un acte n'est pas antérieur à celui qui le précède",
    "order_event_source": "un acte part du stade où l'ordre se trouve",
    "order_charge_unknown": "l'ordre charge ce livre",
    "order_level_moved": "l'ordre entier ne bouge plus quand ses charges ont bougé",
    "order_move_illegal": "l'acte est possible à ce stade et pour cette fonction",
    "order_reason_missing": "l'acte est motivé par écrit",
    "order_kind_wrong": "l'acte convient à la nature de l'ordre",
    "order_person_role": "la personne a la fonction que demande l'acte",
    "duty_conflict": "demander, viser, ordonnancer et payer sont faits par des personnes différentes",
    "visa_twice": "deux visas viennent de deux contrôleurs",
    "visa_missing": "l'ordre a tous les visas que demande son montant",
    "nationality_rule": "visa, ordonnancement et paiement sont de trois nationalités",
    "order_outside_mandate": "l'ordonnateur agit pendant son mandat",
    "order_awaits_confirmation": "l'ordre d'un prédécesseur attend la confirmation du titulaire",
    "check_incomplete": "chaque contrôle du comptable a un résultat",
    "check_failed": "un contrôle non satisfait suspend le paiement",
    "check_reason_missing": "une suspension repose sur un contrôle non satisfait",
    "check_person": "les contrôles d'un acte sont ceux de la personne qui le fait",
    "order_sequence_rule": "un ordre suit la règle en vigueur à sa création : visa d'abord, ou liquidation d'abord",
    "check_unknown": "le contrôle figure sur la liste",
    "requisition_excepted": "la loi exclut la réquisition dans ce cas",
    "order_funds": "les fonds sont disponibles : solde moins engagements non payés",
    "order_entry_missing": "une écriture d'ordre est annoncée par l'acte qui la passe, et elle seule",
    "order_entry_late": "l'acte d'un ordre précède son écriture",
    "order_entry_unposted": "seul un acte qui se comptabilise passe une écriture",
    "takeover_bank_credit": "après la reprise, un compte bancaire n'est crédité que par un ordre pris en charge, "
    "un virement entre comptes ou l'imputation d'une ligne de relevé",
    "entry_corrected_by_hand": "une écriture d'ordre, de capital ou d'exercice se reprend par l'acte dont elle est née",
    "takeover_end_future": "la reprise prend fin au plus tard dans l'année en cours",
    "takeover_person_role": "la reprise est terminée par un administrateur ou un comptable",
    "takeover_entries_after": "nulle écriture postérieure à la fin de la reprise n'use de ce qu'elle seule permet",
    "takeover_transfer": "après la reprise, un virement part d'un compte bancaire et arrive sur un autre",
    "transfer_not_accepted": "seul un ordre pris en charge entre dans un fichier de virements",
    "transfer_once": "une charge n'est que dans un fichier de virements à la fois",
    "transfer_book": "un fichier de virements ne débite que le compte de son livre",
    "transfer_file_sealed": "un fichier de virements écrit ne reçoit plus de virement",
    "transfer_person_role": "les fichiers de virements sont écrits et rappelés par le comptable du livre",
    "order_in_transfer_file": "un ordre remis à la banque ne se suspend ni ne s'annule avant d'être rappelé",
    "recall_not_in_file": "un rappel vise un virement du fichier",
    "recall_not_accepted": "un virement payé ne se rappelle plus",
    "recall_before_file": "un rappel suit son fichier",
    "payment_file_recall_texts": "un rappel a son motif et l'accord de la banque",
    "transfer_occurrence": "un fichier de virements vise la dernière prise en charge",
    "handover_signatory": "le procès-verbal est signé par ceux qu'il nomme",
    "handover_absence": "une carence a un motif et deux témoins distincts",
    "write_isolation": "les écritures se font au niveau d'isolation « read committed »",
}
"""Guard name → the rule that it holds. Guards of other migrations add themselves with `declare`."""


def declare(titles: dict[str, str]) -> None:
    """Add the guards of another part of the books."""
    TITLES.update(titles)


class RefusedByDatabase(Refusal):
    """A guard of the database said no: the last net, under the rules of the program."""

    code = "refused_by_database"
    sentence = "La base de données a refusé l'opération : {title} (règle {guard}). Rien n'a été enregistré."

    def __init__(self, guard: str, title: str) -> None:
        super().__init__(guard=guard, title=title)
        self.guard = guard

    def message(self, translate: Translate = str) -> str:
        """The sentence, the guard's rule in the same language."""
        return fill(translate(self.sentence), **{**self.facts, "title": translate(self.facts["title"])})

    def as_json(self, translate: Translate = str) -> dict[str, Any]:
        """As any refusal, with the guard's name as code."""
        return {**super().as_json(translate), "code": self.guard}


RULE_OF_KEY = {
    "pk_entry": "entry_sequence",
    "uq_entry_number": "entry_number_gap",
    "uq_entry_position": "entry_position_gap",
    "uq_entry_key": "entry_key_used",
    "uq_entry_corrects": "entry_corrected_once",
    "uq_entry_replaces": "entry_replaced_once",
}
"""Key of PostgreSQL → the guard of the same rule: that one looks at whole statements, the key at each row before."""

_CHECK = re.compile(r"(?:CHECK constraint failed: |)([a-z][a-z0-9_]{3,62})$")
_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)")


def guard_name(error: BaseException) -> str | None:
    """The name of the guard behind a driver's error, or None when the error is of another kind.

    SQLite says a trigger's or a CHECK's name, `table.column` for a UNIQUE, and nothing for a foreign key;
    PostgreSQL names every constraint.
    """
    diagnostic = getattr(error, "diag", None)
    if diagnostic is not None:
        name = diagnostic.constraint_name or (diagnostic.column_name and f"not_null_{diagnostic.column_name}")
        return RULE_OF_KEY.get(name, str(name)) if name else None
    text = str(error)
    unique = _UNIQUE.match(text)
    if unique:
        return "unique_" + re.sub(r"\W+", "_", unique.group(1))
    if text.startswith("FOREIGN KEY"):
        return "foreign_key"
    if text.startswith("NOT NULL"):
        return "not_null_" + re.sub(r"\W+", "_", text.rsplit(" ", 1)[-1])
    check = _CHECK.match(text)
    return check.group(1) if check else None


def as_refusal(error: BaseException) -> RefusedByDatabase | None:
    """The refusal that a driver's integrity error stands for, or None when it is no guard's."""
    name = guard_name(error)
    if name is None:
        return None
    return RefusedByDatabase(name, title_of(name) or "une règle d'intégrité de la base n'est pas respectée")


def title_of(guard: str) -> str | None:
    """The rule that the guard of this name holds, or None when no title is known."""
    return TITLES.get(guard) or form_title(guard)
