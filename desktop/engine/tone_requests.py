"""Requests about tones: what there is, what fits the chosen model, what is laid over it. Loads no model."""

import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from desktop.domain.answers import ToneChoice
from desktop.domain.errors import UserError
from desktop.domain.tones import ToneSample, TruthReport
from desktop.engine.broadcast import Broadcast
from desktop.engine.chosen_model import ChosenModel
from desktop.platform_support.paths import DataFolders
from desktop.protocol.common_messages import Nothing, PathOnly
from desktop.protocol.engine_messages import ChooseTones, RenameTone, Tones, TonesChanged
from desktop.settings.store import SettingsFile
from desktop.tones.adapter import AdapterReader, describe_tone
from desktop.tones.cards import read_card, with_report, write_card
from desktop.tones.shelf import add_tone, bring_back, forget_aside, list_tones, rename_tone, set_aside

_MAX_STRENGTH = 1.5


class ToneRequests:
    """Lists, adds and chooses tones. `model` says what they have to fit."""

    def __init__(self, folders: DataFolders, settings: SettingsFile, broadcast: Broadcast, model: ChosenModel) -> None:
        self._folders, self._settings, self._broadcast, self._model = folders, settings, broadcast, model
        self._adapters = AdapterReader()
        self._card = threading.Lock()
        forget_aside(folders.tones)

    # requests

    def list_tones(self, _: Nothing) -> Tones:
        model = self._model.path()
        tones = list_tones(self._folders.tones, self._model.header(), model, self._adapters.read)
        return Tones(tones, self.chosen())

    def add_tone(self, asked: PathOnly) -> Tones:
        """Copies a tone in, or converts it. Raises UserError, with the reason, when it doesn't fit the model."""
        tone = add_tone(asked.path, self._folders.tones, self._model.header())
        others = tuple(choice for choice in self.chosen() if choice.path != tone.path)
        return self.choose_tones(ChooseTones((*others, ToneChoice(tone.path, 1.0))))

    def choose_tones(self, asked: ChooseTones) -> Tones:
        check_strengths(asked.tones)
        value = [{"path": tone.path, "strength": tone.strength} for tone in asked.tones]
        self._settings.set("chosen_tones", value)
        return self.announce()

    def rename_tone(self, asked: RenameTone) -> Tones:
        with self._card:
            rename_tone(asked.path, self._folders.tones, asked.name)
        return self.announce()

    def remove_tone(self, asked: PathOnly) -> Tones:
        """`restore_tone` brings it back, until the next start."""
        with self._card:
            set_aside(asked.path, self._folders.tones)
        return self.announce()

    def restore_tone(self, asked: PathOnly) -> Tones:
        with self._card:
            bring_back(asked.path, self._folders.tones)
        return self.announce()

    # for answers, models and trials

    def keep_sample(self, path: str, sample: ToneSample) -> None:
        with self._card:
            write_card(Path(path), replace(read_card(Path(path)), sample=sample))

    def keep_report(self, path: str, report: TruthReport) -> None:
        with self._card:
            write_card(Path(path), with_report(read_card(Path(path)), report))

    def announce(self) -> Tones:
        """Tells everybody the tones and how they fit the chosen model."""
        tones = self.list_tones(Nothing())
        self._broadcast.send(TonesChanged(tones))
        return tones

    def wanted(self, wanted: tuple[ToneChoice, ...] | None) -> tuple[ToneChoice, ...]:
        """Those to lay over the model: `wanted`, or the chosen ones when None."""
        tones = self.chosen() if wanted is None else wanted
        return tuple(tone for tone in tones if tone.strength > 0)

    def refuse_misfits(self, tones: Sequence[ToneChoice], model: str) -> None:
        """Raises UserError for a tone that can't be laid over the model at the path `model`."""
        if not tones:
            return
        base = self._model.header_of(model)
        for choice in tones:
            tone = describe_tone(choice.path, base, self._adapters.read)
            if tone.problem:
                raise UserError(f"The tone “{tone.name}” can't be laid over this model.", tone.problem)

    def chosen(self) -> tuple[ToneChoice, ...]:
        chosen = self._settings.get("chosen_tones")
        return tuple(ToneChoice(t["path"], float(t["strength"])) for t in chosen if os.path.isfile(t["path"]))


def check_strengths(tones: Sequence[ToneChoice]) -> None:
    if not all(0 <= tone.strength <= _MAX_STRENGTH for tone in tones):
        raise UserError("A tone's strength goes from 0 to 150 %.")
