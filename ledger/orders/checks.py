"""The accountant's checks before payment: the list, their results, suspension and requisition."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.refusal import Refusal

SOURCE = "Directive n° 07/2009/CM/UEMOA portant règlement général sur la comptabilité publique, contrôles du comptable"


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `excepted`: when it fails, the law lets no requisition pass. `computed`: the program makes it."""

    code: str
    title: str
    family: str
    excepted: bool = False
    computed: bool = False
    source: str = SOURCE


CHECKS = (
    Check("officer_in_office", "Ordonnateur en fonction à la date de sa signature", "Qualité de l'ordonnateur",
          computed=True),
    Check("officer_specimen", "Signature conforme au spécimen déposé", "Qualité de l'ordonnateur", computed=True),
    Check("funds_available", "Disponibilité des fonds sur le compte à débiter", "Fonds", excepted=True, computed=True),
    Check("account_imputed", "Exacte imputation de la dépense", "Imputation"),
    Check("legal_basis", "Existence d'une base légale", "Validité de la créance", excepted=True),
    Check("service_rendered", "Service fait certifié", "Validité de la créance", excepted=True),
    Check("calculation_exact", "Exactitude des calculs de liquidation", "Validité de la créance"),
    Check("prior_visa", "Visa préalable du contrôleur financier", "Validité de la créance", excepted=True,
          computed=True),
    Check("documents_produced", "Production des pièces justificatives", "Validité de la créance"),
    Check("payee_account", "Bénéficiaire et coordonnées bancaires du véritable créancier", "Caractère libératoire",
          excepted=True),
    Check("no_opposition", "Absence d'opposition au paiement", "Caractère libératoire", excepted=True),
)  # fmt: skip
"""In the order in which they are made. Another legal reference is set by giving another list to the functions."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one accountant found; `note` is the written reason of a failed check."""

    code: str
    passed: bool
    person: str
    note: str = ""


class CheckUnknown(Refusal):
    """A result names a check that is not on the list, or twice the same."""

    code = "check_unknown"
    sentence = (
        "L'ordre de paiement {number} : les contrôles {codes} ne figurent pas une seule fois sur la liste. "
        "Attendu : {known}. Corrigez la liste des résultats."
    )


class CheckIncomplete(Refusal):
    """Some checks have no result."""

    code = "check_incomplete"
    sentence = (
        "L'ordre de paiement {number} : contrôles sans résultat : {missing}. "
        "Attendu : un résultat pour chacun des {expected} contrôles, trouvé {found}. Terminez les contrôles."
    )


class CheckFailed(Refusal):
    """A failed check suspends the payment."""

    code = "check_failed"
    sentence = (
        "L'ordre de paiement {number} ne peut pas être pris en charge : {failed}. "
        "Attendu : tous les contrôles satisfaits. Suspendez le paiement en notifiant ces motifs à l'ordonnateur."
    )


class CheckReasonMissing(Refusal):
    """A failed check has no written reason, or a suspension no failed check."""

    code = "check_reason_missing"
    sentence = (
        "L'ordre de paiement {number} : {fault}. Attendu : un motif écrit pour chaque contrôle non satisfait. "
        "Ajoutez le motif."
    )


class RequisitionExcepted(Refusal):
    """The law lets the accountant refuse this requisition."""

    code = "requisition_excepted"
    sentence = (
        "L'ordre de paiement {number} ne peut pas être réquisitionné : {failed}. "
        "La réquisition est exclue en l'absence de fonds, de service fait, de caractère libératoire, de visa "
        "ou de base légale. Renvoyez l'ordre à l'ordonnateur."
    )


def check_results(number: str, results: Sequence[CheckResult], checks: Sequence[Check] = CHECKS) -> None:
    """Every check of the list has one result, and each failure its reason.

    Refuses: check_unknown, check_incomplete, check_reason_missing.
    """
    known = [check.code for check in checks]
    given = [result.code for result in results]
    strange = sorted({code for code in given if code not in known or given.count(code) > 1})
    if strange:
        raise CheckUnknown(number=number, codes=strange, known=known)
    missing = [check.title for check in checks if check.code not in given]
    if missing:
        raise CheckIncomplete(number=number, missing=missing, expected=len(known), found=len(given))
    _check_reasons(number, results, checks)


def check_acceptance(
    number: str, results: Sequence[CheckResult], *, requisitioned: bool = False, checks: Sequence[Check] = CHECKS
) -> None:
    """The order may be accepted: every check passed, or a requisition covers those that failed.

    Refuses: check_unknown, check_incomplete, check_reason_missing, check_failed, requisition_excepted.
    """
    check_results(number, results, checks)
    if requisitioned:
        _check_not_excepted(number, results, checks)
        return
    failed = failed_titles(results, checks)
    if failed:
        raise CheckFailed(number=number, failed=failed, codes=[row.code for row in results if not row.passed])


def check_suspension(number: str, results: Sequence[CheckResult], checks: Sequence[Check] = CHECKS) -> None:
    """A suspension rests on at least one failed check, with its reason. Refuses: check_reason_missing."""
    if not failed_titles(results, checks):
        raise CheckReasonMissing(number=number, fault="suspension sans contrôle non satisfait")
    _check_reasons(number, results, checks)


def check_requisition(number: str, results: Sequence[CheckResult], checks: Sequence[Check] = CHECKS) -> None:
    """The officer may requisition: something failed, and nothing that the law excepts.

    Refuses: check_reason_missing, requisition_excepted.
    """
    check_suspension(number, results, checks)
    _check_not_excepted(number, results, checks)


def suspension_reasons(results: Iterable[CheckResult], checks: Sequence[Check] = CHECKS) -> list[str]:
    """The reasons notified to the officer, « titre : motif », in the order of the list."""
    notes = {result.code: result.note for result in results if not result.passed}
    return [f"{check.title} : {notes[check.code]}" for check in checks if check.code in notes]


def failed_titles(results: Iterable[CheckResult], checks: Sequence[Check] = CHECKS) -> list[str]:
    """The titles of the checks that failed, in the order of the list."""
    failed = {result.code for result in results if not result.passed}
    return [check.title for check in checks if check.code in failed]


def _check_reasons(number: str, results: Sequence[CheckResult], checks: Sequence[Check]) -> None:
    mute = {result.code for result in results if not result.passed and not result.note.strip()}
    if mute:
        titles = ", ".join(check.title for check in checks if check.code in mute)
        raise CheckReasonMissing(number=number, fault=f"contrôle non satisfait sans motif ({titles})")


def _check_not_excepted(number: str, results: Sequence[CheckResult], checks: Sequence[Check]) -> None:
    excepted = {check.code for check in checks if check.excepted}
    failed = [result for result in results if not result.passed and result.code in excepted]
    if failed:
        raise RequisitionExcepted(number=number, failed=failed_titles(failed, checks))
