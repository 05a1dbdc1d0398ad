"""The pages that lead to the code name files that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("docs/architecture.md", "docs/glossary.md", "README.md")
FOLDERS = ("ledger/", "reconcile/", "reports/", "portal/", "alembic/", "docs/", "tests/")


def named(page: str) -> set[str]:
    """The paths from the root that a page writes as code."""
    words = re.findall(r"`([^`\s]+)`", (ROOT / page).read_text(encoding="utf-8"))
    return {word for word in words if word.startswith(FOLDERS) and "<" not in word}


@pytest.mark.parametrize("page", PAGES)
def test_every_path_named_by_a_page_exists(page: str) -> None:
    paths = named(page)
    assert len(paths) >= 5, "the page was not read"
    assert {path for path in paths if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("page", [*PAGES, "docs/invariants.md", "docs/library.md", "CHANGELOG.md"])
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_every_page_of_the_documentation_is_reached_from_the_readme_or_the_architecture() -> None:
    reached = "\n".join((ROOT / page).read_text(encoding="utf-8") for page in ("README.md", "docs/architecture.md"))
    assert {file.name for file in (ROOT / "docs").glob("*.md") if f"{file.name})" not in reached} == set()
