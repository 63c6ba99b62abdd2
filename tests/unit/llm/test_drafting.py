"""Guessing ahead from the prompt, and that it changes nothing but the speed."""

from pathlib import Path

from desktop.llm.client import ModelRunner
from desktop.llm.drafting import Lookup
from desktop.protocol.runner_messages import Turn

SOURCE = (
    "The harbour of Lowmere was built in 1871 by the engineer Samuel Holt. It has two basins and a lighthouse of "
    "granite. The eastern basin freezes in hard winters."
)
COPYING = (Turn("user", f"Repeat this text word for word: {SOURCE} Now repeat it: {SOURCE} And once more:"),)


def test_what_followed_the_same_words_is_guessed() -> None:
    lookup = Lookup([1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3])
    assert lookup.guess(8) == [4, 5]
    assert lookup.guess(1) == [4]
    assert lookup.guess(0) == []


def test_nothing_is_guessed_where_nothing_came_before() -> None:
    assert Lookup([]).guess(8) == []
    assert Lookup([1, 2, 3, 4]).guess(8) == []
    # one token alone says too little
    assert Lookup([1, 2, 3, 9, 3]).guess(8) == []


def test_the_longest_match_wins_and_then_the_latest() -> None:
    assert Lookup([1, 2, 3, 4, 50, 9, 2, 3, 4, 60, 7, 1, 2, 3, 4]).guess(1) == [50]
    assert Lookup([2, 3, 50, 2, 3, 60, 2, 3]).guess(1) == [60]


def test_guesses_stop_where_most_were_wrong() -> None:
    lookup = Lookup([*range(100), *range(3)])
    assert lookup.guess(2, drafted=4, accepted=0)
    assert lookup.guess(2, drafted=20, accepted=10)
    assert lookup.guess(2, drafted=20, accepted=9) == []


def test_the_text_is_the_same_and_many_guesses_are_right(runner: ModelRunner) -> None:
    # what is in the memory after the first is the same for both
    runner.generate(COPYING, max_tokens=1)
    plain = runner.generate(COPYING, max_tokens=60, guess=False)
    guessed = runner.generate(COPYING, max_tokens=60)
    assert (plain.drafted, plain.accepted) == (0, 0)
    assert (guessed.text, guessed.tokens, guessed.reason) == (plain.text, plain.tokens, plain.reason)
    assert 0 < guessed.accepted <= guessed.drafted
    assert guessed.accepted > guessed.tokens * 0.3


def test_chance_is_the_same_with_guesses(runner: ModelRunner) -> None:
    runner.generate(COPYING, max_tokens=1)
    plain = runner.generate(COPYING, max_tokens=40, temperature=0.8, seed=7, guess=False)
    assert runner.generate(COPYING, max_tokens=40, temperature=0.8, seed=7).text == plain.text


def test_limit_and_stop_string_hold_within_a_guess(runner: ModelRunner) -> None:
    whole = runner.generate(COPYING, max_tokens=40).text
    for limit in range(12, 20):
        answer = runner.generate(COPYING, max_tokens=limit)
        assert (answer.tokens, answer.reason) == (limit, "length")
        assert whole.startswith(answer.text)
    stop = whole[len(whole) // 2 :][:5]
    assert runner.generate(COPYING, max_tokens=40, stop=(stop,)).text == whole[: whole.index(stop)]
    # and what is held after an end in the middle of a guess is true
    assert runner.generate(COPYING, max_tokens=40).text == whole


def test_guesses_stay_within_the_context(runner: ModelRunner, small_model: Path) -> None:
    context = runner.ensure_loaded(str(small_model), context=512).context
    prompt = runner.generate(COPYING, max_tokens=1).prompt_tokens
    answer = runner.generate(COPYING, max_tokens=context - prompt)
    assert answer.tokens <= context - prompt
