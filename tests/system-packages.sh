#!/usr/bin/env bash
# Programs that some tests call and pip cannot bring: LibreOffice recomputes workbooks, hledger checks an
# export, pdftotext reads a printed page. PostgreSQL comes from a wheel.
set -euo pipefail

declare -A package=(
    [soffice]=libreoffice-calc
    [pdftotext]=poppler-utils
    [hledger]=hledger
)

missing() {
    local program
    for program in "${!package[@]}"; do
        command -v "$program" >/dev/null 2>&1 || echo "${package[$program]}"
    done | sort
}

loud() {
    printf '\n%s\n' "=========================== ATTENTION ===========================" >&2
    printf '%s\n' "$@" >&2
    printf '%s\n\n' "=================================================================" >&2
}

mapfile -t wanted < <(missing)
[[ ${#wanted[@]} -eq 0 ]] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    as_root=()
    allowed=false
elif [[ $(id -u) -eq 0 ]]; then
    as_root=(env DEBIAN_FRONTEND=noninteractive)
    allowed=true
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root=(sudo -n env DEBIAN_FRONTEND=noninteractive)
    allowed=true
else
    as_root=()
    allowed=false
fi

if [[ $allowed == true ]]; then
    echo "Paquets du système : ${wanted[*]}" >&2
    log=$(mktemp)
    if "${as_root[@]}" apt-get update -qq >"$log" 2>&1 </dev/null &&
        "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${wanted[@]}" >>"$log" 2>&1 </dev/null; then
        rm -f "$log"
    else
        tail -n 20 "$log" >&2
        rm -f "$log"
    fi
fi

mapfile -t wanted < <(missing)
if [[ ${#wanted[@]} -gt 0 ]]; then
    loud "Il manque des programmes : ${wanted[*]}" \
        "Les tests qui s'en servent seront SAUTÉS et nommés à la fin du compte rendu." \
        "Pour les installer : apt-get install ${wanted[*]}"
fi
