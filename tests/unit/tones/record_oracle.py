"""Records what llama.cpp's own converter and PEFT make of the adapters in `tests/support/peft.py`.

Not a test. Needs torch, transformers, peft and gguf, and the folder of llama.cpp's source, which the source package of
llama-cpp-python carries at `vendor/llama.cpp`:

    python -m tests.unit.tones.record_oracle FOLDER
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import gguf

from tests.support.peft import TINY_MODELS, TinyModel, write_peft
from tests.unit.tones.oracle_cases import CASES, PATTERN_CASES, RECORD, PatternCase, digest

INDEX = Path(__file__).with_name(RECORD)

# Of Ministral 3 llama.cpp has a class inside a class, and its converter of adapters (November 2026) asks the outer one,
# which wants a tokenizer.
CONVERTER = """
import runpy, sys
source = sys.argv.pop(1)
sys.path.insert(0, source)
import conversion
outer = conversion.get_model_class
conversion.get_model_class = lambda *asked: getattr(outer(*asked), "Ministral3Model", outer(*asked))
runpy.run_path(source + "/convert_lora_to_gguf.py", run_name="__main__")
"""


def main() -> None:
    source = Path(sys.argv[1]).absolute()
    record: dict[str, Any] = {"converted": {}, "scales": {}}
    for name, case in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            record["converted"][name] = _converted(source, Path(folder), case.model, case.options)
        sys.stdout.write(f"{name}: {len(record['converted'][name]['tensors'])} tensors\n")
    for name, pattern_case in PATTERN_CASES.items():
        record["scales"][name] = _scales(pattern_case)
    INDEX.write_text(json.dumps(record, indent=1) + "\n", "utf-8")


def _converted(source: Path, folder: Path, model: TinyModel, options: dict[str, Any]) -> dict[str, Any]:
    base, out = folder / "base", folder / "adapter.gguf"
    base.mkdir()
    (base / "config.json").write_text(json.dumps(dict(model.settings)), "utf-8")
    adapter = write_peft(folder / "adapter", model, **options)
    if "prefix" not in options:  # else the folder is one of a larger model
        _check_names(base, model, adapter)
    script = [sys.executable, "-c", CONVERTER, str(source)]
    words = ["--base", str(base), "--outfile", str(out), "--outtype", "f32", str(adapter)]
    subprocess.run([*script, *words], check=True, capture_output=True)
    reader = gguf.GGUFReader(out)
    architecture = reader.get_field("general.architecture")
    alpha = reader.get_field("adapter.lora.alpha")
    assert architecture is not None and alpha is not None
    return {
        "architecture": architecture.contents(),
        "alpha": alpha.contents(),
        "tensors": {tensor.name: digest(tensor.data) for tensor in reader.tensors},
    }


def _check_names(base: Path, model: TinyModel, adapter: Path) -> None:
    """The folder must hold the tensors that PEFT itself would save for this family."""
    from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
    from safetensors import safe_open
    from transformers import AutoConfig, AutoModelForCausalLM

    modules = sorted({name.rpartition(".")[2] for name in model.extents()})
    settings = json.loads((adapter / "adapter_config.json").read_text("utf-8"))
    with safe_open(str(adapter / "adapter_model.safetensors"), "pt") as file:
        ours = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    lora = LoraConfig(r=settings["r"], target_modules=modules, rank_pattern=settings["rank_pattern"])
    peft_model = get_peft_model(AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(str(base))), lora)
    theirs = {name: tuple(tensor.shape) for name, tensor in get_peft_model_state_dict(peft_model).items()}
    assert ours.items() <= theirs.items(), sorted(ours.items() - theirs.items())[:4]


def _scales(case: PatternCase) -> dict[str, float]:
    """What PEFT multiplies each module's B·A with."""
    from peft import LoraConfig, get_peft_model
    from peft.tuners.lora import LoraLayer
    from transformers import AutoConfig, AutoModelForCausalLM

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(dict(TINY_MODELS[0].settings)), "utf-8")
        model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder))
    peft_model = get_peft_model(model, LoraConfig(target_modules="all-linear", **case.settings))
    found: dict[str, float] = {}
    for name, module in peft_model.named_modules():
        if isinstance(module, LoraLayer) and "layers" in name:
            found[name.removeprefix("base_model.model.")] = module.scaling["default"]
            assert module.r["default"] == case.ranks.get(name.removeprefix("base_model.model."), case.settings["r"])
    return found


if __name__ == "__main__":
    main()
