"""What a person may match, undo, impute and regularise: refusals, and the sums that decide them."""

from collections.abc import Sequence

from ledger.refusal import Refusal


class BankLineUnknown(Refusal):
    """There is no such line on a statement."""

    code = "bank_line_unknown"
    sentence = (
        "La ligne de relevé n° {line} n'existe pas dans le livre demandé. « pcaes reconcile matches --json » donne le "
        "numéro (id) de chaque ligne ouverte."
    )


class BankLineWithdrawn(Refusal):
    """The line is on a statement that was withdrawn."""

    code = "bank_line_withdrawn"
    sentence = (
        "La ligne de relevé n° {line} est du relevé n° {statement}, retiré par {by} : « {reason} ». Elle ne se "
        "rapproche ni ne s'impute plus : prenez la ligne du relevé juste (« pcaes reconcile matches --json »)."
    )


class BankLineMatched(Refusal):
    """The bank line is already settled."""

    code = "bank_line_matched"
    sentence = (
        "La ligne de relevé n° {line} est déjà rapprochée (rapprochement n° {match}). Annulez-le d'abord par "
        "« pcaes reconcile undo {match} --reason … »."
    )


class EntryLineUnknown(Refusal):
    """The entry has no such line on the bank account."""

    code = "entry_line_unknown"
    sentence = (
        "« {place} » n'est pas une ligne d'écriture du livre {book} sur son compte bancaire. Attendu "
        "LIVRE/JOURNAL/EXERCICE/NUMÉRO:LIGNE, par exemple BF/OD/2026/12:2."
    )


class EntryLineMatched(Refusal):
    """The entry line is already settled."""

    code = "entry_line_matched"
    sentence = (
        "La ligne d'écriture {place} est déjà rapprochée (rapprochement n° {match}). Annulez-le d'abord par "
        "« pcaes reconcile undo {match} --reason … »."
    )


class MatchUnbalanced(Refusal):
    """Both sides of a match are equal to the franc."""

    code = "match_unbalanced"
    sentence = (
        "Le rapprochement demandé n'est pas équilibré : banque {bank:F}, livres {booked:F}, écart {difference:F}. "
        "Ajoutez ou retirez des lignes, ou imputez l'écart."
    )


class MatchEmpty(Refusal):
    """A match made by hand has lines on both sides."""

    code = "match_empty"
    sentence = (
        "Un rapprochement à la main nomme au moins une ligne de relevé (--line) et une ligne d'écriture (--entry), ou "
        "bien une proposition par son numéro."
    )
    exit_code = 2


class MatchUnknown(Refusal):
    """There is no such match."""

    code = "match_unknown"
    sentence = "Le rapprochement n° {match} n'existe pas. « pcaes reconcile matches » donne ceux qui existent."


class MatchUndone(Refusal):
    """A match is undone once."""

    code = "match_undone"
    sentence = "Le rapprochement n° {match} a déjà été annulé par {by} : « {reason} ». Il n'y a rien à annuler."


class ProposalUnknown(Refusal):
    """No proposal of the last run has that number."""

    code = "proposal_unknown"
    sentence = (
        "La proposition n° {proposal} n'est pas de la dernière recherche du livre {book}. Relancez "
        "« pcaes reconcile run », puis choisissez dans « pcaes reconcile matches --status proposed »."
    )


class ProposalStale(Refusal):
    """A line of the proposal was settled since."""

    code = "proposal_stale"
    sentence = (
        "La proposition n° {proposal} ne tient plus : {count} de ses lignes ont été rapprochées depuis. Relancez "
        "« pcaes reconcile run »."
    )


class ProposalAmbiguous(Refusal):
    """Several answers are possible: a person chooses the lines."""

    code = "proposal_ambiguous"
    sentence = (
        "La proposition n° {proposal} a plusieurs réponses possibles et ne se confirme pas telle quelle : {reason} "
        "Choisissez les lignes par « pcaes reconcile confirm --line … --entry … --reason … »."
    )


class ProposalUndecided(Refusal):
    """A search that ended at its bound has no answer to confirm."""

    code = "proposal_undecided"
    sentence = (
        "La proposition n° {proposal} n'a pas de réponse à confirmer : {reason} Choisissez les lignes par "
        "« pcaes reconcile confirm --line … --entry … --reason … »."
    )


class ImputationAccount(Refusal):
    """A bank line is imputed to a suspense account of its own book."""

    code = "imputation_account"
    sentence = (
        "Le compte {account} n'est pas un compte d'imputation provisoire du livre {book} (comptes possibles : "
        "{known}). Imputez d'abord à l'un d'eux, puis régularisez par « pcaes reconcile regularise »."
    )


class ImputationRegularised(Refusal):
    """What was regularised is taken back before the imputation is."""

    code = "imputation_regularised"
    sentence = (
        "L'imputation {entry} a déjà été régularisée par {regularised}. Annulez d'abord cette régularisation par "
        "« pcaes entry reverse », puis l'imputation."
    )


class NothingToRegularise(Refusal):
    """The entry holds nothing on a suspense account any more."""

    code = "nothing_to_regularise"
    sentence = (
        "{what} n'a rien en attente sur un compte d'imputation provisoire : {why}. « pcaes report suspense » donne ce "
        "qui reste à régulariser."
    )


class RegularisationTooLarge(Refusal):
    """No more is regularised than what is left."""

    code = "regularisation_too_large"
    sentence = (
        "La régularisation demandée de {entry} ({asked:F}) dépasse ce qui reste au compte {account} ({left:F}), de "
        "{difference:F}. Réduisez le montant."
    )


class RegularisationAccount(Refusal):
    """A regularisation leaves the suspense accounts, and does not touch the bank."""

    code = "regularisation_account"
    sentence = (
        "La régularisation de {entry} est demandée au compte {account} : attendu un compte définitif, ni compte "
        "d'imputation provisoire ni compte bancaire. Choisissez le compte juste."
    )


class RegularisationNeedsOrder(Refusal):
    """After the take-over, an expense is regularised by an order."""

    code = "regularisation_needs_order"
    sentence = (
        "L'imputation {entry} est une dépense (compte {account}) et la reprise est terminée depuis le {until:D} : elle "
        "se régularise par un ordre « ne pas payer » (« pcaes order create », kind « regularisation »), qui en passe "
        "l'écriture à sa prise en charge."
    )


def check_balanced(bank: Sequence[int], booked: Sequence[int]) -> None:
    """Both sides of a match, amounts signed from the holder's side, are equal to the franc.

    Refuses: match_empty, match_unbalanced.
    """
    if not bank or not booked:
        raise MatchEmpty()
    if sum(bank) != sum(booked):
        raise MatchUnbalanced(bank=sum(bank), booked=sum(booked), difference=sum(bank) - sum(booked))
