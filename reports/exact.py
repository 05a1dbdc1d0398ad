"""What a spreadsheet shows exactly: whole numbers of fifteen digits at most."""

from ledger.money import fits
from ledger.refusal import Refusal


class AmountTooLong(Refusal):
    """A sum of the report has more digits than a spreadsheet keeps."""

    code = "report_amount_too_long"
    sentence = (
        "L'état contient la somme {amount:F}, de plus de quinze chiffres : un tableur ne la montrerait pas au franc "
        "près. Attendu : quinze chiffres au plus. Cherchez l'écriture d'un montant invraisemblable (« pcaes report "
        "journal --format json »), reprenez-la en négatif, puis redemandez l'état ; le JSON le donne déjà tel quel."
    )


def exact(value: object) -> int:
    """A number of a cell, as it is.

    Raises `TypeError` for anything but an int. Refuses: report_amount_too_long.
    """
    if type(value) is not int:
        raise TypeError(f"a number must be an int, not {value!r}")
    if not fits(value):
        raise AmountTooLong(amount=value)
    return value
