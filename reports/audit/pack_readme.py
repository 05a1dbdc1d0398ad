"""The French read-me of a pack: what is in it, and how to check each thing without this program."""

import textwrap
from collections.abc import Iterator

from ledger.money import format_francs
from ledger.plural import counted
from reports.audit.pack import PackFacts
from reports.audit.pack_acts import DETAIL, SIGNED, UNSIGNED

WIDTH = 96
BANNER = "*** DONNÉES FICTIVES — aucun chiffre de ce dossier n'est réel ***"


def _title(text: str) -> Iterator[str]:
    yield ""
    yield text
    yield "-" * len(text)


def _said(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=" " * len(indent), break_on_hyphens=False,
        break_long_words=False,
    )  # fmt: skip


def readme(facts: PackFacts) -> Iterator[str]:
    """LISEZ-MOI.txt, line by line."""
    if facts.fictional:
        yield BANNER
        yield ""
    yield "DOSSIER D'AUDIT — comptes du prélèvement confédéral de l'AES"
    yield from _said(
        f"Fait par pc-aes-ledger {facts.version} d'après les seuls livres : les mêmes livres redonnent ce dossier à "
        "l'octet près. Aucun de ses contrôles ne demande ce programme."
    )
    yield from _figures(facts)
    yield from _contents(facts)
    yield from _missing(facts)
    yield from _how(facts)


def _figures(facts: PackFacts) -> Iterator[str]:
    yield from _title("1. Totaux de contrôle")
    if facts.scope.until is not None:
        yield f"Arrêté au : {facts.scope.until:%d/%m/%Y} (écritures datées jusqu'à ce jour)"
    if facts.scope.past:
        yield f"Tel que connu : {facts.scope.known_in_words}"
    yield f"Écritures : {format_francs(facts.entries)}     Lignes : {format_francs(facts.lines)}"
    yield f"Total des débits  : {format_francs(facts.debit)} francs CFA"
    yield f"Total des crédits : {format_francs(facts.credit)} francs CFA"
    yield f"Dernière écriture enregistrée : {facts.last_entry or 'aucune'}"
    yield f"Dernière commande du journal des commandes : n° {facts.last_command}"
    for book, head in facts.heads.items():
        yield f"Livre {book} : {counted(head['entries'], 'écriture')}, dernière empreinte {head['hash']}"
    failed = [check["title"] for check in facts.verification["checks"] if not check["ok"]]
    if facts.scope.past:
        yield "Les contrôles sont faits sur toute la base, telle qu'elle est quand ce dossier est fait ; le reste est"
        yield "tel que connu. Les brouillards et les tables de référence du plan sont tels qu'ils sont."
    if facts.scope.until is not None:
        yield "La chaîne d'empreintes et les tables (donnees/) ne s'arrêtent pas à cette date : elles ont toutes les"
        yield "écritures enregistrées."
    yield f"Vérification : {len(facts.verification['checks'])} contrôles, {len(failed)} en échec"
    for title in failed:
        yield from _said(f"ÉCHEC : {title} (voir verification/rapport.txt)", "  ! ")


def _contents(facts: PackFacts) -> Iterator[str]:
    yield from _title("2. Contenu")
    yield "SHA256SUMS                 empreintes de tous les fichiers du dossier"
    yield "verification/              rapport de tous les contrôles (texte et JSON), têtes des livres"
    yield "verificateurs/             programmes autonomes : chaîne des écritures, ordres signés"
    for where, title in facts.exports:
        yield f"{where:<26} {title}"
    yield f"donnees/                   {counted(len(facts.tables), 'table')} de la base, une par fichier CSV"
    for source in facts.sources:
        if source.count:
            yield f"{source.where + '/':<26} {source.title} ({source.count})"
    if facts.mandates:
        yield f"mandats/                   mandats de l'ordonnateur et clés de signature ({facts.mandates})"
    if facts.handovers:
        yield f"mandats/remises/           remises de service, contenu signé et signatures ({facts.handovers})"
    if facts.orders_signed:
        yield f"{SIGNED + '/':<26} ordres de paiement ordonnancés, avec leurs signatures ({facts.orders_signed})"
    if facts.orders_unsigned:
        yield f"{UNSIGNED + '/':<26} ordres que l'ordonnateur n'a pas signés ({facts.orders_unsigned})"
    if facts.orders_signed + facts.orders_unsigned:
        yield f"{DETAIL + '/':<26} chaque ordre avec ses contrôles, événements et écritures"
    yield "etats/                     classeurs :"
    for one in facts.reports:
        if one.file is not None:
            yield from _said(f"{one.file} — {one.title}", "   ")
            for wrong in one.wrong:
                yield from _said(f"CONTRÔLE FAUX : {wrong}", "     ! ")


def _missing(facts: PackFacts) -> Iterator[str]:
    yield from _title("3. Ce qui n'est pas dans ce dossier, et pourquoi")
    for text in facts.missing:
        yield from _said(text, "- ")
    for source in facts.sources:
        for name in source.altered:
            yield from _said(
                f"ALTÉRÉ : {source.where}/{name} n'a plus l'empreinte enregistrée à sa réception.", "! "
            )  # fmt: skip
    if not facts.missing:
        yield "Rien ne manque."


def _how(facts: PackFacts) -> Iterator[str]:
    yield from _title("4. Vérifier sans ce programme")
    steps: list[tuple[str, tuple[str, ...]]] = [
        (
            "Le dossier est complet et intact. Linux, macOS (shasum -a 256 -c) ; sous Windows, comparer avec certutil "
            "-hashfile FICHIER SHA256 :",
            ("sha256sum -c SHA256SUMS",),
        ),
        (
            "Aucune écriture n'a été changée, retirée ou ajoutée. Le vérificateur recalcule chaque empreinte, suit la "
            "chaîne, contrôle équilibres et numéros ; l'encodage est décrit en tête de son fichier :",
            (
                "python3 -I verificateurs/verifier_chaine.py exports/chaine.jsonl --last "
                "--expect-heads verification/tetes.json",
            ),
        ),
        (
            "Comparez les têtes ci-dessus avec celles que vous avez notées lors d'un contrôle antérieur : une tête "
            "notée doit se retrouver, au même rang, dans exports/chaine.jsonl.",
            (),
        ),
        (
            "Totaux des écritures d'après le FEC (colonnes 12 et 13, tabulations) : ils sont ceux du point 1.",
            (
                'awk -F\'\\t\' \'NR>1{gsub(",",".",$12);gsub(",",".",$13);d+=$12;c+=$13}'
                'END{printf "%.0f %.0f\\n",d,c}\' exports/fec.txt',
            ),
        ),
        (
            "Les livres entiers dans un autre logiciel de comptabilité :",
            ("hledger -f exports/livres.hledger check", "bean-check exports/livres.beancount"),
        ),
        (
            "Les classeurs : leurs totaux sont des formules, la feuille « Contrôles » les rapproche des livres, la "
            "feuille « Provenance » donne les paramètres et les têtes. Recalculez (F9, ou Ctrl+Maj+F9).",
            (),
        ),
        (
            "Les tables (donnees/*.csv) : UTF-8, points-virgules, une ligne de titres. Dans un texte qui commencerait "
            "par =, +, - ou @, une apostrophe est ajoutée devant pour qu'un tableur ne l'exécute pas. Le contenu des "
            "fichiers y est remplacé par sa taille : les fichiers sont dans sources/. command_log est le journal de "
            "toutes les commandes, refus compris.",
            (),
        ),
    ]
    received = tuple(f"(cd {one.where} && sha256sum -c SHA256SUMS)" for one in facts.sources if one.count)
    if received:
        text = (
            "Les fichiers reçus des banques et des douanes sont ceux qui furent importés. La liste de chaque dossier "
            "porte les empreintes enregistrées à la réception :"
        )
        steps.insert(1, (text, received))
    if facts.orders_signed:
        steps.append(
            (
                "Les ordres signés : les octets signés sont reconstruits et la signature Ed25519 vérifiée. Donnez la "
                "clé déposée à la nomination (mandats/), lue à une autre source que ce dossier :",
                (
                    "python3 -I verificateurs/verifier_ordre.py ordres/signes/NUMÉRO.json --specimen CLÉ",
                    "python3 -I verificateurs/verifier_ordre.py ordres/signes/NUMÉRO.json --documents sources/pieces",
                ),
            )
        )
    for place, (text, commands) in enumerate(steps, 1):
        yield ""
        yield from _said(text, f"4.{place} ")
        for command in commands:
            yield f"       {command}"


def verification_text(facts: PackFacts) -> Iterator[str]:
    """verification/rapport.txt: every check with what it found."""
    if facts.fictional:
        yield BANNER
        yield ""
    verdict = "TOUS LES CONTRÔLES SONT BONS" if facts.verification["ok"] else "DES CONTRÔLES ÉCHOUENT"
    yield f"VÉRIFICATION DES LIVRES — {verdict}"
    yield ""
    for check in facts.verification["checks"]:
        found = "néant" if check["ok"] else counted(check["count"], "ligne")
        yield from _said(f"{check['title']} [{check['name']}] : {found}", "bon    " if check["ok"] else "ÉCHEC  ")
        for row in check["rows"]:
            yield "         " + " · ".join(f"{name} {value}" for name, value in row.items())
    yield ""
    for book, head in facts.heads.items():
        yield f"Livre {book} : {counted(head['entries'], 'écriture')}, dernière empreinte {head['hash']}"
