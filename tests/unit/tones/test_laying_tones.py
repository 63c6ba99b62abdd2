"""Tones laid over a real model in a real runner: what they change, what they must not, and what is refused."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from desktop.domain.answers import ToneChoice
from desktop.domain.errors import UserError
from desktop.llm.client import ModelRunner
from desktop.llm.kept_states import LEAST
from desktop.llm.process import WAITING
from desktop.llm.runner_process import RunnerDied
from desktop.platform_support.environment import child_environment
from desktop.protocol.runner_messages import Turn
from tests.support.lora import make_lora

QUESTION = (Turn("system", "You are a helpful assistant."), Turn("user", "Say hello to my cat Alice."))


def said(runner: ModelRunner) -> str:
    return runner.generate(QUESTION, max_tokens=20).text


def test_a_tone_changes_the_answer_and_goes_without_a_trace(
    runner: ModelRunner, small_model: Path, tmp_path: Path
) -> None:
    plain = said(runner)
    tone = str(make_lora(small_model, tmp_path / "tone.gguf", seed=1, scale=1.0))
    runner.set_tones((ToneChoice(tone, 1.0),))
    assert said(runner) != plain
    runner.set_tones((ToneChoice(tone, 0.0),))
    assert said(runner) == plain
    runner.set_tones(())
    assert said(runner) == plain


def test_a_changed_strength_is_never_stale(
    runner: ModelRunner, make_runner: Callable[[], ModelRunner], small_model: Path, tmp_path: Path
) -> None:
    """In the middle of a conversation the same as in a runner that never knew another strength."""
    tone = str(make_lora(small_model, tmp_path / "tone.gguf", seed=1, scale=1.0))
    for strength in (1.0, 0.5):
        runner.set_tones((ToneChoice(tone, strength),))
        moved = runner.generate(QUESTION, max_tokens=20)
        assert moved.cached_tokens == 0
        fresh = make_runner()
        fresh.ensure_loaded(str(small_model), context=4096)
        fresh.set_tones((ToneChoice(tone, strength),))
        assert said(fresh) == moved.text


Tones = tuple[ToneChoice, ...]


def logits(model: Path, *asked: tuple[Tones, str] | None) -> list[tuple[str, int]]:
    """(hash of all logits, tokens reused) of a question that begins with the text, under these tones, for each in turn,
    in one process; None has the model loaded anew.
    """
    spelled = [each and ([[tone.path, tone.strength] for tone in each[0]], each[1]) for each in asked]
    lines = "".join(json.dumps(each) + "\n" for each in spelled)
    command = [sys.executable, "-m", "tests.unit.tones.logits", str(model)]
    environment = child_environment() | dict([WAITING])  # as the runner's process does it
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True, env=environment)
    return [(digest, cached) for digest, cached in map(json.loads, done.stdout.splitlines())]


def test_logits_are_never_those_of_other_tones(small_model: Path, tmp_path: Path) -> None:
    """Bit by bit the same as in a process that never knew other tones; strength 0 is no tone."""
    firm = str(make_lora(small_model, tmp_path / "firm.gguf", seed=1, scale=1.0))
    short = str(make_lora(small_model, tmp_path / "short.gguf", seed=2, scale=1.0))
    full, half, none = (ToneChoice(firm, 1.0),), (ToneChoice(firm, 0.5),), (ToneChoice(firm, 0.0),)
    both = (ToneChoice(firm, 0.5), ToneChoice(short, 1.2))
    sets = ((), full, none, half, both, (), full, (ToneChoice(firm, 0.0), ToneChoice(short, 0.0)), both, half)
    moved = logits(small_model, *((tones, "") for tones in sets))
    assert all(cached == 0 for _, cached in moved)
    hashes = [digest for digest, _ in moved]
    assert hashes[0] == hashes[2] == hashes[5] == hashes[7]
    assert (hashes[1], hashes[3], hashes[4]) == (hashes[6], hashes[9], hashes[8])
    assert len(set(hashes)) == 4
    assert logits(small_model, (half, ""))[0][0] == hashes[3]
    assert logits(small_model, (both, ""))[0][0] == hashes[4]


def test_what_is_put_back_gives_the_logits_of_its_own_conversation_and_tones(small_model: Path, tmp_path: Path) -> None:
    """Long enough that states are kept: back and forth between conversations and tones nothing is taken in again, and
    each answer is bit by bit the one of a model that never knew another conversation or another tone.
    """
    firm = (ToneChoice(str(make_lora(small_model, tmp_path / "firm.gguf", seed=1, scale=1.0)), 1.0),)
    harbour = "The harbour of Lowmere was built in 1871 by Samuel Holt, who also built two bridges. " * 12
    orchard = "The orchard behind the abbey has forty apple trees, and most were planted in 1924. " * 12
    kinds = ((), harbour), (firm, harbour), (firm, orchard)
    # the second time a question is asked its last token is taken in alone: so it is here, too
    own = logits(small_model, *(part for kind in kinds for part in (kind, kind, None)))[1::2]
    assert len({digest for digest, _ in own}) == 3
    assert all(cached >= LEAST for _, cached in own)
    back_and_forth = (0, 1, 2, 1, 0, 2, 0, 1)
    moved = logits(small_model, *(kinds[at] for at in back_and_forth))
    assert moved[3:] == [own[at] for at in back_and_forth[3:]]


def test_the_same_tones_again_keep_what_was_taken_in(runner: ModelRunner, small_model: Path, tmp_path: Path) -> None:
    choice = (ToneChoice(str(make_lora(small_model, tmp_path / "tone.gguf")), 1.0),)
    runner.set_tones(choice)
    said(runner)
    runner.set_tones(choice)
    assert runner.generate(QUESTION, max_tokens=2).cached_tokens > 0


def test_a_tone_file_that_was_replaced_is_read_again(runner: ModelRunner, small_model: Path, tmp_path: Path) -> None:
    choice = (ToneChoice(str(make_lora(small_model, tmp_path / "tone.gguf", seed=1, scale=2)), 1.0),)
    runner.set_tones(choice)
    first = said(runner)
    make_lora(small_model, tmp_path / "new.gguf", seed=2, scale=2).replace(tmp_path / "tone.gguf")
    runner.set_tones(choice)
    assert said(runner) != first


def test_several_tones_that_change_every_projection(runner: ModelRunner, small_model: Path, tmp_path: Path) -> None:
    plain = said(runner)
    everything = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
    tones = [
        str(make_lora(small_model, tmp_path / f"{i}.gguf", seed=i, scale=0.3, projections=everything)) for i in range(4)
    ]
    for count in (1, 4, 2):
        runner.set_tones(tuple(ToneChoice(tone, 1.0) for tone in tones[:count]))
        assert said(runner)
    runner.set_tones(())
    assert said(runner) == plain


def test_wrong_tones_are_refused_and_the_runner_goes_on(runner: ModelRunner, small_model: Path, tmp_path: Path) -> None:
    good = make_lora(small_model, tmp_path / "good.gguf", seed=1)
    runner.set_tones((ToneChoice(str(good), 1.0),))
    before, pid = said(runner), runner.pid
    data = good.read_bytes()
    bad = [tmp_path / "none.gguf", small_model, make_lora(small_model, tmp_path / "other.gguf", architecture="gemma")]
    bad.append(make_lora(small_model, tmp_path / "nan.gguf", change=lambda _name, values: values * np.float32("nan")))
    for tenth in range(10):
        bad.append(tmp_path / f"cut{tenth}.gguf")
        bad[-1].write_bytes(data[: len(data) * tenth // 10])
    for path in bad:
        with pytest.raises(UserError) as caught:
            runner.set_tones((ToneChoice(str(path), 1.0),))
        assert caught.value.hint
    assert runner.pid == pid
    assert said(runner) == before


def test_after_a_death_the_tones_are_laid_again(runner: ModelRunner, small_model: Path, tmp_path: Path) -> None:
    choice = (ToneChoice(str(make_lora(small_model, tmp_path / "tone.gguf", seed=1, scale=1.0)), 1.0),)
    runner.set_tones(choice)
    toned = said(runner)
    pid = runner.pid
    assert pid is not None
    with pytest.raises(RunnerDied):
        runner.generate(QUESTION, max_tokens=2000, on_text=lambda _text: os.kill(pid, signal.SIGKILL))
    assert said(runner) == toned
