"""Requests about models and tones, and the one model runner: what is chosen, what is loaded, what crashed it."""

import os
import threading
from collections.abc import Callable

from desktop.domain.answers import ToneChoice
from desktop.domain.errors import FootnoteError, UserError
from desktop.engine.broadcast import Broadcast
from desktop.gguf.header import GgufHeader, read_header
from desktop.llm.client import ModelLoadKilled, ModelRunner
from desktop.llm.shelf import add_model, default_model, list_models
from desktop.platform_support.memory import free_memory
from desktop.platform_support.paths import DataFolders
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import ChooseTones, Models, ModelsChanged, PathOnly, Tones, TonesChanged
from desktop.settings.store import SettingsFile
from desktop.storage.attempts import Attempts
from desktop.tones.adapter import describe_tone
from desktop.tones.shelf import add_tone, list_tones

_MAX_STRENGTH = 1.5


class ModelRequests:
    """Lists and chooses models and tones; `load` is for the answers' thread alone."""

    def __init__(
        self,
        folders: DataFolders,
        settings: SettingsFile,
        attempts: Attempts,
        broadcast: Broadcast,
        runner: ModelRunner,
        memory: Callable[[], int] = free_memory,
    ) -> None:
        self._folders, self._settings, self._attempts = folders, settings, attempts
        self._broadcast = broadcast
        self._memory = memory
        self._lock = threading.Lock()
        self.runner = runner

    # requests

    def list_models(self, _: Nothing) -> Models:
        return Models(list_models(self._folders.models), self._chosen_model(), bool(self.runner.loaded_path))

    def add_model(self, asked: PathOnly) -> Models:
        """Takes note of a model file, and chooses it."""
        model = add_model(asked.path, self._folders.models)
        return self.choose_model(PathOnly(model.path))

    def choose_model(self, asked: PathOnly) -> Models:
        known = {model.path: model for model in list_models(self._folders.models)}
        model = known.get(asked.path)
        if model is None or model.problem:
            raise UserError("That model can't be used.", model.problem if model else "It is not there any more.")
        self._attempts.forget(_subject(asked.path))  # chosen by hand: it may be tried again
        self._settings.set("chosen_model", asked.path)
        models = self.list_models(Nothing())
        self._broadcast.send(ModelsChanged(models))
        self._broadcast.send(TonesChanged(self.list_tones(Nothing())))
        return models

    def list_tones(self, _: Nothing) -> Tones:
        return Tones(list_tones(self._folders.tones, self._base()), self._chosen_tones())

    def add_tone(self, asked: PathOnly) -> Tones:
        """Copies a tone in, or converts it. Raises UserError, with the reason, when it doesn't fit the model."""
        tone = add_tone(asked.path, self._folders.tones, self._base())
        return self.choose_tones(ChooseTones((ToneChoice(tone.path, 1.0),)))

    def choose_tones(self, asked: ChooseTones) -> Tones:
        for tone in asked.tones:
            if not 0 <= tone.strength <= _MAX_STRENGTH:
                raise UserError("A tone's strength goes from 0 to 150 %.")
        value = [{"path": tone.path, "strength": tone.strength} for tone in asked.tones]
        self._settings.set("chosen_tones", value)
        tones = self.list_tones(Nothing())
        self._broadcast.send(TonesChanged(tones))
        return tones

    # for answers

    def model_for(self, wanted: str | None) -> str:
        """The path of the model to answer with, or empty when there is none. Raises UserError for a bad `wanted`."""
        if wanted is not None:
            if not os.path.isfile(wanted):
                raise UserError(f"There is no model at “{wanted}”.", "Check the path, or choose a model in the window.")
            return os.path.abspath(wanted)
        return self._chosen_model()

    def tones_for(self, wanted: tuple[ToneChoice, ...] | None) -> tuple[ToneChoice, ...]:
        tones = self._chosen_tones() if wanted is None else wanted
        return tuple(tone for tone in tones if tone.strength > 0)

    def load(self, model: str, tones: tuple[ToneChoice, ...]) -> int:
        """Loads the model and lays the tones over it. Returns its context in tokens."""
        if self._attempts.deaths(_subject(model)):
            raise UserError(
                "This model ended the model runner when it was loaded last.",
                "Choose it again to try once more, or choose another model.",
            )
        if tones:
            base = read_header(model)
            for tone in tones:
                _refuse_misfit(tone.path, base)
        try:
            threads, context = int(self._settings.get("threads")), int(self._settings.get("context_tokens"))
            loaded = self.runner.ensure_loaded(model, context=context, threads=threads)
        except ModelLoadKilled:
            self._attempts.note_death(_subject(model))
            raise
        self.runner.set_tones(tones)
        self._broadcast.send(ModelsChanged(self.list_models(Nothing())))
        return loaded.context

    def close(self) -> None:
        self.runner.close()

    def _chosen_model(self) -> str:
        chosen = str(self._settings.get("chosen_model"))
        if chosen and os.path.isfile(chosen):
            return chosen
        best = default_model(list_models(self._folders.models), self._memory())
        return best.path if best else ""

    def _chosen_tones(self) -> tuple[ToneChoice, ...]:
        chosen = self._settings.get("chosen_tones")
        return tuple(ToneChoice(t["path"], float(t["strength"])) for t in chosen if os.path.isfile(t["path"]))

    def _base(self) -> GgufHeader | None:
        chosen = self._chosen_model()
        try:
            return read_header(chosen) if chosen else None
        except FootnoteError:
            return None


def _refuse_misfit(path: str, base: GgufHeader) -> None:
    tone = describe_tone(path, base)
    if tone.problem:
        raise UserError(f"The tone “{tone.name}” can't be laid over this model.", tone.problem)


def _subject(model: str) -> str:
    return f"load {model}"
