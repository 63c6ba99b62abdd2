"""What the language model's own yes or no would add to finding: `python3 -m installer bench reranking`.

The first passages of some questions are put to the model one by one ("Does this text answer the question?"), and
ordered by how much likelier Yes is than No. Beside the order of the search stands the model's.
Prints figures and judges none: the product asks no model here, as it takes seconds a question.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from desktop.llm.process import WAITING
from desktop.platform_support.paths import data_folders
from tests.benchmarks.find import missing
from tests.benchmarks.finding.bootstrap import Resampler
from tests.benchmarks.finding.libraries import BOTH, index_folder, open_library
from tests.benchmarks.finding.report import load_now
from tests.benchmarks.finding.scoring import RESULTS, SETS, Passage, QuestionSet, Row

MODELS = {
    "starter": "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    "small": "qwen2.5-coder-0.5b-instruct-q4.gguf",
}
ASKED = 5  # passages a question
CONTEXT = 4096  # tokens
SHOWN = ("hit@1", "recall@5", "ndcg@10")
_BEGIN = "<|im_start|>system\nYou judge whether a text answers a question. Reply with Yes or No.<|im_end|>\n"
_ASK = "<|im_start|>user\nQuestion: {question}\n\nText: {text}\n\nDoes the text answer the question?<|im_end|>\n"
_REPLY = "<|im_start|>assistant\n"


class Judge:
    """A language model asked for one token; what it read already is kept as long as the next prompt begins so."""

    def __init__(self, model: Path) -> None:
        os.environ.setdefault(*WAITING)
        import llama_cpp

        self._logits: Any = llama_cpp.llama_get_logits_ith
        self._llama: Any = llama_cpp.Llama(str(model), n_ctx=CONTEXT, n_threads=os.cpu_count(), verbose=False)
        self._yes, self._no = (self._tokens(word)[0] for word in ("Yes", "No"))

    def leaning(self, question: str, text: str) -> float:
        """How much more the model leans to Yes than to No, in logits."""
        tokens = self._tokens(_BEGIN + _ASK.format(question=question, text=text) + _REPLY)[: CONTEXT - 1]
        next(self._llama.generate(tokens, temp=0.0))
        logits = self._logits(self._llama.ctx, -1)
        return float(logits[self._yes] - logits[self._no])

    def _tokens(self, text: str) -> list[int]:
        return self._llama.tokenize(text.encode(), add_bos=False, special=True)


def orders(passages: Sequence[Passage], leanings: Sequence[float]) -> dict[str, list[Passage]]:
    """The first passages in the search's order, and in the model's."""
    first, rest = passages[: len(leanings)], list(passages[len(leanings) :])
    by_model = sorted(range(len(first)), key=lambda n: -leanings[n])
    return {
        "search": list(passages),
        "model": [*(first[n] for n in by_model), *rest],
    }


def measure(questions: QuestionSet, judge: Judge) -> tuple[dict[str, list[Row]], list[float]]:
    """A row of metrics for each question in each order, and the seconds that the model took for each."""
    found: dict[str, list[list[Passage]]] = {}
    seconds: list[float] = []
    with tempfile.TemporaryDirectory() as scratch:
        folders = data_folders(Path(scratch))
        index_folder(folders, questions.documents)
        with open_library(folders) as library:
            find = library.system(BOTH)
            for text in questions.texts:
                passages = find(text)[:RESULTS]
                started = time.perf_counter()
                leanings = [judge.leaning(text, passage[3]) for passage in passages[:ASKED]]
                seconds.append(time.perf_counter() - started)
                for name, ordered in orders(passages, leanings).items():
                    found.setdefault(name, []).append(ordered)
    return {name: questions.rows(ordered) for name, ordered in found.items()}, seconds


def lines(rows: dict[str, list[Row]], seconds: Sequence[float]) -> Iterator[str]:
    resampler = Resampler(len(seconds))
    for name, of in rows.items():
        means = "  ".join(f"{metric} {statistics.fmean(row[metric] for row in of):.3f}" for metric in SHOWN)
        differences = [row[SHOWN[-1]] - other[SHOWN[-1]] for row, other in zip(of, rows["search"], strict=True)]
        gain = resampler.interval(differences)
        yield f"  {name:<8}{means}  gain of {SHOWN[-1]} {gain.mean:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"
    yield f"  {statistics.median(seconds):.1f} s a question (median); load {load_now()}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="reranking", description=__doc__)
    parser.add_argument("--model", choices=MODELS, default="starter")
    parser.add_argument("--set", choices=SETS, action="append", help="may be given again; without it chroma_chunking")
    parser.add_argument("--questions", type=int, default=60, help="of each set")
    options = parser.parse_args()
    model = data_folders().models / MODELS[options.model]
    if why := missing() or ("" if model.is_file() else f"There is no {model.name}. Nothing was measured."):
        print(why)
        return 0
    judge = Judge(model)
    for name in options.set or ["chroma_chunking"]:
        rows, seconds = measure(QuestionSet(name, options.questions), judge)
        print(f"{name}, {len(seconds)} questions, {ASKED} passages each, {model.name}")
        print("\n".join(lines(rows, seconds)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
