"""Learns from pip which package index to ask, and how: addresses, certificate, proxy. Asks nothing itself."""

import ast
import base64
import ssl
import subprocess
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.response import addinfourl

PUBLIC_INDEX = "https://pypi.org/simple"
# pip's own order: what the environment says beats a section for one command, which beats the general one.
SECTIONS = (":env:", "install", "download", "global")


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """Indexes in the order in which they are asked, and where else pip finds wheels."""

    indexes: tuple[str, ...] = (PUBLIC_INDEX,)
    find_links: tuple[str, ...] = ()
    certificate: str | None = None
    proxy: str | None = None
    trusted_hosts: tuple[str, ...] = ()

    def open(self, url: str, headers: Mapping[str, str], timeout: float) -> addinfourl:
        """Opens `url` as pip would. Raises OSError (URLError, HTTPError) when that fails."""
        plain, authorization = _without_password(url)
        request = urllib.request.Request(plain, headers={**headers, **authorization})
        return self._opener(plain).open(request, timeout=timeout)

    def _opener(self, url: str) -> urllib.request.OpenerDirector:
        handlers: list[urllib.request.BaseHandler] = []
        if urlsplit(url).scheme == "https":
            context = ssl.create_default_context(cafile=self.certificate)
            if urlsplit(url).hostname in self.trusted_hosts:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            handlers.append(urllib.request.HTTPSHandler(context=context))
        if self.proxy:
            handlers.append(urllib.request.ProxyHandler({"http": self.proxy, "https": self.proxy}))
        return urllib.request.build_opener(*handlers)


def settings_of_pip(python: Path) -> IndexSettings:
    """Reads the settings of the pip that belongs to `python`; the public index when there are none."""
    listed = subprocess.run(
        [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    return settings_from_listing(listed.stdout)


def settings_from_listing(listing: str) -> IndexSettings:
    """`listing` is what `pip config list` prints: lines such as `global.index-url='https://…'`."""
    values = dict(_setting(line) for line in listing.splitlines() if "=" in line)

    def value(name: str) -> str | None:
        return next((values[f"{part}.{name}"] for part in SECTIONS if f"{part}.{name}" in values), None)

    first = value("index-url") or PUBLIC_INDEX
    return IndexSettings(
        indexes=(first, *(value("extra-index-url") or "").split()),
        find_links=tuple((value("find-links") or "").split()),
        certificate=value("cert"),
        proxy=value("proxy"),
        trusted_hosts=tuple((value("trusted-host") or "").split()),
    )


def _setting(line: str) -> tuple[str, str]:
    name, _, shown = line.partition("=")
    try:
        value: object = ast.literal_eval(shown)
    except (ValueError, SyntaxError):
        value = shown
    return name.strip(), str(value)


def _without_password(url: str) -> tuple[str, dict[str, str]]:
    """urllib knows no `user:password@` in an address; pip allows it."""
    parts = urlsplit(url)
    if parts.username is None:
        return url, {}
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    host = parts.netloc.rpartition("@")[2]
    token = base64.b64encode(login.encode()).decode()
    return urlunsplit(parts._replace(netloc=host)), {"Authorization": f"Basic {token}"}
