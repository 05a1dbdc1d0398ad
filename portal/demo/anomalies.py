"""What is planted in the fictional data for a reader or an auditor to find, and where it shows."""

from portal.demo.model import Anomaly

ANOMALIES = (
    Anomaly(
        "office_missing",
        "NE",
        "recettes NE304 2025-11",
        "Le bureau NE304 n'a pas transmis son état de novembre 2025.",
    ),
    Anomaly("rate", "BF", "recettes BF105 2025-06", "Liquidé à 0,45 % au lieu de 0,5 % de la base."),
    Anomaly(
        "exempt_share",
        "ML",
        "recettes ML203 2026-03 et suivants",
        "La part exonérée passe de 8 % à près de la moitié.",
    ),
    Anomaly("restated", "BF", "recettes BF101 2025-09", "Un état rectificatif du 10/12/2025 relève la base."),
    Anomaly("over_remitted", "BF", "recettes BF102 2025-11", "Reversé supérieur de 12 500 000 au recouvré."),
    Anomaly("late", "ML", "recettes ML202 2025-08", "Reversé le 04/11/2025 au lieu du 15/09/2025."),
    Anomaly("prior_year", "NE", "recettes NE303 2025-12", "Arriéré de l'exercice 2025 reversé le 16/04/2026."),
    Anomaly(
        "partly_remitted",
        "BF",
        "recettes BF105 2026-05",
        "60 % du recouvré reversé ; le reste est un arriéré.",
    ),
    Anomaly("not_remitted", "ML", "recettes ML205 2026-06", "Recouvré et jamais reversé."),
    Anomaly("never_credited", "NE", "recettes NE302 2026-02", "Reversement déclaré que la banque n'a jamais vu."),
    Anomaly("two_parts", "BF", "relevé BF 2025-11, RVF-BF103-202510", "Un reversement crédité en deux fois."),
    Anomaly(
        "joint_credit",
        "ML",
        "relevé ML 2025-10, RVF-ML201-202509 et RVF-ML204-202509",
        "Un crédit pour deux références.",
    ),
    Anomaly("batch", "NE", "relevé NE 2026-02", "Une remise groupée de trois reversements, détaillée."),
    Anomaly("no_reference", "BF", "relevé BF 2025-07", "Le reversement RVF-BF104-202506 crédité sans sa référence."),
    Anomaly("unknown_credit", "NE", "relevé NE 2025-11", "1 875 000 sans motif, identifiés en décembre 2025."),
    Anomaly("suspense", "ML", "relevé ML 2026-05", "3 250 000 toujours en compte d'attente."),
    Anomaly(
        "unbooked_credit",
        "ML",
        "relevé ML 2026-09",
        "4 410 000 crédités le dernier jour, pas encore pris dans les livres.",
    ),
    Anomaly("bank_reversal", "ML", "relevé ML 2025-10", "75 000 000 crédités par erreur et repris le lendemain."),
    Anomaly("returned", "ML", "relevé ML 2026-04, OPF-ML-2026-901", "Virement revenu impayé, puis ordonné de nouveau."),
    Anomaly(
        "grouped",
        "BF",
        "relevé BF 2026-03, LOTF-BF-2026-03",
        "Un débit de la banque pour trois paiements des livres.",
    ),
    Anomaly("equal_fees", "BF", "relevé BF 2025-10", "Deux commissions égales le même jour, réelles toutes deux."),
    Anomaly(
        "equal_payments",
        "NE",
        "relevé NE 2025-09",
        "Deux paiements de 7 500 000 le même jour à deux bénéficiaires.",
    ),
    Anomaly(
        "lost_references",
        "BF",
        "relevés BF et NE",
        "Des virements émis dont la banque a perdu ou déformé la référence.",
    ),
    Anomaly(
        "seen_later",
        "ML",
        "relevé ML 2026-02, OPF-ML-2026-903",
        "Payé le 28/01/2026, vu par la banque le 06/02/2026.",
    ),
    Anomaly("across_years", "ML", "relevé ML 2026-01, OPF-ML-2025-903", "Opération du 02/01/2026, valeur 31/12/2025."),
    Anomaly("pending", "NE", "relevé NE 2026-04, OPF-NE-2026-901", "Mouvement annoncé en avril, comptabilisé en mai."),
    Anomaly("transfer_on_its_way", "NE", "VIRF-2026-02", "600 000 000 partis de BF le 30/09/2026, pas encore arrivés."),
    Anomaly(
        "payment_not_seen",
        "BF",
        "OPF-BF-2026-904",
        "16 750 000 payés le 29/09/2026, pas encore vus par la banque.",
    ),
)
