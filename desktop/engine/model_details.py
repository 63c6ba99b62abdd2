"""What a person set for single models, and what is chosen where they set nothing."""

from dataclasses import asdict, replace
from typing import Any

from desktop.domain.errors import UserError
from desktop.domain.models import ModelDetails
from desktop.settings.store import SettingsFile

SETTING = "model_details"
LIMITS = {"context": (512, 131072), "threads": (1, 256), "gpu_layers": (0, 1000)}
KV_TYPES = ("", "f16", "q8_0")
WARMEST = 2.0


class DetailsOfModels:
    """Kept in the settings by the model's path; only what differs from the defaults is kept."""

    def __init__(self, settings: SettingsFile) -> None:
        self._settings = settings

    def of(self, path: str) -> ModelDetails:
        kept: dict[str, Any] = self._settings.get(SETTING).get(path, {})
        return replace(ModelDetails(), **kept)

    def context_of(self, path: str) -> int:
        """As set for the model, else as set for all models; 0 where neither is."""
        return self.of(path).context or int(self._settings.get("context_tokens"))

    def for_fit(self, path: str) -> tuple[int, str]:
        """What decides how much memory it needs: tokens of context, and the kind of cache."""
        return self.context_of(path), self.of(path).kv_type

    def threads_of(self, path: str) -> int:
        return self.of(path).threads or int(self._settings.get("threads"))

    def set(self, path: str, details: ModelDetails) -> None:
        """Raises UserError for a value out of its limits."""
        _check(details)
        usual = asdict(ModelDetails())
        kept = {name: value for name, value in asdict(details).items() if value != usual[name]}
        everything: dict[str, Any] = {**self._settings.get(SETTING), path: kept}
        if not kept:
            del everything[path]
        self._settings.set(SETTING, everything)

    def forget(self, path: str) -> None:
        self.set(path, ModelDetails())


def _check(details: ModelDetails) -> None:
    usual = ModelDetails()
    for name, (least, most) in LIMITS.items():
        value = getattr(details, name)
        if value != getattr(usual, name) and not least <= value <= most:
            raise UserError(f"“{value}” can't be set here.", f"A whole number from {least} to {most}, or the usual.")
    if details.kv_type not in KV_TYPES:
        raise UserError("The cache is kept as f16 or as q8_0.")
    if not 0 <= details.temperature <= WARMEST:
        raise UserError("The temperature goes from 0 to 2.")
    if not 0 <= details.seed < 1 << 32:
        raise UserError("A seed is a whole number from 0 to 4294967295.")
