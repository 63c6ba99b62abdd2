"""What the engine is asked of models, and what it tells of them."""

from dataclasses import dataclass

from desktop.domain.downloads import Download
from desktop.domain.models import FoundModel, Model, ModelDetails, ModelPlace, OfferedModel, Speed
from desktop.protocol.common_messages import Nothing, PathOnly
from desktop.protocol.lines import Method


@dataclass(frozen=True, slots=True)
class Models:
    """`chosen` is a path or empty; `place` tells of the model that is in memory now."""

    models: tuple[Model, ...]
    chosen: str
    place: ModelPlace | None


@dataclass(frozen=True, slots=True)
class ModelId:
    """An entry of the catalogue, or a download."""

    id: str


@dataclass(frozen=True, slots=True)
class RemoveModel:
    """Takes it off the list; `delete` deletes its file as well, where it lies in Footnote's own folder."""

    path: str
    delete: bool


@dataclass(frozen=True, slots=True)
class ModelSheet:
    """What was set for a model; `chosen` is what it runs with where nothing was set, as far as that is known.

    `trained` is the largest context in tokens, `layers` how many could go to a GPU, `cores` those of this computer.
    """

    model: Model
    details: ModelDetails
    chosen: ModelDetails
    trained: int
    layers: int
    cores: int


@dataclass(frozen=True, slots=True)
class ChangeModelDetails:
    path: str
    details: ModelDetails


@dataclass(frozen=True, slots=True)
class Downloads:
    """`free_disk` is the bytes that are free where models are kept."""

    downloads: tuple[Download, ...]
    free_disk: int


@dataclass(frozen=True, slots=True)
class Offers:
    """The catalogue as this computer sees it. `speed` is what tokens a second were estimated from."""

    offers: tuple[OfferedModel, ...]
    downloads: tuple[Download, ...]
    free_disk: int
    speed: Speed


@dataclass(frozen=True, slots=True)
class FoundModels:
    models: tuple[FoundModel, ...]


@dataclass(frozen=True, slots=True)
class ModelsChanged:
    models: Models


@dataclass(frozen=True, slots=True)
class DownloadsChanged:
    downloads: Downloads


LIST_MODELS = Method("list_models", Nothing, Models)
ADD_MODEL = Method("add_model", PathOnly, Models)
COPY_MODEL = Method("copy_model", PathOnly, Downloads)
CHOOSE_MODEL = Method("choose_model", PathOnly, Models)
REMOVE_MODEL = Method("remove_model", RemoveModel, Models)
READ_MODEL_DETAILS = Method("read_model_details", PathOnly, ModelSheet)
CHANGE_MODEL_DETAILS = Method("change_model_details", ChangeModelDetails, ModelSheet)
LIST_OFFERS = Method("list_offers", Nothing, Offers)
FIND_MODELS = Method("find_models", Nothing, FoundModels)
GET_MODEL = Method("get_model", ModelId, Downloads)
LIST_DOWNLOADS = Method("list_downloads", Nothing, Downloads)
PAUSE_DOWNLOAD = Method("pause_download", ModelId, Downloads)
DISCARD_DOWNLOAD = Method("discard_download", ModelId, Downloads)
MEASURE_SPEED = Method("measure_speed", Nothing, Offers)

MODEL_EVENTS: tuple[type, ...] = (ModelsChanged, DownloadsChanged)
