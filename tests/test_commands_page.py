"""docs/commands.md says what the program says, and every command says what it is for."""

from importlib.util import find_spec

from commands_page import PAGE, commands, explained, is_hidden, page


def test_the_page_of_commands_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_command_and_option_says_what_it_is_for() -> None:
    silent = [name for name, command in commands() if not (command.help or "").strip()]
    silent += [
        f"{name} {parameter.name}"
        for name, command in commands()
        for parameter in command.params
        if parameter.name != "help" and not is_hidden(parameter) and not explained(parameter).split(" · ")[0]
    ]
    assert silent == [], "add its help, in French"


def test_every_command_announced_exists() -> None:
    from portal.cli.main import GROUPS, SINGLE

    modules = {module for module, *_ in (*SINGLE.values(), *GROUPS.values())}
    assert {module for module in modules if find_spec(module) is None} == set()
