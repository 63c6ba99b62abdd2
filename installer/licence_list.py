"""Lists the packages that a copy of Footnote ships, with version, licence and home page. Gives no legal advice."""

import json
from pathlib import Path
from typing import cast

# How much of a licence field is its name; some packages put the whole text there.
LONGEST_NAME = 80


def licence_entry(metadata: dict[str, object]) -> dict[str, str]:
    """One entry from a package's metadata as pip reports it."""
    return {
        "name": str(metadata["name"]),
        "version": str(metadata["version"]),
        "licence": _licence(metadata),
        "home": _home(metadata),
    }


def write_licences(root: Path, entries: list[dict[str, str]]) -> None:
    target = root / "resources" / "licenses" / "packages.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    ordered = sorted(entries, key=lambda entry: entry["name"].lower())
    target.write_text(json.dumps(ordered, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _licence(metadata: dict[str, object]) -> str:
    expression = str(metadata.get("license_expression") or "").strip()
    if expression:
        return expression
    named = [line.rpartition(" :: ")[2] for line in _lines(metadata, "classifier") if line.startswith("License ::")]
    free_text = str(metadata.get("license") or "").strip()
    if free_text and len(free_text) <= LONGEST_NAME:
        return free_text
    return ", ".join(named) or (free_text.splitlines()[0] if free_text else "see its home page")


def _home(metadata: dict[str, object]) -> str:
    home = str(metadata.get("home_page") or "").strip()
    if home:
        return home
    links = [line.partition(",") for line in _lines(metadata, "project_url")]
    wanted = ("homepage", "home", "repository", "source", "source code", "github", "documentation")
    by_label = {label.strip().lower(): url.strip() for label, _, url in links}
    return next((by_label[label] for label in wanted if label in by_label), next(iter(by_label.values()), ""))


def _lines(metadata: dict[str, object], name: str) -> list[str]:
    return cast("list[str]", metadata.get(name) or [])
