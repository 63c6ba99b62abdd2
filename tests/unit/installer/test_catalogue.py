"""The catalogue of models: every hash and size is the one that was recorded from a file that was seen to work."""

import json
from pathlib import Path

import pytest

from desktop.download.catalogue import HuggingFaceSource, PackageSource, read_catalogue

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
    "model.safetensors": (90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
    "tokenizer.json": (466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
    "config.json": (612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
    "detection.onnx": (9929594, "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"),
    "recognition.onnx": (21234383, "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"),
    "vocab.txt": (231_508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
}


def test_hashes_are_the_recorded_ones() -> None:
    catalogue = read_catalogue()
    files = [model.file for model in catalogue.models if model.file.size or model.file.sha256]
    assert {file.path for file in files} <= RECORDED.keys(), "a hash without a record"
    files += [file for folder in (*catalogue.embedders, catalogue.recognition) for file in folder.files]
    found = {file.path: (file.size, file.sha256) for file in files}
    assert {path: found[path] for path in RECORDED} == RECORDED
    assert all(len(file.sha256) == 64 and file.size > 0 for file in files)


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
