"""How each family of models wants a conversation spelled, as data. Nothing is tokenised here, and no template that
came with a model is ever run: those are programs written by strangers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop.protocol.runner_messages import Turn


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a prompt: a control string of the template (`control`), or words."""

    text: str
    control: bool


@dataclass(frozen=True, slots=True)
class Template:
    """How a family spells turns.

    `before` and `after` are the pieces around the text of a role; `answer` opens the model's own turn. In a family
    without a system role, its text goes before the first user turn's. `stops` end an answer as words do.
    """

    family: str
    before: Mapping[str, tuple[Piece, ...]]
    after: Mapping[str, tuple[Piece, ...]]
    answer: tuple[Piece, ...]
    has_system: bool = True
    stops: tuple[str, ...] = ()


def _pieces(*texts: str) -> tuple[Piece, ...]:
    """Control strings are written in braces: "{<|im_start|>}"."""
    return tuple(Piece(t[1:-1], True) if t.startswith("{") and t.endswith("}") else Piece(t, False) for t in texts)


def _alike(family: str, opening: tuple[str, ...], closing: tuple[str, ...], answer: tuple[str, ...] = ()) -> Template:
    """A family that spells all roles the same way, with ROLE standing for the role's name."""

    def spell(role: str) -> tuple[Piece, ...]:
        return _pieces(*(text.replace("ROLE", role) for text in opening))

    roles = ("system", "user", "assistant")
    after = {role: _pieces(*closing) for role in roles}
    return Template(family, {role: spell(role) for role in roles}, after, spell("assistant") + _pieces(*answer))


def _gemma() -> Template:
    before = {"user": _pieces("{<start_of_turn>}", "user\n"), "assistant": _pieces("{<start_of_turn>}", "model\n")}
    after = {role: _pieces("{<end_of_turn>}", "\n") for role in before}
    return Template("gemma", before, after, before["assistant"], has_system=False)


def _mistral(family: str, space: str, has_system: bool = False) -> Template:
    before = {
        "system": _pieces("{[SYSTEM_PROMPT]}", space),
        "user": _pieces("{[INST]}", space),
        "assistant": _pieces(space),
    }
    after = {
        "system": _pieces("{[/SYSTEM_PROMPT]}"),
        "user": _pieces(space, "{[/INST]}"),
        "assistant": _pieces("{</s>}"),
    }
    return Template(family, before, after, (), has_system)


def _command_r() -> Template:
    names = {"system": "{<|SYSTEM_TOKEN|>}", "user": "{<|USER_TOKEN|>}", "assistant": "{<|CHATBOT_TOKEN|>}"}
    before = {role: _pieces("{<|START_OF_TURN_TOKEN|>}", name) for role, name in names.items()}
    after = {role: _pieces("{<|END_OF_TURN_TOKEN|>}") for role in names}
    return Template("command-r", before, after, before["assistant"])


def _plain() -> Template:
    before = {"system": (), "user": _pieces("User: "), "assistant": _pieces("Assistant: ")}
    after = {role: _pieces("\n\n") for role in before}
    return Template("plain", before, after, _pieces("Assistant:"), stops=("\nUser:", "\nAssistant:"))


CHATML = _alike("chatml", ("{<|im_start|>}", "ROLE\n"), ("{<|im_end|>}", "\n"))
# an empty thought: the answer comes at once, which is what a question about files wants
CHATML_THINKING = _alike(
    "chatml-thinking",
    ("{<|im_start|>}", "ROLE\n"),
    ("{<|im_end|>}", "\n"),
    ("{<think>}", "\n\n", "{</think>}", "\n\n"),
)
LLAMA3 = _alike("llama3", ("{<|start_header_id|>}", "ROLE", "{<|end_header_id|>}", "\n\n"), ("{<|eot_id|>}",))
PHI3 = _alike("phi3", ("{<|ROLE|>}", "\n"), ("{<|end|>}", "\n"))
PHI4 = _alike("phi4", ("{<|im_start|>}", "ROLE", "{<|im_sep|>}"), ("{<|im_end|>}",))
ZEPHYR = _alike("zephyr", ("{<|ROLE|>}", "\n"), ("{</s>}", "\n"))
GRANITE = _alike("granite", ("{<|start_of_role|>}", "ROLE", "{<|end_of_role|>}"), ("{<|end_of_text|>}", "\n"))
GEMMA = _gemma()
MISTRAL_OLD = _mistral("mistral-v1", " ")
MISTRAL = _mistral("mistral-v3", "")
MISTRAL_SYSTEM = _mistral("mistral-v7", "", has_system=True)
COMMAND_R = _command_r()
PLAIN = _plain()

# the first row whose markers all stand in the model's own template wins
_MARKERS: tuple[tuple[tuple[str, ...], Template], ...] = (
    (("<|im_start|>", "<|im_sep|>"), PHI4),
    (("<|im_start|>", "enable_thinking", "<think>"), CHATML_THINKING),
    (("<|im_start|>",), CHATML),
    (("<|start_header_id|>", "<|eot_id|>"), LLAMA3),
    (("<start_of_turn>",), GEMMA),
    (("<|START_OF_TURN_TOKEN|>", "<|CHATBOT_TOKEN|>"), COMMAND_R),
    (("<|start_of_role|>",), GRANITE),
    (("<|assistant|>", "<|end|>"), PHI3),
    (("<|assistant|>", "<|user|>"), ZEPHYR),
    (("[SYSTEM_PROMPT]", "[INST]"), MISTRAL_SYSTEM),
    (("[INST] ",), MISTRAL_OLD),
    (("[INST]",), MISTRAL),
)
# for files that came without a template
_ARCHITECTURES: Mapping[str, Template] = {
    "qwen2": CHATML,
    "qwen3": CHATML_THINKING,
    "gemma": GEMMA,
    "gemma2": GEMMA,
    "gemma3": GEMMA,
    "phi3": PHI3,
    "granite": GRANITE,
    "command-r": COMMAND_R,
}


def choose_template(architecture: str, own_template: str) -> Template:
    """The family of a model, from its architecture and the text of the template it came with (which may be empty)."""
    for markers, template in _MARKERS:
        if all(marker in own_template for marker in markers):
            return template
    return _ARCHITECTURES.get(architecture, PLAIN)


def spell(template: Template, turns: Sequence[Turn]) -> tuple[Piece, ...]:
    """The prompt of a conversation: the template's pieces, and every turn's text as words.

    A last turn of the assistant is left open: the model goes on with it.
    """
    if not template.has_system:
        turns = _without_system(turns)
    begun = turns[-1].text if turns and turns[-1].role == "assistant" else ""
    pieces: list[Piece] = []
    for turn in turns[:-1] if begun else turns:
        pieces += template.before[turn.role]
        pieces.append(Piece(turn.text, False))
        pieces += template.after[turn.role]
    pieces += template.answer
    return (*pieces, Piece(begun, False)) if begun else tuple(pieces)


def _without_system(turns: Sequence[Turn]) -> list[Turn]:
    orders = "\n\n".join(turn.text for turn in turns if turn.role == "system")
    rest = [turn for turn in turns if turn.role != "system"]
    if not orders:
        return rest
    for i, turn in enumerate(rest):
        if turn.role == "user":
            rest[i] = Turn("user", f"{orders}\n\n{turn.text}")
            return rest
    return [Turn("user", orders), *rest]
