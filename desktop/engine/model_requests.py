"""Requests about models, and the one model runner: what is chosen, what is loaded, what crashed it."""

import contextlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from desktop.domain.answers import ToneChoice
from desktop.domain.errors import UserError
from desktop.domain.models import Model, ModelDetails
from desktop.download.places import keep_origin, read_origins
from desktop.engine.broadcast import Broadcast
from desktop.engine.chosen_model import ChosenModel
from desktop.engine.model_details import DetailsOfModels
from desktop.engine.model_fits import ModelFits
from desktop.engine.model_sheets import place_of, sheet_of
from desktop.engine.stopped_models import StoppedModels
from desktop.engine.tone_requests import ToneRequests
from desktop.llm.client import ModelLoadKilled, ModelRunner
from desktop.llm.elsewhere import find_elsewhere
from desktop.llm.shelf import add_model, delete_model, remove_link
from desktop.llm.stopping import never
from desktop.platform_support.paths import DataFolders
from desktop.protocol.common_messages import Nothing, PathOnly
from desktop.protocol.engine_messages import (
    ChangeModelDetails,
    FoundModels,
    Models,
    ModelsChanged,
    ModelSheet,
    RemoveModel,
)
from desktop.protocol.runner_messages import ModelLoaded
from desktop.settings.store import SettingsFile


class ModelRequests:
    """Lists and chooses models; `load` is for the answers' thread alone. `tones` are laid over what is loaded."""

    def __init__(
        self,
        folders: DataFolders,
        settings: SettingsFile,
        stopped: StoppedModels,
        broadcast: Broadcast,
        chosen: ChosenModel,
        tones: ToneRequests,
        runner: ModelRunner,
        fits: ModelFits,
    ) -> None:
        self._folders, self._settings, self._stopped_models = folders, settings, stopped
        self._broadcast, self._chosen, self._fits = broadcast, chosen, fits
        self.tones, self.runner = tones, runner
        self.details = DetailsOfModels(settings)
        self._told: ModelLoaded | None = None

    # requests

    def list_models(self, _: Nothing) -> Models:
        return Models(self._models(), self._chosen.path(), place_of(self.runner.loaded_path, self.runner.loaded))

    def add_model(self, asked: PathOnly) -> Models:
        """Takes note of a model file, and chooses it."""
        model = add_model(asked.path, self._folders.models)
        return self.choose_model(PathOnly(model.path))

    def choose_model(self, asked: PathOnly) -> Models:
        model = self._model(asked.path)
        if model is None or model.problem:
            raise UserError("That model can't be used.", model.problem if model else "It is not there any more.")
        self._stopped_models.forget(asked.path)  # chosen by hand: it may be tried again
        self._settings.set("chosen_model", asked.path)
        models = self.announce()
        self.tones.announce()
        return models

    def remove_model(self, asked: RemoveModel) -> Models:
        """The file of a linked model stays where it is, always."""
        model = self._model(asked.path)
        if model is None:
            raise UserError("This model is not in the list any more.")
        if self.runner.loaded_path == asked.path:
            self.runner.unload()
        if model.linked:
            remove_link(asked.path, self._folders.models)
        elif asked.delete:
            delete_model(asked.path, self._folders.models)
            with contextlib.suppress(OSError):  # of a file that is gone it counts for nothing
                keep_origin(self._folders.models, Path(asked.path).name, None)
        else:
            raise UserError("This model lies in Footnote's own folder.", "Delete its file to take it off the list.")
        self._stopped_models.forget(asked.path)
        self.details.forget(asked.path)
        if self._settings.get("chosen_model") == asked.path:
            self._settings.set("chosen_model", "")
        models = self.announce()
        self.tones.announce()
        return models

    def find_models(self, _: Nothing) -> FoundModels:
        """What other programs keep here, and what lies in folders that the user named, but for what is listed."""
        known = {os.path.realpath(model.path) for model in self._chosen.shelf()}
        named = self._settings.get("model_folders")
        found = [file for file in find_elsewhere(Path.home(), named=named) if os.path.realpath(file.path) not in known]
        return FoundModels(tuple(self._fits.found(file) for file in found))

    def read_model_details(self, asked: PathOnly) -> ModelSheet:
        model = self._model(asked.path)
        if model is None:
            raise UserError("This model is not in the list any more.")
        loaded = self.runner.loaded if self.runner.loaded_path == asked.path else None
        return sheet_of(model, self.details.of(asked.path), loaded, self._chosen.header_of, self._chosen.room())

    def change_model_details(self, asked: ChangeModelDetails) -> ModelSheet:
        """In force when the model is loaded next, which is with the next question."""
        self.details.set(asked.path, asked.details)
        self.announce()
        return self.read_model_details(PathOnly(asked.path))

    def announce(self) -> Models:
        """Tells everybody the models."""
        self._told = self.runner.loaded
        models = self.list_models(Nothing())
        self._broadcast.send(ModelsChanged(models))
        return models

    def arrived(self, path: str) -> None:
        """A model has come whole: it is used where there was none."""
        if not self._chosen.path() or self._chosen.path() == path:
            self.choose_model(PathOnly(path))
        else:
            self.announce()

    # for answers

    def model_for(self, wanted: str | None) -> str:
        """The path of the model to answer with, or empty when there is none. Raises UserError for a bad `wanted`."""
        if wanted is not None:
            if not os.path.isfile(wanted):
                raise UserError(f"There is no model at “{wanted}”.", "Check the path, or choose a model in the window.")
            return os.path.abspath(wanted)
        return self._chosen.settle()

    def path_of(self, name: str) -> str | None:
        """The model whose file has this name, the chosen one first; None: it is not there."""
        paths = (self._chosen.path(), *(model.path for model in self._chosen.shelf()))
        return next((path for path in paths if path and os.path.basename(path) == name), None)

    def load(self, model: str, tones: tuple[ToneChoice, ...], stopped: Callable[[], bool] = never) -> int:
        """Loads the model and lays the tones over it. Returns its context in tokens. Raises ModelLoadStopped once it is
        `stopped`.
        """
        self._stopped_models.refuse(model)
        self._fits.refuse_larger_than_memory(model)
        self.tones.refuse_misfits(tones, model)
        set_here = self.details.of(model)
        try:
            loaded = self.runner.ensure_loaded(
                model,
                context=self.details.context_of(model),
                threads=self.details.threads_of(model),
                gpu_layers=set_here.gpu_layers,
                kv_type=set_here.kv_type,
                stopped=stopped,
            )
        except ModelLoadKilled:
            self._stopped_models.add(model)
            self.announce()
            raise
        self.runner.set_tones(tones)
        if self.runner.loaded is not self._told:
            self.announce()
        return loaded.context

    def loaded_details(self) -> ModelDetails:
        """What was set for the model that is loaded."""
        return self.details.of(self.runner.loaded_path)

    def close(self) -> None:
        self.runner.close()

    def _models(self) -> tuple[Model, ...]:
        origins = read_origins(self._folders.models)
        models = [
            replace(model, origin=None if model.linked else origins.get(Path(model.path).name))
            for model in self._chosen.shelf()
        ]
        return self._fits.with_fits(models, self.runner.loaded_path)

    def _model(self, path: str) -> Model | None:
        return next((model for model in self._models() if model.path == path), None)
