"""The simple index as JSON and as HTML, several indexes, none at all, and what pip's own settings say of them."""

import base64
from pathlib import Path

import pytest

from desktop.download.index_settings import PUBLIC_INDEX, IndexSettings, settings_from_listing
from desktop.download.package_index import IndexFile, PackageIndex, files_in_json
from desktop.download.problems import DownloadProblem
from desktop.download.transfer import Downloader
from tests.unit.installer.conftest import IndexServer, running_index


@pytest.mark.parametrize("speaks_json", [True, False])
def test_finds_the_wheel_of_a_version(index_server: IndexServer, speaks_json: bool) -> None:
    index_server.speaks_json = speaks_json
    for version in ("1.0", "1.1"):
        index_server.add("some-thing", f"some_thing-{version}-py3-none-any.whl", version.encode())
    index_server.add("some-thing", "some_thing-1.1.tar.gz", b"source")
    wheel = PackageIndex(index_server.settings).wheel("Some.Thing", "1.1")
    assert wheel.name == "some_thing-1.1-py3-none-any.whl"
    assert wheel.url == f"{index_server.address}/files/some_thing-1.1-py3-none-any.whl"
    assert wheel.sha256 is not None
    assert len(wheel.sha256) == 64


def test_next_index_is_asked_when_the_first_lacks_it(index_server: IndexServer) -> None:
    index_server.add("thing", "thing-1.0-py3-none-any.whl", b"")
    settings = IndexSettings(indexes=("file:///nowhere/simple", f"{index_server.address}/simple"))
    assert PackageIndex(settings).files("thing")


def test_unknown_project_and_unknown_version(index_server: IndexServer, package_index: PackageIndex) -> None:
    with pytest.raises(DownloadProblem, match="has no nothing"):
        package_index.files("nothing")
    index_server.add("thing", "thing-1.0-py3-none-any.whl", b"")
    with pytest.raises(DownloadProblem, match=r"has no thing 2\.0"):
        package_index.wheel("thing", "2.0")


def test_no_network_is_said_with_a_way_on() -> None:
    with pytest.raises(DownloadProblem, match="could not be reached") as problem:
        PackageIndex(IndexSettings(indexes=("http://127.0.0.1:9/simple",))).files("thing")
    assert "pip config list" in problem.value.hint


@pytest.mark.parametrize("body", ["not json", "[]", '{"files": [{"url": "x"}]}', '{"files": 3}'])
def test_broken_page_is_a_clear_problem(body: str) -> None:
    with pytest.raises(DownloadProblem, match="can't be read"):
        files_in_json(body, "http://127.0.0.1/simple/x/")


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("torch-2.13.0%2Bcpu-cp311-cp311-linux_x86_64.whl", "2.13.0+cpu"),
        ("some-thing-1.2.3.tar.gz", "1.2.3"),
        ("old-0.9.zip", "0.9"),
    ],
)
def test_version_in_a_file_name(name: str, version: str) -> None:
    assert IndexFile(name, "", None, None).version == version


def test_settings_of_pip_are_understood() -> None:
    listing = "\n".join(
        [
            "global.index-url='https://general.example/simple'",
            ":env:.index-url='https://user:s%40crt@own.example/simple'",
            "global.extra-index-url='https://a.example/simple\\nhttps://b.example/simple'",
            "install.cert='/etc/own.pem'",
            "global.proxy='http://proxy.example:3128'",
            "global.find-links='/srv/wheels'",
            "global.trusted-host='own.example'",
            "nonsense",
        ]
    )
    settings = settings_from_listing(listing)
    assert settings.indexes[0] == "https://user:s%40crt@own.example/simple"
    assert settings.indexes[1:] == ("https://a.example/simple", "https://b.example/simple")
    assert (settings.certificate, settings.proxy) == ("/etc/own.pem", "http://proxy.example:3128")
    assert (settings.find_links, settings.trusted_hosts) == (("/srv/wheels",), ("own.example",))


def test_without_settings_the_public_index_is_asked() -> None:
    assert settings_from_listing("").indexes == (PUBLIC_INDEX,)


def test_password_in_the_address_goes_into_a_header(index_server: IndexServer) -> None:
    index_server.add("thing", "thing-1.0-py3-none-any.whl", b"")
    with_login = index_server.address.replace("http://", "http://user:word@")
    found = PackageIndex(IndexSettings(indexes=(f"{with_login}/simple",))).files("thing")
    assert found[0].url.startswith(index_server.address)


@pytest.mark.parametrize("links_below", [False, True])
def test_a_company_mirror_with_a_password_gives_its_files_too(
    index_server: IndexServer, tmp_path: Path, links_below: bool
) -> None:
    index_server.login, index_server.links_below = "Basic dXNlcjp3b3Jk", links_below
    index_server.add("thing", "thing-1.0-py3-none-any.whl", b"content")
    with_login = index_server.address.replace("http://", "http://user:word@")
    settings = IndexSettings(indexes=(f"{with_login}/simple",))
    wheel = PackageIndex(settings).wheel("thing", "1.0")
    Downloader(settings, pause=lambda _: None).fetch(wheel, tmp_path / wheel.name, lambda _have, _total: None)
    assert (tmp_path / wheel.name).read_bytes() == b"content"
    assert "word" not in wheel.url


def test_the_password_goes_to_no_other_host(index_server: IndexServer, tmp_path: Path) -> None:
    with running_index() as elsewhere:
        index_server.login = "Basic dXNlcjp3b3Jk"
        index_server.sends_on_to = elsewhere.address
        for server in (index_server, elsewhere):
            server.add("thing", "thing-1.0-py3-none-any.whl", b"content")
        with_login = index_server.address.replace("http://", "http://user:word@")
        settings = IndexSettings(indexes=(f"{with_login}/simple",))
        wheel = PackageIndex(settings).wheel("thing", "1.0")
        Downloader(settings, pause=lambda _: None).fetch(wheel, tmp_path / wheel.name, lambda _have, _total: None)
        assert (tmp_path / wheel.name).read_bytes() == b"content"
        assert elsewhere.authorizations == [None]
        assert index_server.authorizations == [index_server.login] * 2
        assert settings.login_for(f"{elsewhere.address}/simple/") == ""


def test_of_two_logins_for_one_host_the_nearer_is_used() -> None:
    settings = IndexSettings(("https://a:1@own.example/team/simple", "https://b:2@own.example/all/simple"))
    nearer = settings.login_for("https://own.example/all/files/x.whl")
    assert base64.b64decode(nearer.removeprefix("Basic ")) == b"b:2"
    for other in ("http://own.example/all/", "https://own.example:8443/all/", "https://other.example/all/"):
        assert settings.login_for(other) == ""
