"""Why the system does not give or take a file, in our words: its own are in English and name no remedy."""

import errno

REASONS = {
    errno.ENOENT: "aucun fichier ni dossier ne porte ce nom",
    errno.EACCES: "vous n'avez pas le droit d'y accéder",
    errno.EPERM: "le système ne permet pas d'y toucher",
    errno.EISDIR: "c'est un dossier, non un fichier",
    errno.ENOTDIR: "un élément du chemin n'est pas un dossier",
    errno.EEXIST: "un fichier porte déjà ce nom",
    errno.ENOSPC: "il n'y a plus de place sur le disque",
    errno.EDQUOT: "votre part du disque est pleine",
    errno.EROFS: "le disque ne permet pas d'écrire",
    errno.ENAMETOOLONG: "le nom est trop long",
    errno.EMFILE: "trop de fichiers sont ouverts",
    errno.EIO: "le disque ne répond pas comme il devrait",
}


def system_reason(error: OSError) -> str:
    """The French reason of a common refusal of the system; a rare one is told by its number and the system's words."""
    known = REASONS.get(error.errno or 0)
    if known is not None:
        return known
    return f"erreur {error.errno or '–'} du système ({error.strerror or error})"
