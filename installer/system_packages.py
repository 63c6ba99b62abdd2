"""Does something about what the system lacks: installs Debian packages as root, else prints the one line that does."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from installer.child_process import ProgramFailed, run_logged
from installer.console import Console
from installer.machine import has_apt, is_administrator
from installer.prerequisites import Lack, Need
from installer.problems import SetupProblem, shown

APT_ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive"}


@dataclass(frozen=True, slots=True)
class PackageSystem:
    """What this user may do with the system's packages."""

    apt: bool
    administrator: bool


def this_package_system() -> PackageSystem:
    return PackageSystem(apt=has_apt(), administrator=is_administrator())


def install_line(lacks: Sequence[Lack]) -> str:
    """The one command that brings everything in `lacks` on Debian and Ubuntu."""
    packages = sorted({package for lack in lacks for package in lack.packages})
    return f"sudo apt-get update && sudo apt-get install -y {' '.join(packages)}"


def provide(lacks: Sequence[Lack], system: PackageSystem, console: Console, logs: Path) -> None:
    """Raises SetupProblem when something required stays missing; says so of the rest and goes on."""
    if not lacks:
        return
    if system.apt and system.administrator:
        _install(lacks, console, logs)
        return
    required = [lack for lack in lacks if lack.need is Need.REQUIRED]
    title = f"This computer lacks {_listed([lack.what for lack in required or lacks])}."
    # One line for everything: nobody should have to come back for the next missing piece.
    hint = _hint(lacks, system)
    if required:
        raise SetupProblem(title, hint)
    console.say(f"{title}\n  ({'; '.join(sorted({lack.need.value for lack in lacks}))})\n  {hint}")


def _listed(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _hint(lacks: Sequence[Lack], system: PackageSystem) -> str:
    if system.apt:
        return f"run this, then the same command again:\n    {install_line(lacks)}"
    names = ", ".join(lack.what for lack in lacks)
    return f"install {names} with your system's own packages (macOS: xcode-select --install), then run this again."


def _install(lacks: Sequence[Lack], console: Console, logs: Path) -> None:
    packages = sorted({package for lack in lacks for package in lack.packages})
    try:
        with console.step(f"Installing system packages: {' '.join(packages)}"):
            # A fresh container has no package lists at all.
            for name, command in (("update", ["update"]), ("install", ["install", "-y", "--no-install-recommends"])):
                run_logged(
                    ["apt-get", *command, *(packages if name == "install" else [])],
                    doing=f"apt-get {name}",
                    log=logs / f"apt-{name}.log",
                    console=console,
                    hint=f"Run it by hand to see more:\n    {install_line(lacks)}",
                    extra_environment=APT_ENVIRONMENT,
                )
    except ProgramFailed as problem:
        if any(lack.need is Need.REQUIRED for lack in lacks):
            raise
        console.say(f"{shown(problem)}\n  Going on without.")
