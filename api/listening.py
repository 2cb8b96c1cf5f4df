"""Whether the server may listen where the settings say, asked before anything is printed or started.

Rule: what the operating system refuses is told in one line that names the setting's value.
"""

from __future__ import annotations

import errno
import socket

from engine.errors import StartupError


def require_free(host: str, port: int) -> None:
    """Raise StartupError when the address is not this machine's, or its port is taken or not ours to take."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:
        raise _foreign(host) from error
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port just left is free, one in use is not
        try:
            probe.bind(address)
        except OSError as error:
            raise _refusal(error, host, port) from error


def _refusal(error: OSError, host: str, port: int) -> StartupError:
    if error.errno == errno.EADDRINUSE:
        return StartupError(f"Cổng {port} đang được dùng.", f"The port {port} is in use.")
    if error.errno == errno.EACCES:
        return StartupError(f"Không có quyền dùng cổng {port}.", f"The port {port} may not be used.")
    return _foreign(host)


def _foreign(host: str) -> StartupError:
    return StartupError(f"{host} không phải địa chỉ của máy này.", f"{host} is no address of this machine.")
