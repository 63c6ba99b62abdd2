"""Questions whose answers stand in the sample documents, as prompts that Footnote would give a model."""

from collections.abc import Sequence
from pathlib import Path

from desktop.answering.prompting import RULES
from desktop.protocol.runner_messages import Turn

SAMPLE = Path(__file__).resolve().parents[3] / "resources" / "sample"
_MINUTES, _LAB, _MILL, _LETTER = (
    "partners-minutes.md",
    "lab-notebook.md",
    "harrow-mill-notes.txt",
    "letter-arrears-first.txt",
)
QUESTIONS: tuple[tuple[str, str], ...] = (
    ("When will the clinic be open on Saturdays, and who is needed?", _MINUTES),
    ("What did the partners decide about the ultrasound device?", _MINUTES),
    ("What did Tomás Reyes report about the arrears, and what was agreed?", _MINUTES),
    ("Why was batch HG-9 discarded?", _LAB),
    ("How was batch HG-7 made?", _LAB),
    ("How do the modulus and the sound speed of HG-8 compare with HG-7?", _LAB),
    ("When was Harrow Mill built, and by whom?", _MILL),
    ("What happened in the fire at the mill?", _MILL),
    ("What became of the building after cotton spinning ended?", _MILL),
    ("How much rent is outstanding, and for which months?", _LETTER),
    ("What does the property manager ask Mr Reyes to do, and by when?", _LETTER),
)


def prompt(question: str, file: str, beside: Sequence[str] = ()) -> tuple[Turn, ...]:
    """The rules, the file and those `beside` it as sources, and the question."""
    texts = [(name, (SAMPLE / name).read_text(encoding="utf-8")) for name in (file, *beside)]
    sources = "\n\n".join(f"[{i}] {name}\n{text.strip()}" for i, (name, text) in enumerate(texts, 1))
    return (Turn("system", RULES), Turn("user", f"Sources:\n\n{sources}\n\nQuestion: {question}"))


def fresh_prompt(number: int) -> tuple[Turn, ...]:
    """One that shares nothing with the others but its first few words, so that nothing of it is cached."""
    file = QUESTIONS[number * 3 % len(QUESTIONS)][1]
    text = (SAMPLE / file).read_text(encoding="utf-8")
    # a long answer: one that ends early would be charged with all that a request costs
    return (Turn("user", f"Round {number}. {text}\n\nRepeat this text word for word."),)
