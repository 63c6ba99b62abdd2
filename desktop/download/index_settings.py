"""Learns from pip which package index to ask, and how: addresses, certificate, proxy. Asks nothing itself."""

import ast
import base64
import ssl
import subprocess
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPMessage
from itertools import takewhile
from pathlib import Path
from typing import IO
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
        plain, login = _without_password(url)
        request = urllib.request.Request(plain, headers=dict(headers))
        # one that urllib would not carry to wherever it is sent on
        if login := login or self.login_for(plain):
            request.add_unredirected_header("Authorization", login)
        return self._opener(plain).open(request, timeout=timeout)

    def login_for(self, url: str) -> str:
        """What an index on the same host wants before it gives its files; the one that shares most of the address."""
        known = (_without_password(index) for index in (*self.indexes, *self.find_links))
        same = [(plain, login) for plain, login in known if login and _site(plain) == _site(url)]
        return max(same, key=lambda one: _shared(one[0], url), default=("", ""))[1]

    def _opener(self, url: str) -> urllib.request.OpenerDirector:
        handlers: list[urllib.request.BaseHandler] = [_SentOn(self)]
        if urlsplit(url).scheme == "https":
            context = ssl.create_default_context(cafile=self.certificate)
            if urlsplit(url).hostname in self.trusted_hosts:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            handlers.append(urllib.request.HTTPSHandler(context=context))
        if self.proxy:
            handlers.append(urllib.request.ProxyHandler({"http": self.proxy, "https": self.proxy}))
        return urllib.request.build_opener(*handlers)


class _SentOn(urllib.request.HTTPRedirectHandler):
    """Gives a login to where the index sends us on, when that is the index itself, and to no other host."""

    def __init__(self, settings: IndexSettings) -> None:
        self._settings = settings

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        request = super().redirect_request(req, fp, code, msg, headers, newurl)
        if request is not None and (login := self._settings.login_for(request.full_url)):
            request.add_unredirected_header("Authorization", login)
        return request


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


def _shared(one: str, other: str) -> int:
    """How many parts of their paths are the same."""
    pairs = zip(urlsplit(one).path.split("/"), urlsplit(other).path.split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _site(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:  # of an address that a server made up
        return "", None, None


def _without_password(url: str) -> tuple[str, str]:
    """The address as urllib takes it, which knows no `user:password@`, and what says the same in a header."""
    parts = urlsplit(url)
    if parts.username is None:
        return url, ""
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    host = parts.netloc.rpartition("@")[2]
    token = base64.b64encode(login.encode()).decode()
    return urlunsplit(parts._replace(netloc=host)), f"Basic {token}"
