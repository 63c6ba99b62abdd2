"""Writes small embedder and reranker folders with random weights, one a family: `python random_folders.py OUT …`.

Run in a process of its own, because it imports torch. The weights are wide enough that different texts get different
vectors, else a wrong graph would pass.
"""

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import CONFIG_MAPPING, AutoModel, AutoModelForSequenceClassification

WORDS = [
    "Either side may end the lease with three months written notice.",
    "Die Kaution wird innerhalb einer Woche nach dem Auszug zurückgezahlt.",
    "How long is the notice period? Clause 1234567890, the tenant pays francs.",
    "合同期满前三个月，任何一方均可书面通知解除。",
]
DIMENSION, LIMIT = 32, 48
BERT = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
ROBERTA = {"pad_token": "<pad>", "unk_token": "<unk>", "cls_token": "<s>", "sep_token": "</s>", "mask_token": "<mask>"}
QWEN = {"pad_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}


def framed(tokenizer: Any, single: str, pair: str) -> Any:
    names = {part.partition(":")[0] for part in f"{single} {pair}".split() if not part.startswith("$")}
    special = [(name, tokenizer.token_to_id(name)) for name in sorted(names)]
    tokenizer.post_processor = processors.TemplateProcessing(single=single, pair=pair, special_tokens=special)
    return tokenizer


def words_and_letters() -> tuple[list[str], list[str]]:
    """A vocabulary that is the same at every run, which a trained one is not."""
    text = " ".join(WORDS)
    return sorted(set(re.findall(r"\w+", text.lower()))), sorted(set(text.lower()) - {" "})


def word_pieces(special: dict[str, str]) -> Any:
    words, letters = words_and_letters()
    names = dict.fromkeys([*special.values(), *words, *letters, *(f"##{letter}" for letter in letters)])
    vocabulary = {name: number for number, name in enumerate(names)}
    tokenizer: Any = Tokenizer(models.WordPiece(vocabulary, unk_token=special["unk_token"]))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    start, end = special["cls_token"], special["sep_token"]
    return framed(tokenizer, f"{start} $A {end}", f"{start} $A {end} $B:1 {end}:1")


def unigram(special: dict[str, str]) -> Any:
    words, letters = words_and_letters()
    names = dict.fromkeys(["<s>", "<pad>", "</s>", "<unk>", "<mask>", "▁", *(f"▁{word}" for word in words), *letters])
    tokenizer: Any = Tokenizer(models.Unigram([(name, -float(len(names))) for name in names], unk_id=3))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    return framed(tokenizer, "<s> $A </s>", "<s> $A </s> </s> $B </s>")


def byte_pairs(special: dict[str, str]) -> Any:
    names = dict.fromkeys([*special.values(), *sorted(pre_tokenizers.ByteLevel.alphabet())])
    vocabulary = {name: number for number, name in enumerate(names)}
    tokenizer: Any = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    if special is QWEN:
        return framed(tokenizer, "$A <|endoftext|>", "$A $B <|endoftext|>")
    return framed(tokenizer, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B [SEP]")


@dataclass(frozen=True)
class Family:
    kind: str
    tokenizer: Callable[[dict[str, str]], Any]
    tokenizer_class: str
    special: dict[str, str]
    settings: dict[str, Any] = field(default_factory=dict)


POSITIONS = {"max_position_embeddings": LIMIT + 2}
FAMILIES = {
    "bert": Family("bert", word_pieces, "BertTokenizer", BERT, POSITIONS),
    "xlm-roberta": Family(
        "xlm-roberta", unigram, "XLMRobertaTokenizer", ROBERTA, {**POSITIONS, "pad_token_id": 1, "type_vocab_size": 1}
    ),
    "mpnet": Family("mpnet", word_pieces, "MPNetTokenizer", ROBERTA, {**POSITIONS, "pad_token_id": 0}),
    "modernbert": Family(
        "modernbert",
        byte_pairs,
        "PreTrainedTokenizerFast",
        BERT,
        {
            "pad_token_id": 0,
            "cls_token_id": 2,
            "sep_token_id": 3,
            "bos_token_id": 2,
            "eos_token_id": 3,
            "local_attention": 8,
            "global_attn_every_n_layers": 2,
        },
    ),
    "qwen3": Family(
        "qwen3",
        byte_pairs,
        "Qwen2Tokenizer",
        QWEN,
        {"num_key_value_heads": 2, "head_dim": 8, "pad_token_id": 0, "bos_token_id": 0, "eos_token_id": 0},
    ),
}


def write_model(family: Family, folder: Path, *, reranker: bool = False, dtype: Any = torch.float32) -> None:
    torch.manual_seed(7)
    folder.mkdir(parents=True)
    tokenizer = family.tokenizer(family.special)
    tokenizer.save(str(folder / "tokenizer.json"))
    size = {"hidden_size": DIMENSION, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    settings = {**size, **family.settings, "vocab_size": tokenizer.get_vocab_size()}
    if reranker:
        settings["num_labels"] = 1
    config = CONFIG_MAPPING[family.kind](**settings)
    model = (AutoModelForSequenceClassification if reranker else AutoModel).from_config(config)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            scale = name.lower().endswith("norm.weight")
            weights.copy_(torch.randn_like(weights) * 0.4 + float(scale))
    model.to(dtype).save_pretrained(folder)
    put(
        folder / "tokenizer_config.json",
        {"tokenizer_class": family.tokenizer_class, "model_max_length": LIMIT, **family.special},
    )


def write_parts(folder: Path, pooling: str, *, normalize: bool = False, dense: bool = False) -> None:
    kinds = ["Transformer", "Pooling", *["Dense"] * dense, *["Normalize"] * normalize]
    rows = [(number, kind, f"{number}_{kind}" if number else "") for number, kind in enumerate(kinds)]
    types = [{"path": path, "type": f"sentence_transformers.models.{kind}"} for _, kind, path in rows]
    put(folder / "modules.json", [{"idx": n, "name": str(n), **part} for n, part in enumerate(types)])
    older = {"cls": "pooling_mode_cls_token", "mean": "pooling_mode_mean_tokens", "lasttoken": "pooling_mode_lasttoken"}
    modes = {name: mode == pooling for mode, name in older.items()}
    put(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": DIMENSION, **modes})
    put(folder / "sentence_bert_config.json", {"max_seq_length": LIMIT, "do_lower_case": False})
    prompts = {"query": "question: ", "document": "passage: "}
    put(folder / "config_sentence_transformers.json", {"prompts": prompts})
    if dense:
        write_dense(folder / "2_Dense")


def write_dense(folder: Path) -> None:
    from safetensors.torch import save_file

    size = {"in_features": DIMENSION, "out_features": 20, "bias": True}
    put(folder / "config.json", {**size, "activation_function": "torch.nn.modules.activation.Tanh"})
    weights = {"linear.weight": torch.randn(20, DIMENSION), "linear.bias": torch.randn(20)}
    save_file(weights, folder / "model.safetensors")


def put(file: Path, value: object) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(value), encoding="utf-8")


def write_embedders(out: Path) -> None:
    write_model(FAMILIES["bert"], out / "bert-mean")
    write_parts(out / "bert-mean", "mean", normalize=True)
    write_model(FAMILIES["bert"], out / "bert-cls-half", dtype=torch.float16)
    write_parts(out / "bert-cls-half", "cls", normalize=True, dense=True)
    write_model(FAMILIES["xlm-roberta"], out / "xlm-roberta-mean")
    write_parts(out / "xlm-roberta-mean", "mean")
    write_model(FAMILIES["mpnet"], out / "mpnet-mean")
    write_parts(out / "mpnet-mean", "mean", normalize=True)
    write_model(FAMILIES["modernbert"], out / "modernbert-cls")
    write_parts(out / "modernbert-cls", "cls")
    write_model(FAMILIES["qwen3"], out / "qwen3-lasttoken", dtype=torch.bfloat16)
    write_parts(out / "qwen3-lasttoken", "lasttoken", normalize=True)


def write_rerankers(out: Path) -> None:
    for name in ("bert", "xlm-roberta", "modernbert"):
        write_model(FAMILIES[name], out / f"{name}-pairs", reranker=True)


if __name__ == "__main__":
    write_embedders(Path(sys.argv[1]) / "embedders")
    write_rerankers(Path(sys.argv[1]) / "rerankers")
