"""The size budgets: modules and functions small enough to be understood in one reading."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from tests.support.project import ROOT, modules, shown, tree_of

PACKAGES = ("desktop", "installer")
LARGE_MODULE, LARGEST_MODULE = 300, 500
SHARE_OF_SMALL_MODULES = 0.9
MEDIAN_FUNCTION, LONG_FUNCTION, LONGEST_FUNCTION = 10, 40, 60


def module_lengths() -> dict[Path, int]:
    return {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules(*PACKAGES)}


def function_lengths() -> Iterator[tuple[str, int]]:
    """(place, lines from `def` to the end), decorators left out."""
    for path in modules(*PACKAGES):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                place = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
                yield place, node.end_lineno - node.lineno + 1


def test_no_module_is_over_the_limit() -> None:
    over = [f"{path.relative_to(ROOT)}: {n} lines" for path, n in module_lengths().items() if n > LARGEST_MODULE]
    assert not over, f"over {LARGEST_MODULE} lines:{shown(over)}"


def test_nine_of_ten_modules_are_small() -> None:
    lengths = module_lengths()
    large = [f"{path.relative_to(ROOT)}: {n} lines" for path, n in lengths.items() if n >= LARGE_MODULE]
    assert len(large) <= (1 - SHARE_OF_SMALL_MODULES) * len(lengths), f"{LARGE_MODULE} lines and more:{shown(large)}"


def test_no_function_is_over_the_limit() -> None:
    over = [f"{place}: {n} lines" for place, n in function_lengths() if n > LONGEST_FUNCTION]
    assert not over, f"over {LONGEST_FUNCTION} lines:{shown(over)}"


def test_functions_are_short_as_a_rule() -> None:
    lengths = [n for _, n in function_lengths()]
    long = [f"{place}: {n} lines" for place, n in function_lengths() if n > LONG_FUNCTION]
    assert median(lengths) <= MEDIAN_FUNCTION
    assert quantiles(lengths, n=20)[-1] <= LONG_FUNCTION, f"over {LONG_FUNCTION} lines:{shown(long)}"
