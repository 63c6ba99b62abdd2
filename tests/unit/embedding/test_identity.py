"""Which embedder folders can be used, and what is said of the others."""

import json
from pathlib import Path

import pytest

from desktop.domain.errors import EngineProblem
from desktop.embedding.identity import compute_identity, read_identity

PARTS = [{"type": f"sentence_transformers.models.{kind}"} for kind in ("Transformer", "Pooling", "Normalize")]


def write_folder(folder: Path, **changes: object) -> Path:
    """A folder in sentence-transformers layout with weights that are none; `changes` replace whole files."""
    files: dict[str, object] = {
        "modules": PARTS,
        "config": {"model_type": "bert"},
        "pooling": {"word_embedding_dimension": 8, "pooling_mode_mean_tokens": True},
        "limits": {"max_seq_length": 64},
        "prompts": {"prompts": {"query": "query: ", "document": "passage: "}},
        **changes,
    }
    names = {
        "modules": "modules.json",
        "config": "config.json",
        "pooling": "1_Pooling/config.json",
        "limits": "sentence_bert_config.json",
        "prompts": "config_sentence_transformers.json",
    }
    for key, name in names.items():
        if files[key] is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(json.dumps(files[key]), encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    return folder


def test_identity_has_everything_that_shapes_vectors(tmp_path: Path) -> None:
    identity = compute_identity(write_folder(tmp_path))
    assert (identity.dimension, identity.max_tokens, identity.pooling) == (8, 64, "mean")
    assert (identity.query_prompt, identity.passage_prompt) == ("query: ", "passage: ")


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
def test_other_files_make_another_revision(tmp_path: Path, file: str) -> None:
    folder = write_folder(tmp_path)
    before = compute_identity(folder)
    (folder / file).write_bytes(b"other")
    assert compute_identity(folder).revision != before.revision


def test_other_prompts_make_another_revision(tmp_path: Path) -> None:
    one = compute_identity(write_folder(tmp_path))
    other = compute_identity(write_folder(tmp_path, prompts={"prompts": {"query": "ask: "}}))
    assert other.revision != one.revision and other.passage_prompt == ""


@pytest.mark.parametrize(
    ("pooling", "mode"),
    [
        ({"word_embedding_dimension": 8, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"word_embedding_dimension": 8, "pooling_mode_lasttoken": True}, "lasttoken"),
        ({"embedding_dimension": 8, "pooling_mode": "mean"}, "mean"),
    ],
)
def test_pooling_is_read_from_older_and_newer_settings(tmp_path: Path, pooling: dict[str, object], mode: str) -> None:
    identity = compute_identity(write_folder(tmp_path, pooling=pooling))
    assert (identity.pooling, identity.dimension) == (mode, 8)


def test_without_a_limit_of_its_own_the_tokenizers_counts(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, limits=None, config={"model_type": "bert", "max_position_embeddings": 40})
    (folder / "tokenizer_config.json").write_text('{"model_max_length": 1e30}', encoding="utf-8")
    assert compute_identity(folder).max_tokens == 40
    (folder / "tokenizer_config.json").write_text('{"model_max_length": 32}', encoding="utf-8")
    assert compute_identity(folder).max_tokens == 32


def test_prompts_that_are_empty_or_missing_are_none(tmp_path: Path) -> None:
    prompts = {"prompts": {"query": None, "document": "", "passage": "passage: "}}
    identity = compute_identity(write_folder(tmp_path, prompts=prompts))
    assert (identity.query_prompt, identity.passage_prompt) == ("", "passage: ")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"modules": [{"type": "sentence_transformers.models.CLIPModel"}]}, "CLIPModel"),
        ({"modules": None}, "nothing Footnote knows"),
        ({"modules": [{"type": "own_code.Pooler"}]}, "own_code"),
        ({"modules": [PARTS[0], {**PARTS[1], "path": "../1_Pooling"}]}, "not where"),
        ({"modules": [*PARTS[:2], {"type": "sentence_transformers.models.Dense"}]}, "2_Dense"),
        ({"config": None}, "config.json"),
        ({"config": {"auto_map": {"AutoModel": "own.Model"}}}, "Python code of its own"),
        ({"pooling": {"word_embedding_dimension": 8, "pooling_mode_max_tokens": True}}, "pools in a way"),
        ({"pooling": {"word_embedding_dimension": 8, "pooling_mode": ["cls", "mean"]}}, "cls and mean"),
        ({"pooling": {"word_embedding_dimension": 8, "pooling_mode": "mean", "include_prompt": False}}, "its prompt"),
        ({"pooling": {"pooling_mode_mean_tokens": True}}, "word_embedding_dimension"),
        ({"limits": {}}, "max_seq_length"),
    ],
    ids=str,
)
def test_what_cannot_be_run_is_refused_with_the_reason(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    with pytest.raises(EngineProblem, match=said):
        compute_identity(write_folder(tmp_path, **changes))


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(EngineProblem, match=r"config\.json"):
        compute_identity(folder)


def test_an_embedder_without_fast_form_is_not_prepared(tmp_path: Path) -> None:
    with pytest.raises(EngineProblem, match="not prepared"):
        read_identity(write_folder(tmp_path))


def test_a_fast_form_of_another_version_is_refused(tmp_path: Path) -> None:
    (write_folder(tmp_path) / "fast").mkdir()
    (tmp_path / "fast" / "form.json").write_text('{"format": 99, "revision": "x"}', encoding="utf-8")
    with pytest.raises(EngineProblem, match="another version"):
        read_identity(tmp_path)
