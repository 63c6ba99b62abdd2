"""Building for a graphics card, or for every processor: what it needs, the build command itself, and its libraries in
a folder.
"""

import io
import os
import zipfile
from pathlib import Path

import pytest

from desktop.download.index_settings import IndexSettings
from desktop.download.transfer import Downloader
from desktop.llm.native_builds import MANIFEST
from installer.console import Console
from installer.environment import Environment
from installer.gpu import Hardware, VulkanHeaders, choose_gpu, header_version, missing_for_gpu
from installer.llama_wheel import PORTABLE, RECIPES, LlamaWheel
from installer.native_build import NativeFolder, unpack_libraries
from installer.prerequisites import Probe
from installer.problems import SetupProblem
from installer.system_packages import install_line
from tests.unit.installer.test_building_and_workshop import clone

BARE = Probe(module=lambda _: False, program=lambda _: None, library=lambda _: False, system="linux")
POSIX = pytest.mark.skipif(os.name != "posix", reason="the stand-in program is a shell script")
CORE = """#define VK_HEADER_VERSION {patch}
#define VK_HEADER_VERSION_COMPLETE VK_MAKE_API_VERSION(0, 1, {minor}, VK_HEADER_VERSION)
"""


def computer(tmp_path: Path, system: str = "linux", *, nvidia: bool = False, nvcc: bool = False) -> Hardware:
    return Hardware(system, "arm64", lambda: nvidia, lambda _: "/usr/bin/nvcc" if nvcc else None, tmp_path)


def test_auto_takes_what_suits_the_computer(tmp_path: Path) -> None:
    assert choose_gpu("auto", computer(tmp_path)) == ""
    assert choose_gpu("auto", computer(tmp_path, nvidia=True, nvcc=True)) == "cuda"
    assert choose_gpu("auto", computer(tmp_path, nvidia=True)) == "vulkan"
    assert choose_gpu("auto", computer(tmp_path, "darwin")) == "metal"
    (tmp_path / "renderD128").touch()
    assert choose_gpu("auto", computer(tmp_path)) == "vulkan"


def test_what_was_asked_is_taken_or_refused(tmp_path: Path) -> None:
    assert choose_gpu("none", computer(tmp_path)) == ""
    assert choose_gpu("vulkan", computer(tmp_path)) == "vulkan"
    with pytest.raises(SetupProblem, match="macOS"):
        choose_gpu("metal", computer(tmp_path))
    with pytest.raises(SetupProblem, match="no CUDA"):
        choose_gpu("cuda", computer(tmp_path, "darwin"))


def test_missing_tools_are_one_line() -> None:
    assert install_line(missing_for_gpu("vulkan", BARE)).endswith("install -y glslc libvulkan1")
    assert install_line(missing_for_gpu("cuda", BARE)).endswith("install -y nvidia-cuda-toolkit")
    assert missing_for_gpu("metal", BARE) == []


@POSIX
@pytest.mark.parametrize(
    ("recipe", "first"),
    [
        ("vulkan", "-DGGML_NATIVE=ON -DGGML_VULKAN=ON "),
        ("cuda", "-DGGML_NATIVE=ON -DGGML_CUDA=ON "),
        ("", "-DGGML_NATIVE=ON -DLLAVA_BUILD=OFF "),
        ("metal", "-DGGML_NATIVE=ON -DGGML_METAL=ON "),
        ("portable", "-DGGML_NATIVE=OFF -DGGML_BACKEND_DL=ON -DGGML_CPU_ALL_VARIANTS=ON "),
    ],
)
def test_the_build_command(recipe: str, first: str, tmp_path: Path, console: Console) -> None:
    calls = tmp_path / "calls"
    checkout = clone(tmp_path / "clone", calls)
    # this stand-in also tells with which options it was called
    program = checkout.python.read_text(encoding="utf-8").replace(
        "\necho", f'\necho "$CMAKE_ARGS" >> "{calls}"\necho', 1
    )
    checkout.python.write_text(program, encoding="utf-8")
    logs = tmp_path / "logs"
    # Metal is in the usual build of a Mac
    recipe, system = ("", "darwin") if recipe == "metal" else (recipe, "linux")
    wheel = LlamaWheel(Environment(checkout, logs, console), tmp_path / "wheels", logs, console, recipe, system)
    wheel.made({"CMAKE_ARGS": "-DMORE=1"})
    options, command = calls.read_text(encoding="utf-8").splitlines()
    assert options.startswith(first)
    assert options.endswith(" -DMORE=1")
    assert "-m pip wheel --no-deps" in command
    assert "--require-hashes" in command


def test_every_recipe_is_another_wheel(tmp_path: Path, console: Console) -> None:
    checkout = clone(tmp_path / "clone", tmp_path / "calls")
    environment = Environment(checkout, tmp_path, console)
    folders = {LlamaWheel(environment, tmp_path, tmp_path, console, recipe).folder for recipe in RECIPES}
    assert len(folders) == len(RECIPES)


def test_a_portable_build_says_what_it_is_made_for(tmp_path: Path) -> None:
    said = io.StringIO()
    console = Console(said)
    checkout = clone(tmp_path / "clone", tmp_path / "calls")
    wheel = LlamaWheel(Environment(checkout, tmp_path, console), tmp_path / "wheels", tmp_path, console, PORTABLE)
    native = NativeFolder(wheel, tmp_path / "native", console)
    native.folder.mkdir(parents=True)
    for name in ("libggml-cpu-sse42.so", "libggml-cpu-haswell.so", "libllama.so", "libggml-base.so"):
        (native.folder / name).touch()
    native.tell(checkout)
    assert said.getvalue() == f"  It lies in {native.folder} and is made for: haswell, sse42\n"


@POSIX
def test_the_libraries_get_a_folder_of_their_own(tmp_path: Path, console: Console) -> None:
    environment = Environment(clone(tmp_path / "clone", tmp_path / "calls"), tmp_path, console)
    wheel = LlamaWheel(environment, tmp_path / "wheels", tmp_path, console, "vulkan")
    wheel.folder.mkdir(parents=True)
    with zipfile.ZipFile(wheel.folder / "llama_cpp_python-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("llama_cpp/lib/libllama.so", "a")
        archive.writestr("llama_cpp/lib/libllama.so.0.5.0", "b")
        archive.writestr("bin/libggml-cpu-haswell.so", "c")
        archive.writestr("llama_cpp/llama.py", "d")
    native = NativeFolder(wheel, tmp_path / "native", console)
    assert not native.is_made()
    native.make({})
    assert native.is_made()
    assert {path.name for path in native.folder.iterdir()} == {
        "libllama.so", "libllama.so.0.5.0", "libggml-cpu-haswell.so", MANIFEST,
    }  # fmt: skip
    assert [path.name for path in (tmp_path / "native").iterdir()] == [native.folder.name]


def test_libraries_of_other_systems_are_unpacked_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as archive:
        for name in ("llama_cpp/lib/libllama.dylib", "llama_cpp/lib/llama.dll", "llama_cpp/py.typed"):
            archive.writestr(name, "x")
    out = tmp_path / "out"
    out.mkdir()
    unpack_libraries(tmp_path / "a.whl", out)
    assert {path.name for path in out.iterdir()} == {"libllama.dylib", "llama.dll"}


def headers(folder: Path, minor: int, patch: int) -> None:
    for name, text in (
        ("vulkan/vulkan_core.h", CORE.format(minor=minor, patch=patch)),
        ("spirv/unified1/spirv.hpp", ""),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


class NoNetwork(Downloader):
    """Notes what would have been fetched."""

    def __init__(self) -> None:
        super().__init__(IndexSettings(indexes=()))
        self.asked: list[str] = []

    def fetch(self, file: object, target: Path, progress: object) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        self.asked.append(target.name)


def test_old_headers_are_replaced_by_newer_ones_beside_them(tmp_path: Path) -> None:
    headers(tmp_path / "system", 3, 239)
    own = VulkanHeaders(tmp_path / "own", tmp_path / "system")
    network = NoNetwork()
    own.provide(network, lambda _package, folder: headers(folder / "usr" / "include", 4, 309))
    assert [name.partition("_")[0] for name in network.asked] == ["libvulkan-dev", "spirv-headers"]
    environment = own.environment()
    assert f"-DVulkan_INCLUDE_DIR={tmp_path}/own/usr/include" in environment["CMAKE_ARGS"]
    assert environment["CXXFLAGS"] == f"-I{tmp_path}/own/usr/include"
    own.provide(network)
    assert len(network.asked) == 2


def test_new_headers_of_the_system_are_taken(tmp_path: Path) -> None:
    headers(tmp_path, 4, 309)
    own = VulkanHeaders(tmp_path / "own", tmp_path)
    network = NoNetwork()
    own.provide(network)
    assert (network.asked, own.environment()) == ([], {})
    assert header_version(tmp_path / "none") == (0, 0, 0)
