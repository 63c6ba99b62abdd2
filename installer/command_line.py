"""The commands of `python3 -m installer`: reads the arguments, sets up what is missing, then does what was asked."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from desktop.domain.errors import EngineProblem
from installer.checkout import Checkout, this_checkout
from installer.checks import run_checks
from installer.console import Console
from installer.gpu import CHOICES
from installer.launch import make_locks, open_footnote, run_benchmark
from installer.llama_wheel import PORTABLE
from installer.machine import has_display
from installer.problems import shown
from installer.setup_plan import SetupPlan, Wishes

MODELS = ("starter", "small", "tiny", "none")
INTERRUPTED = 130
DESCRIPTION = """\
Sets Footnote up on this computer and runs it. The first time takes 5 to 20 minutes
(it downloads packages and a model, and builds llama.cpp); after that it starts at once.
It can be stopped with Ctrl-C and run again: it goes on where it stopped."""
EPILOG = """\
Models (--model):
  starter  Qwen2.5-Coder 1.5B, 1.1 GB: the usual choice (default)
  small    Qwen2.5-Coder 0.5B, 0.5 GB: for computers with little memory
  tiny     SmolLM2 135M, 0.1 GB: for tests
  none     none: searches, but doesn't answer

Graphics cards (--gpu): the model runs on the processor unless llama.cpp was built for the card too.
  auto     what suits this computer: metal, cuda where nvcc is installed, else vulkan
  vulkan   AMD, Intel and NVIDIA; needs glslc
  cuda     NVIDIA; needs the CUDA toolkit (nvcc)
  metal    Macs: the usual build has it
A card that fails is noticed, and the processor is used.

What goes where: packages into .venv here; models and embedder into your data folder
(FOOTNOTE_HOME moves it); built llama.cpp, downloads and logs into your cache folder
(FOOTNOTE_CACHE moves it). After set-up nothing needs a network."""


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 0 done, 1 a check or a step failed, 2 wrong usage, 130 interrupted."""
    console = Console()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _dispatch(arguments, this_checkout(), console)
    except EngineProblem as problem:
        sys.stdout.flush()
        print(f"\n{shown(problem)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        sys.stdout.flush()
        print("\nStopped. Run the same command again: it goes on where it stopped.", file=sys.stderr)
        return INTERRUPTED


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _dispatch(arguments: Sequence[str], checkout: Checkout, console: Console) -> int:
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    command: str = options.command
    if rest and command not in ("test", "bench"):
        parser.error(f"unknown argument: {rest[0]} (see python3 -m installer {command} --help)")
    if command == "lock":
        SetupPlan(checkout, Wishes(model=None, checks=True, window=False), console).carry_out()
        return make_locks(checkout)
    if command == "test":
        SetupPlan(checkout, Wishes(model="tiny", checks=True), console).carry_out()
        return run_checks(checkout, rest, console)
    if command == "bench":
        SetupPlan(checkout, Wishes(model="tiny", checks=True), console).carry_out()
        return run_benchmark(checkout, options.name, rest)
    if command == "native":
        SetupPlan(checkout, Wishes(model=None, window=False, portable=True), console).carry_out()
        return 0
    return _set_up_and_run(options, checkout, console)


def _set_up_and_run(options: argparse.Namespace, checkout: Checkout, console: Console) -> int:
    model = None if options.model == "none" else str(options.model)
    if options.command == "setup":
        wishes = Wishes(model, checks=True, workshop=options.workshop, force=options.force, gpu=options.gpu)
        plan = SetupPlan(checkout, wishes, console)
        if plan.is_done():
            console.say("Footnote is set up already; nothing to do.")
        plan.carry_out()
        return 0
    display = has_display(os.environ)
    SetupPlan(checkout, Wishes(model, window=display, force=options.force, gpu=options.gpu), console).carry_out()
    return open_footnote(checkout, options.folders, display=display, console=console)


def _parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python3 -m installer", description=DESCRIPTION, epilog=EPILOG, formatter_class=plain
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="set up if needed, then open Footnote (in the terminal if no display)")
    run.add_argument("folders", nargs="*", metavar="FOLDER", help="folders to add; without a display: to ask about")
    setup = commands.add_parser("setup", help="set up only, check tools included")
    setup.add_argument("--workshop", action="store_true", help="install torch for training tones, whatever its size")
    for command in (run, setup):
        command.add_argument("--model", choices=MODELS, default="starter", help="which model to get (default: starter)")
        command.add_argument(
            "--gpu", choices=CHOICES, default="none", help="also build llama.cpp for this kind of graphics card"
        )
        command.add_argument("--force", action="store_true", help="go on with little disk space")
    commands.add_parser(
        "test",
        help="set up if needed, then run all checks and tests",
        epilog="Everything after `test` goes to pytest, for example: test tests/unit -k download",
    )
    bench = commands.add_parser("bench", help="run one benchmark")
    bench.add_argument("name", metavar="NAME", help="a module of tests/benchmarks, for example start")
    native = commands.add_parser("native", help="for packages: build llama.cpp for every processor")
    native.add_argument("recipe", choices=(PORTABLE,), metavar=PORTABLE, help="any x86-64-v2, AVX2 and newer, or ARM")
    commands.add_parser("lock", help="for developers: remake installer/locks and the licence list")
    return parser
