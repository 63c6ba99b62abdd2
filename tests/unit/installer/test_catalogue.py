"""The catalogue of models: every hash and size is the one that was recorded from a file that was seen to work."""

import json
import re
from pathlib import Path

import pytest

from desktop.download.catalogue import HuggingFaceSource, PackageSource, read_catalogue
from desktop.platform_support.paths import project_data

# Written down from the files themselves, apart from the catalogue: a slip of the pen there fails here.
RECORDED = {
    "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf": (
        1_117_320_768,
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    ),
    "qwen2.5-coder-0.5b-instruct-q4.gguf": (
        491_400_064,
        "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    ),
    "smollm2-135m-instruct-q4_1.gguf": (
        98_362_432,
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
    "all-MiniLM-L6-v2/modules.json": (
        349,
        "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    ),
    "all-MiniLM-L6-v2/config.json": (
        612,
        "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    ),
    "all-MiniLM-L6-v2/config_sentence_transformers.json": (
        116,
        "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
    ),
    "all-MiniLM-L6-v2/sentence_bert_config.json": (
        53,
        "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    ),
    "all-MiniLM-L6-v2/1_Pooling/config.json": (
        190,
        "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    ),
    "all-MiniLM-L6-v2/tokenizer.json": (
        466_247,
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    ),
    "all-MiniLM-L6-v2/tokenizer_config.json": (
        350,
        "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    ),
    "all-MiniLM-L6-v2/special_tokens_map.json": (
        112,
        "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    ),
    "all-MiniLM-L6-v2/vocab.txt": (
        231_508,
        "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    ),
    "all-MiniLM-L6-v2/model.safetensors": (
        90_868_376,
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
    "all-MiniLM-L6-v2/README.md": (
        10_454,
        "7dfc82496ec33f906b5b0d6750c1e2397da6530c74d1ae3568c55bc2739125e7",
    ),
    "recognition/detection.onnx": (
        9_929_594,
        "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    ),
    "recognition/recognition.onnx": (
        21_234_383,
        "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
    ),
}


def test_every_size_and_hash_is_traced_to_its_record() -> None:
    catalogue = read_catalogue()
    found = {
        model.file.path: (model.file.size, model.file.sha256)
        for model in catalogue.models
        if model.file.size or model.file.sha256
    }
    for folder in (*catalogue.embedders, catalogue.recognition):
        found |= {f"{folder.id}/{file.path}": (file.size, file.sha256) for file in folder.files}
    assert found == RECORDED


def test_no_hash_stands_anywhere_else() -> None:
    text = project_data("models", "catalogue.json").read_text("utf-8")
    assert sorted(re.findall(r"\b[0-9a-f]{40,64}\b", text)) == sorted(sha256 for _, sha256 in RECORDED.values())


def test_every_choice_of_the_command_line_is_there() -> None:
    catalogue = read_catalogue()
    assert [model.id for model in catalogue.models if model.is_starter] == ["starter", "small", "tiny"]
    assert catalogue.embedders[0].id == "all-MiniLM-L6-v2"


def test_every_starter_comes_from_the_package_index_in_order() -> None:
    for model in read_catalogue().models:
        if not model.is_starter:
            continue
        source = next(source for source in model.sources if isinstance(source, PackageSource))
        if len(source.packages) > 1:
            stem = source.packages[0].removesuffix("1")
            assert list(source.packages) == [f"{stem}{number}" for number in range(1, len(source.packages) + 1)]


def test_address_on_hugging_face() -> None:
    assert HuggingFaceSource("who/what", "x.gguf").url == "https://huggingface.co/who/what/resolve/main/x.gguf"


@pytest.mark.parametrize(
    "content",
    [
        {"format": 2, "models": [], "embedders": []},
        {"format": 1, "models": [{"id": 5}], "embedders": []},
        {"format": 1, "models": ["x"], "embedders": []},
        [],
    ],
)
def test_broken_catalogue_is_refused(tmp_path: Path, content: object) -> None:
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises((ValueError, KeyError)):
        read_catalogue(path)
