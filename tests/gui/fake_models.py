"""The fake engine's models: a list with fits, the catalogue on a computer of 8 GB, downloads that wait for orders."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from desktop.domain.downloads import Download, DownloadState, Origin
from desktop.domain.models import FoundModel, Model, ModelDetails, ModelPlace, Speed
from desktop.download.catalogue import read_catalogue
from desktop.engine.model_fits import ModelFits
from desktop.llm.fitting import Machine, Weights, fit_of
from desktop.llm.speed import SpeedFile
from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import Nothing
from desktop.protocol.lines import Method
from tests.gui import canned

SPEED = Speed(2.6e10, "/models/qwen2.5-1.5b.gguf", 23.3)
MACHINE = Machine(8 << 30, 5_200_000_000, SPEED)
FREE_DISK = 41_000_000_000
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
FOUND = (
    ("/home/ada/.ollama/models/blobs/sha256-dde5", "llama3.2:3b", "Ollama", 2_019_377_376),
    ("/home/ada/.lmstudio/models/gemma-3-4b-it-Q4_K_M.gguf", "gemma-3-4b-it-Q4_K_M", "LM Studio", 2_489_757_856),
)


class FakeModels:
    """`words`: downloading (one comes, one is paused, one failed), card (part of the model is on it), given-up (a card
    failed). `note` writes down what was asked.
    """

    def __init__(
        self, folder: Path, words: frozenset[str], send: Callable[[object], None], note: Callable[[str], None]
    ) -> None:
        speeds = SpeedFile(folder / "speed.json")
        speeds.keep(SPEED)
        self._fits = ModelFits(speeds, lambda _: (0, ""), memory=lambda: (MACHINE.total, MACHINE.free))
        self._send, self._note = send, note
        empty = "empty" in words
        models = [] if empty else list(canned.MODELS)
        self.models = [self._with_fit(model) for model in models]
        if not empty:
            origin = Origin("the Python package index", True, self.models[0].size, SHA256)
            self.models[0] = replace(self.models[0], origin=origin)
        if "stopped" in words:
            self.models[1] = replace(self.models[1], stopped=True)
        self.chosen = self.models[0].path if self.models else ""
        card = "AMD Radeon RX 7600"
        note = "The graphics card has too little memory for this model: 12 of its layers are on it."
        here = (card, 12, 29, note) if "card" in words else ("", 0, 29, canned.GIVEN_UP if "given-up" in words else "")
        self.place = ModelPlace(self.chosen, *here) if self.chosen else None
        self.details: dict[str, ModelDetails] = {}
        self.downloads: dict[str, Download] = {}
        self.found = () if empty else tuple(self._found(*each) for each in FOUND)
        if "downloading" in words:
            self._begin_some()

    def handlers(self) -> dict[Method, Callable]:
        return {
            m.LIST_MODELS: self.list_models,
            m.ADD_MODEL: self.add_model,
            m.CHOOSE_MODEL: self.choose_model,
            m.REMOVE_MODEL: self.remove_model,
            m.COPY_MODEL: lambda request: self._set(f"copy-{Path(request.path).stem}", DownloadState.RUNNING),
            m.LIST_OFFERS: self.list_offers,
            m.FIND_MODELS: lambda _: m.FoundModels(self.found),
            m.GET_MODEL: lambda request: self._set(request.id, DownloadState.RUNNING),
            m.LIST_DOWNLOADS: lambda _: self._all(),
            m.PAUSE_DOWNLOAD: lambda request: self._set(request.id, DownloadState.PAUSED),
            m.DISCARD_DOWNLOAD: self.discard,
            m.MEASURE_SPEED: self.list_offers,
            m.READ_MODEL_DETAILS: lambda request: self._sheet(request.path),
            m.CHANGE_MODEL_DETAILS: self.change_details,
        }

    def list_models(self, _: Nothing) -> m.Models:
        return m.Models(tuple(self.models), self.chosen, self.place)

    def choose_model(self, request: m.PathOnly) -> m.Models:
        self._note(f"choose {request.path}")
        self.chosen = request.path
        self.models = [replace(model, stopped=model.stopped and model.path != self.chosen) for model in self.models]
        return self._changed()

    def add_model(self, request: m.PathOnly) -> m.Models:
        self._note(f"add {request.path}")
        added = Model(request.path, Path(request.path).stem, "qwen2", 1_117_320_768, 32768, "", 28672, linked=True)
        self.models.append(self._with_fit(added))
        self.chosen = self.chosen or request.path
        return self._changed()

    def remove_model(self, request: m.RemoveModel) -> m.Models:
        self._note(f"remove {request.path} {request.delete}")
        self.models = [model for model in self.models if model.path != request.path]
        return self._changed()

    def list_offers(self, _: Nothing) -> m.Offers:
        here = {Path(model.path).name for model in self.models}
        offers = [self._fits.offered(model, "") for model in read_catalogue().models]
        offers = [replace(offer, path="/models/x.gguf") if offer.id in ("starter", "tiny") and here else offer
                  for offer in offers]  # fmt: skip
        return m.Offers(tuple(offers), tuple(self.downloads.values()), FREE_DISK, SPEED)

    def discard(self, request: m.ModelId) -> m.Downloads:
        self._note(f"discard {request.id}")
        self.downloads.pop(request.id, None)
        return self._told()

    def change_details(self, request: m.ChangeModelDetails) -> m.ModelSheet:
        self._note(f"details {request.path} {request.details}")
        self.details[request.path] = request.details
        return self._sheet(request.path)

    def _sheet(self, path: str) -> m.ModelSheet:
        model = next(model for model in self.models if model.path == path)
        chosen = ModelDetails(context=8192, threads=4, gpu_layers=0, kv_type="f16")
        return m.ModelSheet(model, self.details.get(path, ModelDetails()), chosen, model.context, 28, 4)

    def _begin_some(self) -> None:
        self._set("qwen3-4b", DownloadState.RUNNING)
        self._set("granite-4.0-micro", DownloadState.PAUSED)
        self._set("smollm3-3b", DownloadState.FAILED)

    def _set(self, model_id: str, state: DownloadState) -> m.Downloads:
        self._note(f"download {model_id} {state}")
        model = next((model for model in read_catalogue().models if model.id == model_id), None)
        name, size = (model.name, self._fits.offered(model, "").size) if model else (model_id, 1_000_000_000)
        origin = Origin(
            f"huggingface.co/{model.sources[0].repository}" if model else "/stick", False, size, SHA256, "", True
        )
        problem = "Hugging Face could not be reached in 5 seconds. Copy the file from another computer, by a USB stick."
        failed = state is DownloadState.FAILED
        done = 0 if failed else size * 2 // 5
        self.downloads[model_id] = Download(
            model_id, name, state, done, size, None if failed else origin, problem if failed else ""
        )
        return self._told()

    def _told(self) -> m.Downloads:
        self._send(m.DownloadsChanged(self._all()))
        return self._all()

    def _all(self) -> m.Downloads:
        return m.Downloads(tuple(self.downloads.values()), FREE_DISK)

    def _changed(self) -> m.Models:
        self._send(m.ModelsChanged(self.list_models(Nothing())))
        return self.list_models(Nothing())

    def _with_fit(self, model: Model) -> Model:
        if model.problem:
            return model
        return replace(model, fit=fit_of(Weights(model.size, model.cache or 28672, model.context), MACHINE))

    def _found(self, path: str, name: str, program: str, size: int) -> FoundModel:
        return FoundModel(path, name, program, size, fit_of(Weights(size, 114_688, 131_072), MACHINE))
