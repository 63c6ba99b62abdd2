"""Who imports what: nothing heavy before it is needed, and each third-party library in one module of ours."""

import subprocess
import sys

import pytest

from desktop.platform_support.environment import child_environment
from tests.support.project import ROOT, imported_names, modules, name_of, tree_of

HEAVY = (
    "lancedb",
    "pyarrow",
    "numpy",
    "openvino",
    "tokenizers",
    "huggingface_hub",
    "llama_cpp",
    "torch",
    "PySide6",
    "pypdfium2",
)
ONE_MODULE_EACH = ("lancedb", "llama_cpp", "watchdog", "pypdfium2", "huggingface_hub")
HEAVY_FOR_THE_WINDOW = (*(name for name in HEAVY if name != "PySide6"), "transformers", "sentence_transformers", "lxml")

# importing must start nothing either: no thread but the main one may be left, and no child process
LOOK = """
import importlib, sys, threading
before = set(sys.modules)
for name in {names!r}:
    importlib.import_module(name)
loaded = sorted(set({heavy!r}) & set(sys.modules))
threads = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
sys.stdout.write(repr((loaded, threads)))
"""


def look_after_importing(names: list[str], heavy: tuple[str, ...]) -> str:
    """What a fresh process says after importing `names`: (heavy modules loaded, threads running)."""
    command = [sys.executable, "-c", LOOK.format(names=names, heavy=heavy)]
    environment = child_environment() | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def names_in(package: str) -> list[str]:
    return [name_of(path) for path in modules(package)]


@pytest.mark.parametrize("package", ["desktop/engine", "desktop/cli", "desktop/protocol", "desktop/platform_support"])
def test_engine_and_cli_start_without_anything_heavy(package: str) -> None:
    assert look_after_importing(names_in(package), HEAVY) == "([], [])"


def test_the_window_starts_without_anything_heavy() -> None:
    assert look_after_importing(names_in("desktop/gui"), HEAVY_FOR_THE_WINDOW) == "([], [])"


def users_of(library: str) -> list[str]:
    return [
        name_of(path)
        for path in modules("desktop")
        if any(name.split(".")[0] == library for name in imported_names(tree_of(path)))
    ]


@pytest.mark.parametrize("library", ONE_MODULE_EACH)
def test_a_library_is_imported_in_exactly_one_module(library: str) -> None:
    users = users_of(library)
    assert len(users) == 1, f"{library} is imported by {users or 'no module'}"


def test_openvino_is_imported_in_one_module_of_each_process_that_runs_networks() -> None:
    assert users_of("openvino") == ["desktop.embedding.runtime", "desktop.reading.ocr_runtime"]


def test_the_installer_needs_nothing_but_python() -> None:
    # making lock files is for developers and runs inside the environment that is set up already
    names = [name for name in names_in("installer") if name not in ("installer.__main__", "installer.lock_making")]
    look = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    command = [sys.executable, "-S", "-c", look, *names]  # -S: no site-packages
    done = subprocess.run(
        command, cwd=ROOT, env={**child_environment(), "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
