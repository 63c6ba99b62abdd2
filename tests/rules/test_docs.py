"""The documentation against the code: every setting, command, message, format and state has its line, and no other."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from types import ModuleType

import pytest

from desktop.cli.main import build_parser
from desktop.domain.files import FileState
from desktop.platform_support.environment import child_environment
from desktop.protocol import common_messages, engine_messages, reader_messages, runner_messages
from desktop.protocol.engine_messages import EVENTS
from desktop.protocol.lines import Method, event_name
from desktop.protocol.runner_messages import TextGenerated
from desktop.reading.formats import FORMATS
from desktop.settings.schema import SETTINGS, WINDOW_SETTINGS, Section, SettingEntry
from tests.support.project import ROOT

README, CONTRIBUTING, PROTOCOL = "README.md", "CONTRIBUTING.md", "desktop/PROTOCOL.md"
DOCUMENTS = (README, CONTRIBUTING, PROTOCOL, "desktop/ARCHITECTURE.md")
LINK = re.compile(r"\[[^\]]*\]\((?!https?://)([^)#\s]+)")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def table_rows(text: str) -> dict[str, list[str]]:
    """The rows of all tables whose first cell is code: its content, and the other cells."""
    rows: dict[str, list[str]] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and (code := re.fullmatch(r"`([^`]+)`", cells[0])):
            assert code[1] not in rows, f"{code[1]} is documented twice"
            rows[code[1]] = cells[1:]
    return rows


def section(text: str, heading: str) -> str:
    """What stands below a heading of the second level, up to the next one."""
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def method_names(module: ModuleType) -> set[str]:
    return {value.name for value in vars(module).values() if type(value) is Method}


def listed_commands(usage: str) -> set[str]:
    """The commands in what argparse prints for --help."""
    return set(re.findall(r"^    ([a-z]+)(?: {2,}|$)", usage, re.MULTILINE))


def check_settings(entries: Iterable[SettingEntry], rows: dict[str, list[str]]) -> None:
    defaults = {entry.name: f"`{json.dumps(entry.default)}`" for entry in entries}
    assert {name: cells[0] for name, cells in rows.items()} == defaults
    assert all(cells[1].endswith(".") for cells in rows.values())


def test_settings_of_the_settings_page() -> None:
    shown = [entry for entry in SETTINGS if entry.section is not Section.HIDDEN]
    check_settings(shown, table_rows(section(text_of(README), "Settings")))


def test_settings_without_a_place_on_a_page() -> None:
    engine, window = section(text_of(CONTRIBUTING), "Add a setting").split("`window.json`")
    check_settings([entry for entry in SETTINGS if entry.section is Section.HIDDEN], table_rows(engine))
    check_settings(WINDOW_SETTINGS, table_rows(window))


@pytest.mark.parametrize(
    ("heading", "messages", "events"),
    [
        ("Every process", common_messages, ()),
        ("The engine", engine_messages, EVENTS),
        ("The file reader", reader_messages, ()),
        ("The model runner", runner_messages, (TextGenerated,)),
    ],
)
def test_messages(heading: str, messages: ModuleType, events: tuple[type, ...]) -> None:
    rows = table_rows(section(text_of(PROTOCOL), heading))
    assert set(rows) == method_names(messages) | {event_name(kind) for kind in events}
    assert all(cells[0].endswith(".") for cells in rows.values())


def test_commands() -> None:
    rows = table_rows(section(text_of(README), "In the terminal"))
    documented = {name.split()[1] for name in rows if name.startswith("footnote ")}
    assert documented == listed_commands(build_parser().format_help())


@pytest.mark.parametrize("group", ["models", "tones"])
def test_commands_of_a_group(group: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = section(text_of(README), "In the terminal")
    rows = [name.split() for name in table_rows(told) if name.startswith(f"footnote {group} ")]
    inner = listed_commands(help_of(capsys, group))
    assert {row[2] for row in rows} == inner
    for command in inner:
        options = set(re.findall(r"--[a-z]+", help_of(capsys, group, command))) - {"--help"}
        assert {option for option in options if option not in told} == set()


def help_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit):
        build_parser().parse_args([*words, "--help"])
    return capsys.readouterr().out


@pytest.mark.parametrize("command", sorted(listed_commands(build_parser().format_help())))
def test_options_of_a_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = set(re.findall(r"--[a-z]+", help_of(capsys, command))) - {"--help"}
    told = section(text_of(README), "In the terminal")
    assert {option for option in options if option not in told} == set()


def test_commands_of_the_installer() -> None:
    usage = subprocess.run(
        [sys.executable, "-m", "installer", "--help"],
        cwd=ROOT,
        env=child_environment(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    told = text_of(README) + text_of(CONTRIBUTING)
    commands = listed_commands(usage)
    assert {"run", "test", "setup"} <= commands
    assert {name for name in commands if f"python3 -m installer {name}" not in told} == set()


def test_formats() -> None:
    told = section(text_of(README), "Files it reads")
    assert set(re.findall(r"^\| ([a-z]+) \| `", told, re.MULTILINE)) == {entry.name for entry in FORMATS}
    for ending in re.findall(r"`\.([a-z]+)`", told):
        assert any(ending in entry.extensions for entry in FORMATS), f".{ending} is not read"


def test_states_of_a_file() -> None:
    told = section(text_of(README), "In the terminal")
    assert {state for state in FileState if f"`{state}`" not in told} == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    broken = [link for link in LINK.findall(text_of(name)) if not ((ROOT / name).parent / link).exists()]
    assert not broken


def test_the_licence_is_the_one_that_is_named() -> None:
    assert "Apache License\n                           Version 2.0, January 2004" in text_of("LICENSE")
    assert 'license = "Apache-2.0"' in text_of("pyproject.toml")
