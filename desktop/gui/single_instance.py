"""One window per library: the first one listens on a private local socket, a second start asks it to come forward."""

import hashlib
import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

WAIT = 500  # milliseconds
LONGEST_SOCKET_PATH = 100  # the system's limit is 104 to 108 bytes


def socket_name(library: Path) -> str:
    """The same for every start with the same library and user, in a folder of the user's own where there is one."""
    name = "footnote-" + hashlib.sha256(os.fsencode(library.resolve())).hexdigest()[:16]
    if sys.platform == "win32":
        return name
    own = os.environ.get("XDG_RUNTIME_DIR")
    whole = Path(own or tempfile.gettempdir(), name if own else f"{name}-{os.getuid()}")
    return str(whole) if len(os.fsencode(whole)) < LONGEST_SOCKET_PATH else name


def raise_first_window(library: Path) -> bool:
    """True when another window has this library open; it was asked to come forward."""
    socket = QLocalSocket()
    socket.connectToServer(socket_name(library))
    if not socket.waitForConnected(WAIT):
        return False
    socket.write(b"raise\n")
    socket.waitForBytesWritten(WAIT)
    socket.disconnectFromServer()
    return True


class FirstInstance(QObject):
    """Listens for later starts. Signals: `window_wanted()`."""

    window_wanted = Signal()

    def __init__(self, library: Path) -> None:
        super().__init__()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        name = socket_name(library)
        if not self._server.listen(name):
            # left by a window that was killed: nobody answered on it a moment ago
            QLocalServer.removeServer(name)
            self._server.listen(name)

    @property
    def listening(self) -> bool:
        return self._server.isListening()

    def close(self) -> None:
        self._server.close()

    def _answer(self) -> None:
        while self._server.hasPendingConnections():
            socket = self._server.nextPendingConnection()
            socket.disconnected.connect(socket.deleteLater)
            self.window_wanted.emit()
