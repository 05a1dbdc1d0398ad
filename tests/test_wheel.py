"""The built package works where there is no checkout."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(*command: str | Path, cwd: Path, **variables: str) -> str:
    """Run a program that must succeed; what it says on both outputs."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PCAES_"))}
    told = subprocess.run(command, cwd=cwd, env={**clean, **variables}, capture_output=True, text=True, timeout=180)
    assert told.returncode == 0, f"{command}\n{told.stdout}\n{told.stderr}"
    return told.stdout + told.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built from the checkout without a network."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another Python environment: the package from its wheel, its libraries borrowed from the running one."""
    home = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel, cwd=home)
    (site,) = home.glob("lib/python*/site-packages")
    # A folder named by a .pth file does not have its own .pth files read: the checkout stays out of reach.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return home / "bin"


def test_the_package_holds_its_migrations_and_its_data(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    shipped = {
        f"{'ledger/' if folder == 'alembic' else ''}{file.relative_to(ROOT).as_posix()}"
        for folder in ("alembic", "ledger", "reconcile", "reports", "portal")
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and file.suffix not in (".pyc", ".pyo")
    }
    assert "ledger/alembic/env.py" in shipped
    assert shipped - inside == set()
    assert {name.split("/")[0] for name in inside} == {
        "ledger",
        "reconcile",
        "reports",
        "portal",
        next(name.split("/")[0] for name in inside if ".dist-info/" in name),
    }


def test_the_installed_package_does_not_look_at_the_checkout(elsewhere: Path, tmp_path: Path) -> None:
    told = run(elsewhere / "python", "-c", "import ledger, sys; sys.stdout.write(ledger.__file__)", cwd=tmp_path)
    assert Path(told).is_relative_to(elsewhere.parent)


def test_init_in_an_empty_folder_makes_the_books(elsewhere: Path, tmp_path: Path) -> None:
    run(elsewhere / "pcaes", "init", cwd=tmp_path)
    asked = "import ledger.migrate as m, sys; sys.stdout.write(f'{m.current(sys.argv[1])} {m.head()}')"
    known, head = run(elsewhere / "python", "-c", asked, f"sqlite:///{tmp_path / 'pcaes.db'}", cwd=tmp_path).split()
    assert known == head
