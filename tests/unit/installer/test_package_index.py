"""The simple index as JSON and as HTML, several indexes, none at all, and what pip's own settings say of them."""

import pytest

from desktop.download.index_settings import PUBLIC_INDEX, IndexSettings, settings_from_listing
from desktop.download.package_index import IndexFile, PackageIndex, files_in_json
from desktop.download.problems import DownloadProblem
from tests.unit.installer.conftest import IndexServer


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
