"""`footnote models` and `footnote tones` as a program uses them: the JSON contract, exit codes, and no engine."""

import json
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desktop.gguf.header import read_header
from desktop.gguf.writer import NewTensor, file_head, write_file
from tests.support.footnote_command import FootnoteCommand
from tests.support.lora import make_lora
from tests.support.peft import TINY_MODELS, write_base, write_peft
from tests.support.project import ROOT
from tests.support.running_engine import small_model_path

MODEL = {"file", "name", "architecture", "size", "context", "problem", "fit"}
TONE = {"file", "name", "architecture", "rank", "base", "verdict", "reason", "licence", "origin", "sample", "truth"}
LLAMA, QWEN = TINY_MODELS[0], TINY_MODELS[2]
needs_small_model = pytest.mark.skipif(
    not small_model_path().exists(),
    reason="the small test model is not installed: python3 -m installer setup --model tiny",
)
# the shapes of SmolLM2 135M, so that the model of the other tests can be one in these
SMALL = {"hidden_size": 576, "intermediate_size": 1536, "num_attention_heads": 9, "num_key_value_heads": 3}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty data folder of a user."""
    return tmp_path / "home"


@pytest.fixture
def shell(home: Path, tmp_path: Path) -> FootnoteCommand:
    return FootnoteCommand(tmp_path / "library", environment={"FOOTNOTE_HOME": str(home)})


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_base(tmp_path / "tiny.gguf", LLAMA)


def refused(shell: FootnoteCommand, *words: str | Path) -> str:
    """The reason, the same in words and as JSON, with exit code 1."""
    spoken, told = shell.run(*words), shell.run(*words, "--json")
    assert (spoken.returncode, told.returncode) == (1, 1), spoken.stderr + told.stderr
    assert "Traceback" not in spoken.stderr + told.stderr
    (line,) = told.stdout.splitlines()
    found = json.loads(line)
    assert set(found) in (MODEL, TONE)
    reason = found["problem"] if "problem" in found else found["reason"]
    assert reason in spoken.stdout + spoken.stderr
    assert found.get("verdict", "misfit") == "misfit"
    return str(reason)


def one(shell: FootnoteCommand, *words: str | Path) -> dict[str, Any]:
    (found,) = shell.objects(*words)
    return found


@needs_small_model
def test_models_in_a_folder_that_was_named_are_found_and_not_listed(
    shell: FootnoteCommand, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "small.gguf").symlink_to(small_model_path().resolve())
    monkeypatch.setenv("HOME", str(tmp_path))
    once = one(shell, "models", "found", shared)
    assert [(found["name"], found["program"]) for found in once["models"]] == [("small", str(shared))]
    assert one(shell, "models", "look", shared) == {"folders": [str(shared)]}
    assert one(shell, "models", "found") == once
    assert one(shell, "models", "look", shared, "--stop") == {"folders": []}
    assert one(shell, "models", "list") == {"models": []}


def test_models_are_listed_added_checked_and_removed(shell: FootnoteCommand, model: Path, home: Path) -> None:
    assert one(shell, "models", "list") == {"models": []}
    assert "no models yet" in shell.run("models", "list").stdout
    checked = one(shell, "models", "check", model)
    assert (checked["problem"], checked["fit"]["verdict"]) == ("", "fits, fast")
    assert "  Fits, fast: about " in shell.run("models", "check", model).stdout
    assert one(shell, "models", "list") == {"models": []}
    added = one(shell, "models", "add", model)
    assert set(added) == MODEL
    assert (added["file"], added["name"], added["architecture"]) == (str(model), "Tiny Model 1M", "llama")
    assert (added["size"], added["context"]) == (model.stat().st_size, 128)
    assert one(shell, "models", "list") == {"models": [added]}
    shown = shell.run("models", "list").stdout
    assert "Tiny Model 1M: llama" in shown and str(model) in shown
    assert one(shell, "models", "remove", "tiny") == {"models": []}
    assert model.is_file()
    assert shell.run("models", "remove", "tiny").returncode == 2
    # one in Footnote's own folder is not deleted by a word about a list
    shutil.copy(model, home / "models" / "own.gguf")
    assert "own.gguf" in refused(shell, "models", "remove", "own.gguf")
    assert (home / "models" / "own.gguf").is_file()


def test_tones_are_listed_added_checked_and_removed(shell: FootnoteCommand, model: Path, tmp_path: Path) -> None:
    tone = make_lora(model, tmp_path / "letters.gguf")
    checked = one(shell, "tones", "check", tone)
    assert set(checked) == TONE
    assert (checked["verdict"], checked["rank"], checked["reason"]) == (None, 4, "")
    assert "no model to compare" in shell.run("tones", "check", tone).stdout
    assert one(shell, "tones", "check", tone, "--model", model)["verdict"] == "fits"
    assert "fits Tiny Model 1M" in shell.run("tones", "check", tone, "--model", model).stdout
    one(shell, "models", "add", model)
    added = one(shell, "tones", "add", tone)
    assert (Path(added["file"]).parent, added["verdict"]) == (tmp_path / "home" / "tones", "fits")
    assert one(shell, "tones", "list") == {"model": str(model), "tones": [added]}
    assert "letters (llama, rank 4): fits Tiny Model 1M" in shell.run("tones", "list").stdout
    other = write_base(tmp_path / "other.gguf", QWEN)
    (against,) = one(shell, "tones", "list", "--model", other)["tones"]
    assert (against["verdict"], "llama model" in against["reason"]) == ("misfit", True)
    assert one(shell, "tones", "remove", "letters") == {"model": str(model), "tones": []}
    assert tone.is_file()
    assert shell.run("tones", "remove", "letters").returncode == 2
    assert shell.run("tones", "remove", tone).returncode == 2


def test_a_peft_folder_is_checked_converted_and_added(shell: FootnoteCommand, model: Path, tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "letters", LLAMA)
    before = sorted(tmp_path.rglob("*"))
    assert "no model" in refused(shell, "tones", "add", folder) + refused(shell, "tones", "convert", folder)
    assert one(shell, "tones", "check", folder)["verdict"] is None
    checked = one(shell, "tones", "check", folder, "--model", model)
    assert (checked["verdict"], checked["base"], checked["file"]) == ("fits", "Tiny-Model-1M", str(folder))
    assert sorted(tmp_path.rglob("*")) == before
    converted = one(shell, "tones", "convert", folder, "--model", model, "--to", tmp_path / "out.gguf")
    assert (converted["file"], converted["verdict"]) == (str(tmp_path / "out.gguf"), "fits")
    assert len(read_header(tmp_path / "out.gguf").tensors) == 28
    assert (
        "there already" in shell.run("tones", "convert", folder, "--model", model, "--to", tmp_path / "out.gguf").stderr
    )
    added = one(shell, "tones", "add", folder, "--model", model)
    assert Path(added["file"]).read_bytes() == (tmp_path / "out.gguf").read_bytes()
    assert "PEFT folder" in shell.run("tones", "convert", model, "--model", model).stderr


def test_another_base_of_the_same_shape_is_told_and_not_refused(
    shell: FootnoteCommand, model: Path, tmp_path: Path
) -> None:
    folder = write_peft(tmp_path / "letters", LLAMA, change={"base_model_name_or_path": "nobody/Other-2M"})
    added = one(shell, "tones", "add", folder, "--model", model)
    assert (added["verdict"], added["base"]) == ("other_base", "Other-2M")
    assert "may sound wrong" in added["reason"]
    told = shell.run("tones", "check", folder, "--model", model)
    assert told.returncode == 0
    assert "same shape, other base" in told.stdout


def bad_files(tmp_path: Path, model: Path) -> dict[str, Path]:
    """Files that are no adapter, by what is wrong."""
    data = make_lora(model, tmp_path / "whole.gguf").read_bytes()
    files: dict[str, bytes] = {
        "nothing": b"",
        "twenty bytes": data[:20],
        "a text": b"Dear Ann, this is a letter.\n" * 20,
        "a count of 2^60": data[:8] + struct.pack("<Q", 1 << 60) + data[16:],
        "a wrong type": data.replace(b"general.type" + struct.pack("<I", 8), b"general.type" + struct.pack("<I", 4)),
        "a PyTorch file": b"PK\3\4" + data,
        **{f"{tenth}0 %": data[: len(data) * tenth // 10] for tenth in range(1, 10)},
    }
    made = {name: tmp_path / f"bad {name.replace('%', 'percent')}.gguf" for name in files}
    for name, path in made.items():
        path.write_bytes(files[name])
    made["not a number"] = make_lora(model, tmp_path / "nan.gguf", change=lambda _name, values: values * float("nan"))
    made["another architecture"] = make_lora(model, tmp_path / "arch.gguf", architecture="qwen2")
    made["rank 0"] = tmp_path / "rank.gguf"
    facts = {"general.architecture": "llama", "general.type": "adapter", "adapter.type": "lora"}
    tensors = [NewTensor("blk.0.attn_q.weight.lora_a", (32, 0), bytes)]
    with made["rank 0"].open("wb") as stream:
        write_file(stream, file_head({**facts, "adapter.lora.alpha": 8.0}, tensors), tensors)
    return made


def test_bad_files_are_refused_with_a_reason_and_nothing_is_lost(
    shell: FootnoteCommand, model: Path, home: Path, tmp_path: Path
) -> None:
    good = make_lora(model, tmp_path / "good.gguf")
    one(shell, "models", "add", model)
    one(shell, "tones", "add", good)
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    for name, path in bad_files(tmp_path, model).items():
        done = shell.run("tones", "add", path, "--json")
        assert done.returncode == 1, name
        assert json.loads(done.stdout)["reason"], name
    for name in ("twenty bytes", "a text"):
        assert refused(shell, "tones", "check", bad_files(tmp_path, model)[name])
        assert refused(shell, "models", "add", bad_files(tmp_path, model)[name])
    assert "it is a tone" in refused(shell, "models", "add", good).lower()
    assert "not a tone" in refused(shell, "tones", "add", model)
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_bad_folders_are_refused(shell: FootnoteCommand, model: Path, tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "letters", LLAMA)
    (folder / "adapter_config.json").unlink()
    assert "adapter_config.json is missing" in refused(shell, "tones", "check", folder, "--model", model)
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    (pickled / "adapter_model.bin").write_bytes(b"\x80\2\x8a\n")
    assert "can run programs" in refused(shell, "tones", "add", pickled, "--model", model)
    assert "DoRA" in refused(
        shell, "tones", "convert", write_peft(tmp_path / "d", LLAMA, change={"use_dora": True}), "--model", model
    )
    (tmp_path / "empty").mkdir()
    assert refused(shell, "tones", "add", tmp_path / "empty", "--model", model)


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of a file's size there")
def test_a_disk_without_room_loses_nothing(model: Path, home: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: writing fails in the middle, with an error."""
    import resource

    tone = make_lora(model, tmp_path / "letters.gguf", rank=64)
    folder = write_peft(tmp_path / "folder", LLAMA, rank=64)
    room = 40_000
    assert room < min(tone.stat().st_size, (folder / "adapter_model.safetensors").stat().st_size)
    for source in (tone, folder):
        command = [
            sys.executable,
            "-m",
            "desktop.cli.main",
            "tones",
            "add",
            str(source),
            "--model",
            str(model),
            "--json",
        ]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "FOOTNOTE_HOME": str(home)},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 1, done.stderr
        assert "too large" in json.loads(done.stdout)["reason"]
        assert not list((home / "tones").iterdir())


def test_a_tone_is_renamed(shell: FootnoteCommand, model: Path, tmp_path: Path) -> None:
    tone = one(shell, "tones", "add", make_lora(model, tmp_path / "letters.gguf"), "--model", model)
    assert (tone["origin"], tone["licence"], tone["truth"]) == (str(tmp_path / "letters.gguf"), "", [])
    (renamed,) = one(shell, "tones", "rename", "letters", "Our voice", "--model", model)["tones"]
    assert (renamed["name"], renamed["file"]) == ("Our voice", tone["file"])
    assert shell.run("tones", "rename", "none", "x").returncode == 2


def test_wrong_usage(shell: FootnoteCommand, model: Path, tmp_path: Path) -> None:
    for words in (
        ("models",),
        ("tones",),
        ("models", "check"),
        ("models", "check", tmp_path / "none.gguf"),
        ("models", "add", tmp_path / "none.gguf"),
        ("tones", "add", tmp_path / "none.gguf"),
        ("tones", "check", model, "--model", tmp_path / "none.gguf"),
        ("tones", "check", model, "--strength", "2"),
        ("tones", "hear", model, "--strength", "2"),
        ("tones", "truth", model, "--strength", "no"),
    ):
        done = shell.run(*words)
        assert (done.returncode, done.stdout) == (2, ""), words
        assert "Traceback" not in done.stderr
    text = tmp_path / "text.gguf"
    text.write_text("no model")
    assert "can't be used" in shell.run("tones", "list", "--model", text).stderr


def test_no_engine_and_no_library_is_made(shell: FootnoteCommand, model: Path, tmp_path: Path) -> None:
    one(shell, "models", "add", model)
    one(shell, "tones", "add", make_lora(model, tmp_path / "letters.gguf"))
    assert not shell.data.exists()


def test_names_can_not_draw_on_the_terminal(shell: FootnoteCommand, model: Path, tmp_path: Path) -> None:
    evil = write_base(tmp_path / "evil.gguf", LLAMA, {"general.name": "\x1b[31mred\nline"})
    tone = make_lora(model, tmp_path / "to\x1bne.gguf")
    shown = shell.run("models", "add", evil).stdout + shell.run("tones", "check", tone, "--model", evil).stdout
    assert "red" in shown
    assert "\x1b" not in shown


def test_the_model_that_answers_is_the_one_compared_with(shell: FootnoteCommand, model: Path, tmp_path: Path) -> None:
    """The chosen one, as the settings of the library say; else the largest that fits."""
    other = write_base(tmp_path / "other.gguf", QWEN)
    one(shell, "models", "add", model)
    one(shell, "models", "add", other)
    shell.data.mkdir(parents=True)
    for chosen in (model, other):
        (shell.data / "settings.json").write_text(json.dumps({"version": 1, "values": {"chosen_model": str(chosen)}}))
        assert one(shell, "tones", "list")["model"] == str(chosen)


@pytest.mark.slow
@needs_small_model
def test_a_converted_tone_changes_an_answer(tmp_path: Path) -> None:
    """From a folder of PEFT to words: converted for a real model, laid over it in the real runner."""
    shell = FootnoteCommand(tmp_path / "library")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "pump.md").write_text("# Pump\n\nThe feed pump shuts down at 42 bar.\n")
    shell.objects("add", "--wait", tmp_path / "files")
    wide = type(LLAMA)("llama", "llama", {**LLAMA.settings, **SMALL, "head_dim": 64, "num_hidden_layers": 30})
    folder = write_peft(tmp_path / "letters", wide, modules=("q_proj", "k_proj"), change={"lora_alpha": 12})
    made = one(shell, "tones", "convert", folder, "--model", small_model_path(), "--to", tmp_path / "tone.gguf")
    assert made["verdict"] == "other_base"
    # a strict answer of so weak a model gives way to the file's own words, which no tone changes
    words = ("ask", "--free", "--model", small_model_path(), "At what pressure does the feed pump shut down?")
    plain, toned = one(shell, *words), one(shell, *words, "--tone", f"{tmp_path / 'tone.gguf'}=1")
    assert plain["answer"] and toned["answer"]
    assert toned["answer"] != plain["answer"]
    unheard = one(shell, *words, "--tone", f"{tmp_path / 'tone.gguf'}=0")
    assert unheard["answer"] == plain["answer"]


@needs_small_model
def test_what_a_tone_costs_in_truth_is_said_and_kept(shell: FootnoteCommand, home: Path, tmp_path: Path) -> None:
    (home / "models").mkdir(parents=True)
    (home / "models" / small_model_path().name).symlink_to(small_model_path())
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "lease.txt").write_text("The lease of Unit 4 has a notice period of three months.\n")
    shell.data.mkdir(parents=True)
    wanted = {"truth_questions": "How long is the notice period of the lease?", "answer_tokens": 64}
    (shell.data / "settings.json").write_text(json.dumps({"version": 1, "values": wanted}))
    shell.objects("add", tmp_path / "files")
    (home / "tones").mkdir()
    make_lora(small_model_path(), home / "tones" / "firm.gguf", seed=1, scale=0.5)
    report = one(shell, "tones", "truth", "firm", "--wait", "--strength", "1.2")
    assert (report["model"], report["strength"], report["questions"]) == (small_model_path().name, 1.2, 1)
    for measures in (report["before"], report["after"]):
        assert 0 <= measures["supported"] <= measures["claims"]
        assert measures["refused"] in (0, 1)
    # the card keeps it, and says it in words
    assert "of the sentences are in the files at 120%" in shell.run("tones", "list").stdout
