"""How models fit this computer, for every list that shows them. Measures nothing heavy and loads nothing."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from desktop.domain.errors import UserError
from desktop.domain.models import FoundModel, MachineFit, Model, OfferedModel, Speed
from desktop.download.catalogue import CatalogueModel
from desktop.llm.description import describe_model
from desktop.llm.elsewhere import FoundFile
from desktop.llm.fitting import CACHE_SHARE, Machine, Weights, estimated_size, fit_of
from desktop.llm.hardware import physical_cores
from desktop.llm.speed import SpeedFile, copying_speed
from desktop.platform_support.memory import free_memory, total_memory


class ModelFits:
    """`set_for` tells what a person set for the model at a path: tokens of context (0: none) and the kind of cache.

    `card` tells the bytes that are free on a graphics card, 0 without one, None where none was tried yet. `held` tells
    those that the loaded model takes: they count as free, since another one is loaded in its place.
    """

    def __init__(
        self,
        speeds: SpeedFile,
        set_for: Callable[[str], tuple[int, str]],
        card: Callable[[], int | None] = lambda: 0,
        memory: Callable[[], tuple[int, int]] = lambda: (total_memory(), free_memory()),
        held: Callable[[], int] = lambda: 0,
    ) -> None:
        self._speeds, self._set_for, self._memory = speeds, set_for, memory
        self._card, self._held, self._roughly = card, held, False

    def speed(self) -> Speed | None:
        return self._speeds.read()

    def measured(self) -> Speed:
        """As it was measured with a model, or else roughly, in half a second, once in each start.

        Other work only makes a rough figure lower: the highest is kept.
        """
        kept = self._speeds.read()
        if kept is not None and (kept.model or self._roughly):
            return kept
        rough = copying_speed(physical_cores())
        self._roughly = True
        if kept is not None and kept.bytes_per_second >= rough.bytes_per_second:
            return kept
        return self._speeds.keep(rough)

    def keep(self, speed: Speed) -> Speed:
        return self._speeds.keep(speed)

    def refuse_larger_than_memory(self, path: str) -> None:
        """Raises UserError for weights that this computer can never hold: reading them would stop everything else."""
        size, (total, _), card = os.path.getsize(path), self._memory(), self._card()
        if card is not None and size > total + card:
            raise UserError(
                "This model is too big for this computer.",
                f"Its weights alone take {size / 1e9:.1f} GB of memory, and there are {total / 1e9:.1f} GB. "
                "Choose a smaller model.",
            )

    def with_fits(self, models: Sequence[Model], loaded: str = "") -> tuple[Model, ...]:
        """`loaded` is in memory now: what it holds counts as free for it."""
        machine = self._machine()
        return tuple(
            model if model.problem else replace(model, fit=self._fit_here(model, machine, held=model.path == loaded))
            for model in models
        )

    def offered(self, model: CatalogueModel, path: str) -> OfferedModel:
        """An entry of the catalogue, standing at `path` already where that is not empty."""
        facts = model.facts
        exact = bool(model.file.size)
        size = model.file.size or estimated_size(facts.weights, facts.quantisation)
        fit = self._fit(path, Weights(size, facts.cache, facts.context), self._machine())
        return OfferedModel(
            id=model.id,
            name=model.name,
            parameters=facts.parameters,
            quantisation=facts.quantisation,
            licence=facts.licence,
            about=facts.about,
            languages=facts.languages,
            context=facts.context,
            size=size,
            exact=exact,
            sources=tuple(source.where for source in model.sources),
            path=path,
            fit=fit,
        )

    def found(self, file: FoundFile) -> FoundModel:
        model = describe_model(file.path)
        return FoundModel(file.path, file.name, file.program, model.size, self._fit_here(model, self._machine()))

    def _machine(self) -> Machine:
        total, free = self._memory()
        return Machine(total, min(total, free + self._held()), self._speeds.read(), self._card() or 0)

    def _fit_here(self, model: Model, machine: Machine, *, held: bool = False) -> MachineFit:
        if held:
            machine = replace(machine, free=machine.total)
        return self._fit(model.path, Weights(model.size, model.cache, model.context), machine)

    def _fit(self, path: str, weights: Weights, machine: Machine) -> MachineFit:
        """With what was set for the model at `path`; for one that is still to come, with what was set for all."""
        context, kv_type = self._set_for(path)
        cache = round(weights.cache * CACHE_SHARE.get(kv_type, 1))
        return fit_of(replace(weights, cache=cache), machine, context)


def installed_path(model: CatalogueModel, folder: Path) -> str:
    """Where the entry's file stands, or nothing."""
    path = folder / model.file.path
    return str(path) if os.path.isfile(path) else ""
