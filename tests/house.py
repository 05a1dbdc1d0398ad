"""The checkout as the house rules see it: its files, and the Python of each."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("ledger", "reconcile", "reports", "portal")
FOLDERS = (*PACKAGES, "alembic", "bench", "docs", "tests", ".ci")
TEXTS = {".py", ".md", ".toml", ".sh", ".csv", ".json", ".html", ".css", ".js", ".po", ".mako", ".sql", ".txt", ""}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def texts() -> list[Path]:
    """Every text of the product that a person wrote, relative to the checkout."""
    inside = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*") if "__pycache__" not in file.parts]
    beside = [ROOT / name for name in ("Makefile", "README.md", "CHANGELOG.md", "pyproject.toml", ".gitignore")]
    return sorted(file.relative_to(ROOT) for file in inside + beside if file.is_file() and file.suffix in TEXTS)


def modules(*folders: str) -> list[Path]:
    """The Python files under these folders, relative to the checkout."""
    return [file for file in texts() if file.suffix == ".py" and file.parts[0] in folders]


@functools.cache
def tree(file: Path) -> ast.Module:
    """The parsed module."""
    return ast.parse((ROOT / file).read_text(encoding="utf-8"), filename=str(file))


def functions(file: Path) -> Iterator[Function]:
    """Every function and method of the module, nested ones too."""
    return (node for node in ast.walk(tree(file)) if isinstance(node, Function))


def calls(file: Path, name: str) -> list[int]:
    """The lines where a function is called by its bare name."""
    return [
        node.lineno
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


def imports(file: Path) -> set[str]:
    """The top names of everything the module imports, wherever it does."""
    found = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def refusals() -> dict[str, str]:
    """Class name → code of every refusal, as written in the packages."""
    found = {}
    for file in modules(*PACKAGES):
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.ClassDef):
                for statement in node.body:
                    match statement:
                        case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))) if code:
                            found[node.name] = code
    return found
