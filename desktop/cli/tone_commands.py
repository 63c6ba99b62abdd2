"""`footnote tones hear` and `truth`: trials of a tone, made by an engine on the user's own files."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from desktop.cli import json_output, text_output
from desktop.cli.engine_line import EngineLine
from desktop.cli.printing import print_line, say
from desktop.domain.errors import EngineProblem
from desktop.platform_support.paths import data_folders
from desktop.protocol.codec import decode, encode
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import (
    CHECK_TRUTH,
    HEAR_TONE,
    LIST_TONES,
    CheckTruth,
    HearTone,
    ToneHeard,
    TrialEnded,
    TrialId,
    TrialProgressed,
)
from desktop.protocol.lines import Event, event_name
from desktop.tones.shelf import find_tone


def tones_hear(line: EngineLine, options: argparse.Namespace) -> int:
    path, strengths = _tone(options), tuple(options.strength or (1.0,))
    if options.wait:
        line.wait_until_indexed(lambda _: None)
    question = options.question

    def tell(event: Event) -> None:
        nonlocal question
        if event.name == event_name(TrialProgressed):
            question = decode(TrialProgressed, event.params).question or question
        elif event.name == event_name(ToneHeard):
            _print_heard(options, question, decode(ToneHeard, event.params))

    _follow(line, line.call(HEAR_TONE, HearTone(path, question, strengths)), tell)
    return 0


def _print_heard(options: argparse.Namespace, question: str, heard: ToneHeard) -> None:
    if options.json:
        fields = {"question": question, "strength": heard.strength, "answer": heard.text, "refused": heard.refused}
        measures = {"measures": encode(heard.measures), "seconds": heard.seconds}
        print_line(json_output.line_of({**fields, **measures}))
        return
    title = f"At {heard.strength:.0%}" if heard.strength else f"{question}\nWithout the tone"
    say([f"{title}:", text_output.plain(heard.text), ""])


def tones_truth(line: EngineLine, options: argparse.Namespace) -> int:
    path = _tone(options)
    if options.wait:
        line.wait_until_indexed(lambda _: None)

    def tell(event: Event) -> None:
        if event.name == event_name(TrialProgressed) and sys.stderr.isatty():
            progress = decode(TrialProgressed, event.params)
            print(f"\r\x1b[K{progress.done} of {progress.total}", end="", file=sys.stderr, flush=True)

    for strength in options.strength or (1.0,):
        _follow(line, line.call(CHECK_TRUTH, CheckTruth(path, strength)), tell)
        tones = line.call(LIST_TONES, Nothing()).tones
        report = next(tone.card.truth[0] for tone in tones if tone.path == path)
        if options.json:
            print_line(json_output.line_of(encode(report)))
        else:
            say([text_output.truth_line(report), *(f"  {text_output.plain(question)}" for question in report.asked)])
    return 0


def _tone(options: argparse.Namespace) -> str:
    return str(find_tone(Path(options.file), data_folders(options.data).tones))


def _follow(line: EngineLine, trial: TrialId, tell: Callable[[Event], None]) -> None:
    """Until the trial has ended. Raises EngineProblem when it failed."""
    for event in line.events():
        if event.params.get("trial_id") != trial.trial_id:
            continue
        tell(event)
        if event.name == event_name(TrialEnded):
            ended = decode(TrialEnded, event.params)
            if ended.title:
                raise EngineProblem(ended.title, ended.hint)
            return
