"""Builds what the engine has to do with models: the runner, which model is used, tones, downloads, speed."""

from desktop.engine.broadcast import Broadcast
from desktop.engine.chosen_model import ChosenModel
from desktop.engine.download_requests import DownloadRequests
from desktop.engine.idle_unloading import IdleUnloading
from desktop.engine.model_details import DetailsOfModels
from desktop.engine.model_fits import ModelFits
from desktop.engine.model_requests import ModelRequests
from desktop.engine.model_turns import ModelTurns
from desktop.engine.speed_requests import SpeedRequests
from desktop.engine.stopped_models import StoppedModels
from desktop.engine.tone_requests import ToneRequests
from desktop.llm.build_choice import BuildChoice
from desktop.llm.client import ModelRunner
from desktop.llm.native_builds import processor_build
from desktop.llm.speed import SpeedFile
from desktop.platform_support.memory import held_memory
from desktop.platform_support.paths import DataFolders
from desktop.settings.store import SettingsFile
from desktop.storage.attempts import Attempts
from desktop.storage.database import Database


class ModelParts:
    """Starts no process before a model is asked for."""

    def __init__(
        self,
        folders: DataFolders,
        settings: SettingsFile,
        database: Database,
        broadcast: Broadcast,
        turns: ModelTurns,
    ) -> None:
        builds = BuildChoice(folders.native, processor=processor_build())
        runner = ModelRunner(builds=builds, on_reload=lambda: self.models.announce())

        def held() -> int:
            return held_memory(runner.pid)

        def room() -> int:
            return builds.memory_for_models() + held()

        stopped = StoppedModels(Attempts(database))
        chosen = ChosenModel(folders, settings, stopped, room, lambda: runner.in_use)
        speeds, set_for = SpeedFile(folders.home / "speed.json"), DetailsOfModels(settings).for_fit
        fits = ModelFits(speeds, set_for, builds.card_memory, held=held)
        self.tones = ToneRequests(folders, settings, broadcast, chosen)
        self.models = ModelRequests(folders, settings, stopped, broadcast, chosen, self.tones, runner, fits)
        self.downloads = DownloadRequests(folders, broadcast, fits, self.models.arrived, self.models.announce)
        self.speeds = SpeedRequests(self.models, fits, self.downloads, turns, builds.try_again)
        self._idle = IdleUnloading(runner, lambda: int(settings.get("unload_minutes")), self.models.announce)

    def start(self) -> None:
        self._idle.start()

    def stop_background(self) -> None:
        """Nothing is downloaded or put away any more; what answers goes on until `close`."""
        self.downloads.stop()
        self._idle.stop()

    def close(self) -> None:
        self.models.close()
