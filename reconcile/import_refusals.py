"""Why a statement is not imported: one refusal each."""

from ledger.refusal import Refusal


class AccountNotBound(Refusal):
    """The bank account of a statement belongs to no book."""

    code = "account_not_bound"
    sentence = (
        "Le relevé {number} du fichier {file} porte le compte « {account} », qui n'est rattaché à aucun livre. Comptes "
        "rattachés : {bound}. Rattachez-le par « pcaes account bind », ou vérifiez que ce fichier est bien le vôtre."
    )


class AccountOfOtherBook(Refusal):
    """The account of the statement is another book's."""

    code = "account_of_other_book"
    sentence = (
        "Le relevé {number} du fichier {file} est celui du compte {account}, livre {found} ; il est importé pour le "
        "livre {asked}. Vérifiez le fichier ou l'option --book."
    )


class AccountMissing(Refusal):
    """The file names no account."""

    code = "account_missing"
    sentence = (
        "Le fichier {file} ne dit pas de quel compte il est le relevé. Indiquez le livre par --book : son compte "
        "rattaché sera employé."
    )


class CurrencyForeign(Refusal):
    """The three accounts are in FCFA."""

    code = "currency_foreign"
    sentence = (
        "Le relevé {number} du fichier {file} est en {found} : les comptes du prélèvement sont tenus en francs CFA "
        "(XOF). Demandez à la banque le relevé du compte en XOF."
    )


class StatementDiffers(Refusal):
    """A statement sent again says something else."""

    code = "statement_differs"
    sentence = (
        "Le relevé {number} du compte {account}, du {start:D} au {end:D}, a déjà été importé (fichier {first_file}) et "
        "le fichier {file} en donne un autre contenu : {difference}. Rien n'est changé. Demandez à la banque lequel "
        "fait foi ; si c'est le nouveau, retirez d'abord l'autre (« pcaes statement withdraw {statement} --reason … »)."
    )


class LinesVanished(Refusal):
    """A file covers days already imported and lacks lines that were there."""

    code = "lines_vanished"
    sentence = (
        "Le fichier {file} couvre la période du {start:D} au {end:D} du compte {account}, mais il y manque {count} "
        "ligne(s) déjà importée(s), pour {total:F} : {examples}. Rien n'est changé. Demandez à la banque lequel fait "
        "foi ; si c'est celui-ci, retirez d'abord l'autre par « pcaes statement withdraw »."
    )


class StatementInFuture(Refusal):
    """No bank gives a statement of a year that is yet to come."""

    code = "statement_in_future"
    sentence = (
        "Le relevé {number} du fichier {file} va jusqu'au {end:D}, plus d'un an après aujourd'hui ({today:D}) : "
        "l'année est fausse. Demandez à la banque un fichier correct ; rien n'est importé."
    )


class StatementLongPast(Refusal):
    """Far before what is known of the account: most often a year read or typed wrongly."""

    code = "statement_long_past"
    sentence = (
        "Le relevé {number} du fichier {file} finit le {end:D} ; le compte {account} n'est connu que depuis le "
        "{first:D}, plus de {years:an|ans} après : l'année est sans doute fausse. Si le relevé est bien ancien, "
        "importez-le avec l'option --historical ; rien n'est importé."
    )


class SameLinesOtherwise(Refusal):
    """The same movements, from the same days, in other words: most often the same statement in another format."""

    code = "same_lines_otherwise"
    sentence = (
        "Le fichier {file} donne du {start:D} au {end:D} les montants de {count} ligne(s) déjà importée(s) du compte "
        "{account} (fichier {first_file}), à la même date et sous d'autres libellés ou références : c'est sans doute "
        "le même relevé sous une autre forme, qui serait compté deux fois. Gardez une seule forme par compte ; rien "
        "n'est changé."
    )
