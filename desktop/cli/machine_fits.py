"""How models fit this computer, for commands that start no engine. What a running engine holds counts as taken."""

from collections.abc import Sequence

from desktop.domain.models import Model
from desktop.engine.model_details import DetailsOfModels
from desktop.engine.model_fits import ModelFits
from desktop.llm.build_choice import BuildChoice
from desktop.llm.speed import SpeedFile
from desktop.platform_support.paths import DataFolders
from desktop.settings.store import SettingsFile


def machine_fits(folders: DataFolders) -> ModelFits:
    """With the graphics card as it was tried last."""
    set_for = DetailsOfModels(SettingsFile(folders.settings)).for_fit
    return ModelFits(SpeedFile(folders.home / "speed.json"), set_for, BuildChoice(folders.native).card_memory)


def with_fits(models: Sequence[Model], folders: DataFolders) -> tuple[Model, ...]:
    """Takes half a second where this computer was never measured; what can't be used has no fit."""
    usable, fits = any(not model.problem for model in models), machine_fits(folders)
    if usable and fits.speed() is None:
        fits.measured()
    return fits.with_fits(models)
