"""Has the model write an answer, tells its thought from its words, and gets it out of a thought that has no end.

Checks nothing: `answerer` judges what was written.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from desktop.answering.interfaces import Generator
from desktop.answering.thoughts import ThoughtStream, ended, split_thought
from desktop.protocol.runner_messages import Generated, Turn

# another attempt shall be another answer
_VARIED = 0.8


class Reader(Protocol):
    """Gets words as they are written: of the thought, of the answer."""

    def take(self, thought: str, words: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Written:
    """`generated` has the text of the answer alone, with what was begun before."""

    generated: Generated
    thought: str


def write(
    turns: Sequence[Turn], generator: Generator, tokens: int, attempt: int, reader: Reader, json_schema: str = ""
) -> Written:
    """At most `tokens` tokens; as many again for the answer where a thought took them all. With a schema the text is
    kept to it, and has no room for a thought.

    Raises what the generator raises.
    """
    if json_schema:
        kept = generator.generate(
            turns, max_tokens=tokens, json_schema=json_schema, on_text=lambda words: reader.take("", words)
        )
        return Written(kept, "")
    begun = turns[-1].text if turns[-1].role == "assistant" else ""
    generated = _generate(turns, generator, tokens, attempt, begun, reader)
    thought, text = split_thought(begun + generated.text)
    if generated.reason == "length" and thought and not text.strip() and not begun:
        # it would think until its last token
        turns, begun = (*turns, Turn("assistant", ended(thought))), ended(thought)
        generated = _generate(turns, generator, tokens, attempt, begun, reader)
        thought, text = split_thought(begun + generated.text)
    whole = text if thought or not begun else _joined(begun, generated.text)
    return Written(dataclasses.replace(generated, text=whole), thought)


def _generate(
    turns: Sequence[Turn], generator: Generator, tokens: int, attempt: int, begun: str, reader: Reader
) -> Generated:
    stream = ThoughtStream(begun)
    temperature = _VARIED if attempt else 0.0
    generated = generator.generate(
        turns,
        max_tokens=tokens,
        temperature=temperature,
        seed=attempt,
        on_text=lambda words: reader.take(*stream.take(words)),
    )
    reader.take(*stream.finish())
    return generated


def _joined(begun: str, more: str) -> str:
    """A new sentence needs its space; the rest of a torn word must have none."""
    apart = begun[-1:] in ".!?:;" and more[:1].isalpha()
    return f"{begun} {more}" if apart else begun + more
