"""House rules that no linter knows. Each failure says what to do instead."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from house import PACKAGES, ROOT, calls, functions, imports, modules, refusals, texts, tree

LINES_MAX = 400
FUNCTION_LINES_MAX = 70
HEAVY = (
    "pandas",
    "numpy",
    "openpyxl",
    "sqlalchemy",
    "alembic",
    "lxml",
    "cryptography",
    "holidays",
    "rapidfuzz",
    "babel",
)
EMPTY_NAMES = ("Manager", "Service", "Helper", "Helpers", "Util", "Utils")
MACHINE = re.compile(r"(?<![\w.}])/(?:work|home|root|Users|mnt)/\w")
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X|HAC[K])\b")


def test_a_file_holds_one_noun_or_one_operation() -> None:
    long = {
        str(file): count
        for file in modules(*PACKAGES, "bench", "tests")
        if (count := len((ROOT / file).read_text(encoding="utf-8").splitlines())) > LINES_MAX
    }
    assert long == {}, "split the file where it has two reasons to change"


def test_a_function_fits_on_one_screen() -> None:
    long = {
        f"{file}:{function.lineno} {function.name}": length
        for file in modules(*PACKAGES)
        for function in functions(file)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES_MAX
    }
    assert long == {}, "name the parts of the function"


def test_the_migrations_folder_is_not_a_package() -> None:
    assert not list((ROOT / "alembic").rglob("__init__.py")), "it would hide the library of the same name"


def test_migrations_import_no_living_code() -> None:
    living = re.compile(rf"^\s*(?:from|import) (?:{'|'.join(PACKAGES)})\b", re.MULTILINE)
    found = [str(file) for file in modules("alembic") if living.search((ROOT / file).read_text(encoding="utf-8"))]
    assert found == [], "a migration freezes its own SQL"


def test_test_files_have_names_of_their_own() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py")), "tests are not packages"
    names = Counter(file.name for file in modules("tests") if file.name != "conftest.py")
    assert [name for name, count in names.items() if count > 1] == []


def test_the_program_starts_without_its_heavy_libraries() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, portal.cli.main; sys.stdout.write(' '.join(sys.modules))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    loaded = set(told.stdout.split())
    assert "portal.cli.main" in loaded
    assert loaded.intersection(HEAVY) == set(), "import it inside the function that needs it"


def test_the_books_never_see_a_float() -> None:
    found = {str(file): lines for file in modules("ledger") if (lines := calls(file, "float"))}
    assert found == {}, "amounts are int francs; ratios are computed where they are shown"


def test_only_the_doors_speak() -> None:
    found = {str(file): lines for file in modules("ledger", "reconcile", "reports") if (lines := calls(file, "print"))}
    assert found == {}, "return the fact and let the door show it"


def test_names_say_what_a_thing_is() -> None:
    found = [
        f"{file} {node.name}"
        for file in modules(*PACKAGES)
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ClassDef) and node.name.endswith(EMPTY_NAMES)
    ]
    found += [str(file) for file in modules(*PACKAGES) if file.stem.title() in EMPTY_NAMES]
    assert found == [], "use the accountant's noun"


@pytest.mark.parametrize(
    ("pattern", "instead"),
    [(MACHINE, "write a path relative to the checkout"), (UNFINISHED, "finish it, or say it in docs/decisions.md")],
    ids=["no machine's paths", "nothing unfinished"],
)
def test_texts_hold_nothing_of_the_workshop(pattern: re.Pattern[str], instead: str) -> None:
    found = [
        f"{file}:{number}"
        for file in texts()
        for number, line in enumerate((ROOT / file).read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == [], instead


def test_a_public_function_says_what_it_refuses() -> None:
    known = refusals()
    silent = []
    for file in modules("ledger", "reconcile"):
        for function in functions(file):
            raised = {
                known[node.exc.func.id]
                for node in ast.walk(function)
                if isinstance(node, ast.Raise)
                and isinstance(node.exc, ast.Call)
                and isinstance(node.exc.func, ast.Name)
                and node.exc.func.id in known
            }
            told = (ast.get_docstring(function) or "").partition("Refuses:")[2]
            # a bank file's refusal lists its faults, and it is these that the docstring names
            unsaid = {code for code in raised if code not in told and not (code == "statement_file_refused" and told)}
            if unsaid and not function.name.startswith("_"):
                silent.append(f"{file}:{function.lineno} {function.name}: {', '.join(sorted(unsaid))}")
    assert silent == [], "add the codes to the `Refuses:` line of the docstring"


def test_every_refusal_has_a_code_and_a_french_sentence_of_its_own() -> None:
    from errors_page import catalogue

    faults = []
    for code, refusal in catalogue().items():
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", code):
            faults.append(f"{code}: write the code in small letters joined by _")
        if not refusal.sentence.rstrip().endswith((".", "}", "?")) or len(refusal.sentence) < 20:
            faults.append(f"{code}: write a whole sentence")
        if refusal.exit_code not in (1, 2):
            faults.append(f"{code}: exit code 1 (refused) or 2 (wrong usage)")
    assert faults == []
    sentences = Counter(refusal.sentence for refusal in catalogue().values())
    assert [sentence for sentence, count in sentences.items() if count > 1] == []


def test_every_refusal_is_met_by_a_test() -> None:
    tests = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in modules("tests"))
    unmet = {
        code
        for name, code in refusals().items()
        if not re.search(rf"\b(?:{re.escape(name)}|{re.escape(code)})\b", tests)
    }
    assert unmet == set(), "write the test that produces it"


def test_the_locks_hold_every_dependency_and_no_address() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        "requirements.lock": project["dependencies"],
        "requirements-dev.lock": project["dependencies"] + project["optional-dependencies"]["dev"],
    }
    for lock, dependencies in wanted.items():
        text = (ROOT / lock).read_text(encoding="utf-8")
        pinned = {normal(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
        names = {normal(re.split(r"[\[<>=~! ]", dependency)[0]) for dependency in dependencies}
        assert names - pinned == set(), f"{lock}: run `make lock`"
        assert re.findall(r"://|--index-url|--extra-index-url|--find-links|--trusted-host", text) == [], lock
        assert len(re.findall(r"^[\w.-]+==\S+ \\$", text, re.MULTILINE)) == len(pinned), f"{lock}: a pin lacks its hash"


def test_the_packages_import_only_what_they_declare() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {normal(re.split(r"[\[<>=~! ]", dependency)[0]) for dependency in project["dependencies"]}
    brought_by = packages_distributions()
    undeclared = {
        f"{file}: {name}"
        for file in modules(*PACKAGES, "alembic")
        for name in imports(file) - sys.stdlib_module_names - set(PACKAGES)
        if not declared.intersection(normal(distribution) for distribution in brought_by.get(name, []))
    }
    assert undeclared == set(), "add it to the dependencies of pyproject.toml, then run `make lock`"


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_readme_names_commands_that_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)`", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert {"demo", "test"} <= named <= targets


def test_the_checkout_is_where_it_is_thought_to_be() -> None:
    assert Path("ledger/money.py") in modules("ledger"), "without this, every rule above would hold for want of files"
    assert refusals()["DatabaseUnknown"] == "database_unknown"
