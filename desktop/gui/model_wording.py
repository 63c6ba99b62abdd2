"""How the page of models says things: how a model fits, how far a download is, where a model came from."""

from desktop.domain.downloads import Download, DownloadState, Origin
from desktop.domain.models import MachineFit, MachineVerdict, ModelPlace, Speed
from desktop.gui.translation import tr
from desktop.gui.wording import shown, size_text

MOST_LANGUAGES = 6


def verdict_text(fit: MachineFit) -> str:
    if fit.verdict is MachineVerdict.TOO_BIG:
        return tr("Too big")
    return tr("Fits, fast") if fit.verdict is MachineVerdict.FAST else tr("Fits, slow")


def verdict_look(fit: MachineFit) -> str:
    return {MachineVerdict.FAST: "good", MachineVerdict.SLOW: "", MachineVerdict.TOO_BIG: "bad"}[fit.verdict]


def fit_facts(fit: MachineFit) -> str:
    """What stands behind the verdict."""
    facts: list[str] = []
    if fit.tokens_per_second and fit.verdict is not MachineVerdict.TOO_BIG:
        speed = f"{fit.tokens_per_second:.0f}" if fit.tokens_per_second >= 3 else f"{fit.tokens_per_second:.1f}"
        facts.append(tr("about {speed} tokens a second (estimated)", speed=speed))
    if not fit.reason:
        facts.append(tr("{size} of memory", size=size_text(fit.needs)))
    line = "  ·  ".join(facts)
    return ". ".join(part for part in (line, shown(fit.reason)) if part)


def place_text(place: ModelPlace) -> str:
    """Where the model that is in memory computes."""
    if not place.device:
        return tr("In memory, on the processor")
    if place.gpu_layers >= place.layers:
        return tr("In memory, on the graphics card {card}", card=shown(place.device))
    return tr(
        "In memory, {n} of its {all} layers on the graphics card {card}, the rest on the processor",
        n=place.gpu_layers,
        all=place.layers,
        card=shown(place.device),
    )


def where_it_runs(place: ModelPlace) -> str:
    """The same as a sentence, and why a card is not used, or not for all."""
    return f"{place_text(place)}. {shown(place.note)}".rstrip()


def languages_text(codes: tuple[str, ...]) -> str:
    if codes == ("en",):
        return tr("English")
    if len(codes) <= MOST_LANGUAGES:
        return ", ".join(codes)
    return tr("{n} language", "{n} languages", len(codes))


def speed_text(speed: Speed, model: str) -> str:
    """What tokens a second were estimated from; `model` is the name of the one that ran."""
    if speed.model and speed.tokens_per_second:
        rate = f"{speed.tokens_per_second:.0f}"
        return tr("Estimated from {name}, which wrote {rate} tokens a second here.", name=shown(model), rate=rate)
    return tr("Estimated from how fast this computer copies memory: a rough guess.")


def download_text(download: Download) -> str:
    """One line: what it does now and how far it is."""
    done, total = size_text(download.done), size_text(download.total)
    match download.state:
        case DownloadState.CONNECTING:
            return tr("Asking for it…")
        case DownloadState.CHECKING:
            return tr("Checking that every byte is right…")
        case DownloadState.RUNNING:
            return tr("{done} of {total}", done=done, total=total)
        case DownloadState.PAUSED:
            return tr("Paused at {done} of {total}", done=done, total=total) if download.total else tr("Paused")
        case DownloadState.FAILED:
            return shown(download.problem)
        case DownloadState.DONE:
            return tr("Done")


def origin_text(origin: Origin) -> str:
    """Where the bytes come from, and what vouches for them."""
    if origin.mirror:
        return tr("from {source}, a mirror; its SHA-256 is checked", source=shown(origin.source))
    return tr("from {source}", source=shown(origin.source))


def hash_text(origin: Origin) -> str:
    """Empty where each of several files has one of its own."""
    if not origin.sha256:
        return ""
    text = tr("SHA-256\u00a0{sha256}", sha256=f"{origin.sha256[:12]}…")
    return tr("{hash}, as the source says", hash=text) if origin.announced else text
