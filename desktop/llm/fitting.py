"""How a model would do on this computer: memory for its weights and its cache, and tokens a second. Loads nothing."""

from dataclasses import dataclass

from desktop.domain.models import MachineFit, MachineVerdict, Speed
from desktop.llm.hardware import BESIDE, LARGEST_CONTEXT, room_on_card

# people read four to five words a second, which is about six tokens
READING_SPEED = 7.0
# what the system and Footnote's other processes need whatever is closed
RESERVED = 1 << 30
# of a cache in float16: 32 numbers take 34 bytes in place of 64
CACHE_SHARE = {"q8_0": 34 / 64}
# bits a weight takes, scales and the parts kept finer included
BITS = {"Q4_0": 4.6, "Q4_1": 5.0, "Q4": 4.9, "Q4_K_M": 4.9, "Q5_K_M": 5.7, "Q6_K": 6.6, "Q8_0": 8.5}


@dataclass(frozen=True, slots=True)
class Machine:
    """Memory in bytes; `card`: what is free on a graphics card with its own. `speed`: None where none was measured."""

    total: int
    free: int
    speed: Speed | None
    card: int = 0


@dataclass(frozen=True, slots=True)
class Weights:
    """A model by its `size` and the `cache` that a token takes, both in bytes; `trained` tokens of context at most."""

    size: int
    cache: int
    trained: int


def estimated_size(weights: int, quantisation: str) -> int:
    """Bytes of a file with that many weights; about 3 % off."""
    return round(weights * BITS.get(quantisation, 8.5) / 8)


def fit_of(model: Weights, machine: Machine, context: int = 0) -> MachineFit:
    """`context` in tokens, 0 for the usual one."""
    tokens = min(context or LARGEST_CONTEXT, model.trained or LARGEST_CONTEXT)
    weighs = model.size + model.cache * tokens
    needs = weighs + BESIDE
    on_card = min(room_on_card(machine.card), weighs)
    speed = _speed(model, machine, whole=on_card == weighs)
    verdict, reason = _verdict(needs, on_card, speed, machine)
    return MachineFit(verdict, needs, tokens, round(speed, 1), reason)


def _speed(model: Weights, machine: Machine, *, whole: bool) -> float:
    """0 where nothing is known: how fast memory is copied says nothing of a model that is on the card as a `whole`."""
    measured = machine.speed
    if measured is None or not model.size or (whole and not measured.model):
        return 0.0
    return measured.bytes_per_second / model.size


def _verdict(needs: int, on_card: int, speed: float, machine: Machine) -> tuple[MachineVerdict, str]:
    here = needs - on_card
    if here > machine.total - RESERVED:
        card = f", and {_text(machine.card)} are free on its graphics card" if machine.card else ""
        reason = f"It needs {_text(needs)} of memory; this computer has {_text(machine.total)}{card}."
        return MachineVerdict.TOO_BIG, reason
    if here > machine.free:
        reason = f"It needs {_text(here)} of memory; {_text(machine.free)} are free now. Close other programs first."
        return MachineVerdict.SLOW, reason
    reason = f"{_text(on_card)} of it are on the graphics card." if on_card else ""
    return (MachineVerdict.FAST if speed >= READING_SPEED or not speed else MachineVerdict.SLOW), reason


def _text(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
