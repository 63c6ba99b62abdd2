"""The part of the fake engine that knows tones: canned cards, the voices of conversations, trials."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.domain.answers import AnswerFormat
from desktop.domain.errors import UserError
from desktop.domain.models import Tone
from desktop.domain.tones import ToneSample, TruthMeasures
from desktop.domain.voices import Voice
from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import Nothing
from tests.gui import canned

SAID = "Either side may end the lease with three months' notice."
WARM = "Happy to help! Either of you may bring the lease to an end by giving three months' notice in writing."


class FakeTones:
    """A trial is told at once, but for its end when `waits`: then `cancel_trial` ends it."""

    def __init__(
        self, send: Callable[[object], None], note: Callable[[str], None], *, empty: bool, waits: bool
    ) -> None:
        self.tones = [] if empty else list(canned.TONES)
        self.chosen: tuple[m.ToneChoice, ...] = ()
        self.voices: dict[int | None, Voice] = {}
        self.removed: dict[str, Tone] = {}
        self.trials = 0
        self._send, self._note, self._waits = send, note, waits

    def handlers(self) -> dict[Any, Any]:
        return {
            m.LIST_TONES: self.list_tones,
            m.ADD_TONE: self.add_tone,
            m.CHOOSE_TONES: self.choose_tones,
            m.RENAME_TONE: self.rename_tone,
            m.REMOVE_TONE: self.remove_tone,
            m.RESTORE_TONE: self.restore_tone,
            m.READ_VOICE: self.read_voice,
            m.CHOOSE_VOICE: self.choose_voice,
            m.HEAR_TONE: self.hear_tone,
            m.CHECK_TRUTH: self.check_truth,
            m.CANCEL_TRIAL: self.cancel_trial,
            m.LIST_TRUTH_QUESTIONS: lambda _: m.TruthQuestionList(canned.TRUTH_QUESTIONS, False, 10),
        }

    def list_tones(self, _: Nothing) -> m.Tones:
        return m.Tones(tuple(self.tones), self.chosen)

    def choose_tones(self, request: m.ChooseTones) -> m.Tones:
        self._note("tones " + " ".join(f"{tone.path}={tone.strength}" for tone in request.tones))
        self.chosen = request.tones
        return self._told()

    def add_tone(self, request: m.PathOnly) -> m.Tones:
        self.tones.append(Tone(request.path, Path(request.path).stem, "qwen2", 8, ""))
        self.chosen = (*self.chosen, m.ToneChoice(request.path, 1.0))
        return self._told()

    def rename_tone(self, request: m.RenameTone) -> m.Tones:
        self._note(f"rename {request.path} {request.name}")
        self._change(request.path, name=request.name)
        return self._told()

    def remove_tone(self, request: m.PathOnly) -> m.Tones:
        self._note(f"remove {request.path}")
        self.removed[request.path] = next(tone for tone in self.tones if tone.path == request.path)
        self.tones = [tone for tone in self.tones if tone.path != request.path]
        return self._told()

    def restore_tone(self, request: m.PathOnly) -> m.Tones:
        self.tones.append(self.removed.pop(request.path))
        return self._told()

    def read_voice(self, request: m.VoiceOf) -> Voice:
        return self.voices.get(request.conversation_id, Voice(self.chosen))

    def choose_voice(self, request: m.ChooseVoice) -> Voice:
        if request.voice.json_schema == "{":
            raise UserError("This is no JSON Schema.", "It can't be read.")
        self.voices[request.conversation_id] = request.voice
        self.choose_tones(m.ChooseTones(request.voice.tones))
        if request.voice.format is not AnswerFormat.PLAIN:
            self._note(f"format {request.voice.format} {request.voice.shape.schema}")
        return request.voice

    def hear_tone(self, request: m.HearTone) -> m.TrialId:
        self._note(f"hear {request.path} {request.question!r} {request.strengths}")
        question = request.question or canned.TRUTH_QUESTIONS[0]
        strengths = (0.0, *request.strengths)
        number = self._begin()
        for done, strength in enumerate(strengths):
            self._send(m.TrialProgressed(number, done, len(strengths), strength, question))
            text = WARM if strength else SAID
            self._send(m.TrialText(number, strength, text[:24]))
            if self._waits and done == len(strengths) - 1:
                return m.TrialId(number)
            measures = TruthMeasures(1, 1, 0, len(text.split()))
            self._send(m.ToneHeard(number, strength, text, False, measures, 3.2))
        sample = ToneSample(question, request.strengths[-1], WARM)
        self._change_card(request.path, sample=sample)
        self._send(m.TrialEnded(number, False, "", ""))
        return m.TrialId(number)

    def check_truth(self, request: m.CheckTruth) -> m.TrialId:
        self._note(f"truth {request.path} {request.strength}")
        number = self._begin()
        self._send(m.TrialProgressed(number, 7, 20, 0.0, canned.TRUTH_QUESTIONS[1]))
        if not self._waits:
            report = dataclasses.replace(canned.REPORT, strength=request.strength)
            self._change_card(request.path, truth=(report,))
            self._send(m.TrialEnded(number, False, "", ""))
        return m.TrialId(number)

    def cancel_trial(self, request: m.TrialId) -> Nothing:
        self._note("cancel trial")
        self._send(m.TrialEnded(request.trial_id, True, "", ""))
        return Nothing()

    def _begin(self) -> int:
        self.trials += 1
        return self.trials

    def _change(self, path: str, **changes: Any) -> None:
        self.tones = [dataclasses.replace(t, **changes) if t.path == path else t for t in self.tones]

    def _change_card(self, path: str, **changes: Any) -> None:
        card = next(tone.card for tone in self.tones if tone.path == path)
        self._change(path, card=dataclasses.replace(card, **changes))
        self._told()

    def _told(self) -> m.Tones:
        tones = self.list_tones(Nothing())
        self._send(m.TonesChanged(tones))
        return tones
