"""How each sample is drawn, in words: what a person needs to do it again with a hash program."""

from reports.audit.sampling import VERSION

METHODS = {
    "random": "Tirage aléatoire simple",
    "systematic": "Tirage systématique",
    "monetary-unit": "Sondage monétaire",
}
"""Name of a method → its French name."""

EXHAUSTIVE = "La population compte moins de lignes que la taille demandée : elles sont toutes prises."

_HASH = (
    "le nombre est le SHA-256, lu en hexadécimal, du texte en UTF-8 sans retour de ligne (printf %s '…' | sha256sum)"
)
_ORDER = (
    "Population : lignes dans l'ordre d'enregistrement des écritures, puis dans l'ordre des lignes. "
    "IDENTIFIANT : livre/journal/exercice/numéro/ligne."
)

STEPS: dict[str, tuple[str, ...]] = {
    "random": (
        _ORDER,
        f"Chaque ligne reçoit une clé, tirée du texte {VERSION}|GRAINE|random|IDENTIFIANT : {_HASH}.",
        "Les lignes dont la clé est la plus petite sont retenues, autant qu'on en demande. Toutes les lignes ont la "
        "même chance, l'ordre de la population ne compte pas, et un échantillon plus grand contient le plus petit.",
    ),
    "systematic": (
        _ORDER,
        "Pas = nombre de lignes N ÷ taille, gardé en fraction, sans arrondi.",
        f"Départ d = nombre modulo N, tiré du texte {VERSION}|GRAINE|systematic|start : {_HASH}.",
        "Pour i = 0, 1, … jusqu'à taille − 1, la ligne retenue a le rang : partie entière de (d + i × N) ÷ taille, "
        "plus 1.",
    ),
    "monetary-unit": (
        _ORDER,
        "Chaque franc des montants supérieurs à zéro a la même chance. Les montants nuls ou négatifs (corrections) "
        "n'ont aucun franc à tirer : ils sont sur la feuille « Hors tirage », à examiner à part.",
        "Pas = total des montants ÷ taille. Toute ligne qui atteint le pas est prise avec certitude ; le pas est "
        "recalculé sur le reste, jusqu'à ce qu'aucune ne l'atteigne.",
        "Méthode des cases : le reste R est partagé en n cases égales. Dans la case i (de 1 à n), le franc tiré, "
        "compté à partir de 1 le long du cumul des lignes restantes, est : partie entière de ((i − 1) × R + t) ÷ n, "
        "plus 1.",
        f"t = nombre modulo R, tiré du texte {VERSION}|GRAINE|cell|i : {_HASH}.",
        "La ligne dont le cumul contient ce franc est retenue. Une ligne à cheval sur deux cases peut être atteinte "
        "deux fois : elle est listée une fois, avec ses deux atteintes.",
    ),
}
"""Name of a method → its steps."""
