"""The lock files are whole: pinned, hashed, free of torch and telemetry, and they cover all that the app imports."""

import ast
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import cast

import pytest

from desktop.download.package_index import normal_name
from installer.checkout import this_checkout
from installer.lock_files import LockedPackage, read_lock, write_lock

CHECKOUT = this_checkout()
GROUPS = ("app", "build", "check", "runner", "workshop", "torch", "cuda")
# Names under which packages are imported, where they differ from the name on the index.
DISTRIBUTIONS = {
    "PySide6": "pyside6-essentials",
    "docx": "python-docx",
    "llama_cpp": "llama-cpp-python",
    "PIL": "pillow",
    "Stemmer": "pystemmer",
    "yaml": "pyyaml",
}


def locked(*groups: str) -> dict[str, LockedPackage]:
    return {package.name: package for group in groups for package in read_lock(CHECKOUT.lock(group))}


@pytest.mark.parametrize("group", GROUPS)
def test_every_line_is_pinned_and_hashed(group: str) -> None:
    packages = read_lock(CHECKOUT.lock(group))
    assert packages
    assert len({package.name for package in packages}) == len(packages)
    for package in packages:
        assert package.name == normal_name(package.name)
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in package.hashes)


@pytest.mark.parametrize("group", GROUPS)
def test_no_address_is_in_a_lock(group: str) -> None:
    assert "://" not in CHECKOUT.lock(group).read_text(encoding="utf-8")


def test_app_has_no_torch_and_no_telemetry() -> None:
    names = locked("app", "runner", "build").keys()
    unwanted = ("torch", "transformers", "telemetry", "nvidia", "onnxruntime", "sentence-transformers")
    assert not [name for name in names if any(word in name for word in unwanted)]


@pytest.mark.parametrize("group", ["app", "check", "runner", "workshop"])
def test_lock_has_what_pyproject_asks_for(group: str) -> None:
    content = tomllib.loads((CHECKOUT.root / "pyproject.toml").read_text(encoding="utf-8"))
    known = locked("app", group, *(["torch"] if group == "workshop" else []))
    for requirement in cast("list[str]", content["dependency-groups"][group]):
        name, pinned, version = requirement.partition("==")
        if pinned:
            assert known[normal_name(name)].version == version, requirement


def test_compiled_packages_have_wheels_for_every_system() -> None:
    # 3 Pythons on 2 Linux kinds, macOS and Windows; the exact number is the publisher's business.
    packages = locked("app")
    for name in ("numpy", "pyarrow", "lxml", "openvino", "pystemmer"):
        assert len(packages[name].hashes) >= 9, name


def test_torch_lock_knows_a_cpu_build_that_is_not_on_the_public_index() -> None:
    (torch,) = read_lock(CHECKOUT.lock("torch"))
    assert len(torch.hashes) > 12


def test_all_that_the_app_imports_is_locked() -> None:
    known = {name.replace("-", "_") for name in locked("app", "runner", "torch", "workshop")}
    for path in sorted((CHECKOUT.root / "desktop").rglob("*.py")):
        for name in foreign_imports(path):
            distribution = DISTRIBUTIONS.get(name, name).replace("-", "_").lower()
            assert distribution in known, f"{path.relative_to(CHECKOUT.root)} imports {name}, which no lock has"


def test_installer_imports_the_standard_library_only() -> None:
    for path in sorted((CHECKOUT.root / "installer").glob("*.py")):
        # Remaking the locks is a developer's command; it runs inside .venv.
        if path.name != "lock_making.py":
            assert not foreign_imports(path), path


def foreign_imports(path: Path) -> set[str]:
    own = {"desktop", "installer", "tests"}
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.partition(".")[0])
    return found - own - sys.stdlib_module_names


def test_lock_survives_writing_and_reading(tmp_path: Path) -> None:
    packages = [
        LockedPackage("a", "1.0", ("a" * 64, "b" * 64)),
        LockedPackage("colorama", "0.4", ("c" * 64,), 'sys_platform == "win32"'),
    ]
    write_lock(tmp_path / "x.txt", packages)
    assert read_lock(tmp_path / "x.txt") == packages


@pytest.mark.parametrize("line", ["numpy", "numpy>=2", "numpy==2.0", "-r other.txt", "numpy==2 --hash=md5:abc"])
def test_loose_line_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "x.txt").write_text(line, encoding="utf-8")
    with pytest.raises(ValueError, match="not a locked requirement"):
        read_lock(tmp_path / "x.txt")


def test_licence_list_names_every_shipped_package() -> None:
    text = (CHECKOUT.root / "resources" / "licenses" / "packages.json").read_text(encoding="utf-8")
    entries = cast("list[dict[str, str]]", json.loads(text))
    listed = {normal_name(entry["name"]): entry for entry in entries}
    for name, package in locked("app", "runner").items():
        assert listed[name]["version"] == package.version
        assert listed[name]["licence"]
        assert listed[name]["home"].startswith("http")
        assert "AGPL" not in listed[name]["licence"]
