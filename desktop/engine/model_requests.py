"""Requests about models, and the one model runner: what is chosen, what is loaded, what crashed it."""

import os

from desktop.domain.answers import ToneChoice
from desktop.domain.errors import UserError
from desktop.engine.broadcast import Broadcast
from desktop.engine.chosen_model import ChosenModel
from desktop.engine.tone_requests import ToneRequests
from desktop.llm.client import ModelLoadKilled, ModelRunner
from desktop.llm.shelf import add_model, list_models
from desktop.platform_support.paths import DataFolders
from desktop.protocol.common_messages import Nothing, PathOnly
from desktop.protocol.engine_messages import Models, ModelsChanged
from desktop.settings.store import SettingsFile
from desktop.storage.attempts import Attempts


class ModelRequests:
    """Lists and chooses models; `load` is for the answers' thread alone. `tones` are laid over what is loaded."""

    def __init__(
        self,
        folders: DataFolders,
        settings: SettingsFile,
        attempts: Attempts,
        broadcast: Broadcast,
        chosen: ChosenModel,
        tones: ToneRequests,
        runner: ModelRunner,
    ) -> None:
        self._folders, self._settings, self._attempts = folders, settings, attempts
        self._broadcast, self._chosen = broadcast, chosen
        self.tones, self.runner = tones, runner

    # requests

    def list_models(self, _: Nothing) -> Models:
        return Models(list_models(self._folders.models), self._chosen.path(), bool(self.runner.loaded_path))

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
        self.tones.announce()
        return models

    # for answers

    def model_for(self, wanted: str | None) -> str:
        """The path of the model to answer with, or empty when there is none. Raises UserError for a bad `wanted`."""
        if wanted is not None:
            if not os.path.isfile(wanted):
                raise UserError(f"There is no model at “{wanted}”.", "Check the path, or choose a model in the window.")
            return os.path.abspath(wanted)
        return self._chosen.path()

    def load(self, model: str, tones: tuple[ToneChoice, ...]) -> int:
        """Loads the model and lays the tones over it. Returns its context in tokens."""
        if self._attempts.deaths(_subject(model)):
            raise UserError(
                "This model ended the model runner when it was loaded last.",
                "Choose it again to try once more, or choose another model.",
            )
        self.tones.refuse_misfits(tones, model)
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


def _subject(model: str) -> str:
    return f"load {model}"
