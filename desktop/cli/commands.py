"""The commands of `footnote`: each asks an engine and prints; none does the work itself."""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator

from desktop.cli import json_output, text_output
from desktop.cli.engine_line import EngineLine
from desktop.cli.printing import print_line, say
from desktop.domain.answers import Answer, AnswerFormat, AnswerMode, ToneChoice
from desktop.domain.errors import UserError
from desktop.domain.files import FileRow
from desktop.domain.voices import Shape
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import (
    ADD,
    CHECK,
    EXPORT_CONVERSATION,
    FORGET_FOLDER,
    LIST_CONVERSATIONS,
    LIST_FILES,
    REBUILD,
    REMOVE,
    SEARCH,
    STATUS,
    ExportConversation,
    FolderId,
    IndexingProgress,
    ListConversations,
    ListFiles,
    Paths,
    Search,
    Status,
)

_PAGE = 1_000


def add(line: EngineLine, options: argparse.Namespace) -> int:
    paths = [os.path.abspath(path) for path in options.paths]
    line.call(ADD, Paths(tuple(paths)))
    status = _wait(line, options) if options.wait else line.call(STATUS, Nothing())
    if options.json:
        print_line(json_output.line_of(json_output.status_object(status, _all_files(line))))
        return 0
    say(text_output.status_lines(status))
    if not options.wait:
        print_line("Files are read while Footnote runs. To wait for them now: footnote add --wait …")
    return 0


def remove(line: EngineLine, options: argparse.Namespace) -> int:
    for folder_id in _folder_ids(line, options.paths):
        line.call(REMOVE, FolderId(folder_id))
    if options.json:
        print_line(json_output.line_of(json_output.status_object(line.call(STATUS, Nothing()), _all_files(line))))
    return 0


def forget(line: EngineLine, options: argparse.Namespace) -> int:
    left = False
    for folder_id in _folder_ids(line, options.paths):
        report = line.call(FORGET_FOLDER, FolderId(folder_id))
        left = left or bool(report.found_in)
        if options.json:
            print_line(json_output.line_of(json_output.forget_object(report)))
        else:
            say(text_output.forget_lines(report))
    return 1 if left else 0


def _folder_ids(line: EngineLine, paths: Iterable[str]) -> list[int]:
    known = {folder.path: folder.id for folder in line.call(STATUS, Nothing()).folders}
    if unknown := next((path for path in paths if os.path.abspath(path) not in known), None):
        raise UserError(f"“{unknown}” is not a folder of this library.", "footnote status lists them.")
    return [known[os.path.abspath(path)] for path in paths]


def status(line: EngineLine, options: argparse.Namespace) -> int:
    found = _wait(line, options) if options.wait else line.call(STATUS, Nothing())
    if options.json:
        print_line(json_output.line_of(json_output.status_object(found, _all_files(line))))
        return 0
    say(text_output.status_lines(found))
    say(text_output.reason_line(file) for file in _all_files(line) if file.reason)
    return 0


def search(line: EngineLine, options: argparse.Namespace) -> int:
    if options.wait:
        _wait(line, options)
    for question in _questions(options):
        found = line.call(SEARCH, Search(question, options.limit))
        if options.json:
            print_line(json_output.line_of(json_output.search_object(question, found)))
            continue
        if found.scope:
            say((f"Scope: {found.scope}", ""))
        if not found.passages:
            print_line("Nothing found.")
        for number, passage in enumerate(found.passages, 1):
            say(text_output.passage_lines(number, passage, why=options.why))
    return 0


def ask(line: EngineLine, options: argparse.Namespace) -> int:
    _check_files(options)
    if options.wait:
        _wait(line, options)
    for question in _questions(options):
        answer = _ask_one(line, options, question, None)
        if options.json:
            print_line(json_output.line_of(json_output.answer_object(answer)))
        else:
            say(text_output.answer_lines(answer))
    return 0


def chat(line: EngineLine, options: argparse.Namespace) -> int:
    """Indexes the folders given, then answers questions until end of input."""
    _check_files(options)
    if options.paths:
        line.call(ADD, Paths(tuple(os.path.abspath(path) for path in options.paths)))
    found = _wait(line, options)
    indexed = found.counts.get("indexed", 0)
    print_line(f"{indexed} files are ready. Ask a question; an empty line or Ctrl-D ends.")
    conversation: int | None = None
    for question in _typed_lines():
        answer = _ask_one(line, options, question, conversation)
        conversation = answer.conversation_id
        say(text_output.answer_lines(answer))
    return 0


def conversations(line: EngineLine, options: argparse.Namespace) -> int:
    containing = " ".join(options.words)
    shown = 0
    while True:
        page = line.call(LIST_CONVERSATIONS, ListConversations(containing, shown, _PAGE))
        for conversation in page.conversations:
            if options.json:
                print_line(json_output.line_of(json_output.conversation_object(conversation)))
            else:
                say(text_output.conversation_lines(conversation))
        shown += len(page.conversations)
        if shown >= page.total or not page.conversations:
            return 0


def export(line: EngineLine, options: argparse.Namespace) -> int:
    """Markdown, or HTML where the file's name says so."""
    path = os.path.abspath(options.to)
    ending = os.path.splitext(path)[1].lower()
    if ending == ".pdf":
        raise UserError("A PDF is made in the window.", "Here a conversation becomes Markdown (.md) or HTML (.html).")
    form = "html" if ending in (".html", ".htm") else "markdown"
    line.call(EXPORT_CONVERSATION, ExportConversation(options.conversation, form, path))
    if options.json:
        print_line(json_output.line_of({"conversation": options.conversation, "file": path, "format": form}))
    return 0


def check(line: EngineLine, options: argparse.Namespace) -> int:
    report = line.call(CHECK, Nothing())
    if options.json:
        print_line(json_output.line_of(json_output.check_object(report)))
    else:
        print_line(f"{report.files} files, {report.passages} passages, {report.vectors} vectors")
        for problem in report.problems:
            print_line(f"Damaged: {problem}")
        print_line("To mend it: footnote rebuild" if report.problems else "Everything agrees.")
    return 1 if report.problems else 0


def rebuild(line: EngineLine, options: argparse.Namespace) -> int:
    line.call(REBUILD, Nothing())
    found = _wait(line, options)
    if options.json:
        print_line(json_output.line_of(json_output.status_object(found, _all_files(line))))
    else:
        print_line("The index has been made again.")
    return 0


def _wait(line: EngineLine, options: argparse.Namespace) -> Status:
    shown = ""

    def show(progress: IndexingProgress) -> None:
        nonlocal shown
        text = text_output.progress_line(progress)
        if sys.stderr.isatty() and text != shown and progress.phase != "idle":
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
            shown = text

    status = line.wait_until_indexed(show)
    if shown:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    return status


def _ask_one(line: EngineLine, options: argparse.Namespace, question: str, conversation: int | None) -> Answer:
    live = not options.json and sys.stderr.isatty()

    def show(words: str) -> None:
        if live:
            print(words, end="", file=sys.stderr, flush=True)

    for path in (options.model, *(tone.path for tone in options.tone or ())):
        if path and not os.path.isfile(path):
            raise UserError(f"There is no file “{path}”.", "Check the path after --model or --tone.")
    tones: tuple[ToneChoice, ...] | None = tuple(options.tone) if options.tone else None
    model = os.path.abspath(options.model) if options.model else None
    answer = line.answer(
        question,
        model=model,
        tones=tones,
        shape=_shape(options),
        mode=AnswerMode(options.mode),
        conversation_id=conversation,
        on_text=show,
    )
    if live:
        print("\n", file=sys.stderr)
    return answer


def _shape(options: argparse.Namespace) -> Shape:
    """The form asked for. Raises UserError when the schema can't be read."""
    if options.schema is None:
        return Shape(AnswerFormat(options.format))
    try:
        return Shape(AnswerFormat(options.format), options.schema.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "It is no text in UTF-8."
        raise UserError(f"The schema “{options.schema}” can't be read.", reason) from None


def _check_files(options: argparse.Namespace) -> None:
    """A mistyped path is said before an answer is begun."""
    for what, path in [("model", options.model), *(("tone", tone.path) for tone in options.tone or ())]:
        if path and not os.path.isfile(path):
            raise UserError(f"There is no {what} at “{path}”.", "Check the path.")


def _questions(options: argparse.Namespace) -> Iterator[str]:
    if options.question:
        yield " ".join(options.question).encode("utf-8", "replace").decode()
        return
    for text in sys.stdin:
        if text.strip():
            yield text.rstrip("\r\n")


def _typed_lines() -> Iterator[str]:
    while True:
        try:
            text = input("> " if sys.stdin.isatty() else "").strip()
        except (EOFError, KeyboardInterrupt):
            return
        if not text:
            return
        yield text


def _all_files(line: EngineLine) -> list[FileRow]:
    rows: list[FileRow] = []
    while True:
        page = line.call(LIST_FILES, ListFiles("", "", len(rows), _PAGE))
        rows.extend(page.files)
        if len(rows) >= page.total or not page.files:
            return rows
