"""The command `pcaes`: options common to all commands, and the groups of commands."""

import sys
from importlib import import_module
from importlib.metadata import version as installed_version
from typing import Annotated, Any

import typer

from portal.cli.context import DEFAULT_DATABASE, guarded, settings
from portal.cli.group import FrenchGroup, Group, in_language
from portal.cli.language import asked_language

GROUPS = {
    "account": ("portal.cli.account", "Comptes bancaires des livres et comptes du plan"),
    "user": ("portal.cli.user", "Utilisateurs et rôles"),
    "entry": ("portal.cli.entry", "Écritures : montrer, corriger, annuler"),
    "draft": ("portal.cli.draft", "Brouillard : préparer une écriture sans la valider"),
    "period": ("portal.cli.period", "Mois, trimestres : clôture et réouverture"),
    "year": ("portal.cli.year", "Exercice : résultat, à-nouveaux, clôture"),
    "statement": ("portal.cli.statement", "Relevés de compte : examiner, importer, suivre, retirer"),
    "reconcile": ("portal.cli.reconcile", "Rapprochement bancaire"),
    "collection": ("portal.cli.collection", "Recettes du prélèvement : états mensuels des douanes"),
    "capital": ("portal.cli.capital", "Capital de la BCID-AES : souscrit, appelé, libéré"),
    "mandate": ("portal.cli.mandate", "Mandats de l'ordonnateur et remise de service"),
    "key": ("portal.cli.key", "Clés de signature"),
    "order": ("portal.cli.order", "Ordres de paiement"),
    "report": ("portal.cli.report", "États : classeurs, CSV, JSON"),
    "export": ("portal.cli.export", "Exports comptables : FEC, hledger, beancount"),
    "audit": ("portal.cli.audit", "Dossier d'audit et échantillons"),
}
"""Name of a group → its module and what it is for. A module is imported when its group is used, not before."""

SINGLE = {
    "init": ("portal.cli.setup", "init", "Créer ou mettre à niveau la base, charger le plan, ouvrir les trois livres"),
    "demo": ("portal.cli.demo", "demo", "Une année et demie fictive de bout en bout, classeurs compris"),
    "post": ("portal.cli.entry", "post", "Valider des écritures (fichier JSON), toutes ou aucune"),
    "verify": ("portal.cli.verify", "verify", "Recalculer et contrôler tous les livres"),
}
"""Commands that stand alone: module, function, help."""


class LazyGroup(FrenchGroup):
    """The list of commands is known at once; the code of a command is read when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Every name, single commands first."""
        return [*SINGLE, *(name for name, (module, _) in GROUPS.items() if _exists(module))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, imported now."""
        if cmd_name in SINGLE:
            module, function, text = SINGLE[cmd_name]
            single = Group(add_completion=False, rich_markup_mode=None)
            single.command(cmd_name, help=text)(getattr(import_module(module), function))
            return typer.main.get_command(single)
        if cmd_name in GROUPS and _exists(GROUPS[cmd_name][0]):
            module, text = GROUPS[cmd_name]
            group = typer.main.get_command(import_module(module).app)
            group.help = text
            return group
        return None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list of commands, without importing any."""
        texts = {name: text for name, (_, _, text) in SINGLE.items()} | {
            name: text for name, (_, text) in GROUPS.items()
        }
        with formatter.section(in_language("Commandes")):
            formatter.write_dl([(name, in_language(texts[name])) for name in self.list_commands(ctx)])


def _exists(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


app = typer.Typer(
    cls=LazyGroup,
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Les comptes du prélèvement confédéral de l'AES : livres, rapprochement bancaire, états.",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"pcaes {installed_version('pc-aes-ledger')}")
        raise typer.Exit


@app.callback()
def common(
    database: Annotated[
        str, typer.Option("--database", envvar="PCAES_DATABASE", help="Adresse de la base (SQLite ou PostgreSQL)")
    ] = DEFAULT_DATABASE,
    actor: Annotated[str | None, typer.Option("--as", envvar="PCAES_USER", help="Utilisateur qui agit")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Répondre par un document JSON")] = False,
    lang: Annotated[str, typer.Option("--lang", envvar="PCAES_LANG", help="Langue : fr ou en")] = "fr",
    key: Annotated[
        str | None,
        typer.Option("--idempotency-key", help="Clé d'idempotence : le même envoi répété ne fait rien de plus"),
    ] = None,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Version")] = False,
) -> None:
    """Options that stand before the command."""
    from portal.cli.arguments import check_arguments, check_key

    check_arguments([actor or ""])  # it may come from the environment
    if key is not None:
        check_key(key)
    settings.database, settings.actor, settings.lang, settings.key = database, actor, lang, key
    settings.as_json = as_json


def _hoist(arguments: list[str]) -> list[str]:
    """`--json` and its like may stand anywhere on the line: bring them before the command."""
    flags, valued = {"--json"}, {"--database", "--as", "--lang", "--idempotency-key"}
    front: list[str] = []
    rest: list[str] = []
    places = iter(arguments)
    for argument in places:
        if argument == "--":
            rest.append(argument)
            rest.extend(places)
        elif argument in flags:
            front.append(argument)
        elif argument in valued:
            front.append(argument)
            front.extend([value] if (value := next(places, None)) is not None else [])
        elif argument.startswith(tuple(f"{name}=" for name in valued)):
            front.append(argument)
        else:
            rest.append(argument)
    return front + rest


def program(given: list[str]) -> None:
    """Run one command line; leaves with `SystemExit` when something is refused."""
    arguments = _hoist(given)
    if "--json" in arguments:
        settings.as_json = True

    from portal.cli.arguments import check_arguments

    def outcome() -> None:
        settings.lang = "fr"  # until the line has told another
        settings.lang = asked_language(arguments)
        check_arguments(given)
        try:
            code = app(args=arguments, prog_name="pcaes", standalone_mode=False)
        except typer.Abort:
            raise KeyboardInterrupt from None
        except typer.TyperException as fault:
            _usage(fault)
        if isinstance(code, int) and code:
            raise SystemExit(code)

    guarded(outcome)


def main() -> None:
    """Entry point of the command."""
    program(sys.argv[1:])


def _usage(fault: typer.TyperException) -> None:
    from portal.cli.context import refuse
    from portal.cli.usage import sentence

    if type(fault).__name__ == "NoArgsIsHelpError":
        typer.echo(fault.format_message(), err=True)
        raise SystemExit(2)
    refuse({"code": "usage", "message": sentence(fault), "facts": {}}, 2)
