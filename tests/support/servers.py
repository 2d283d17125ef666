"""A PostgreSQL and a RabbitMQ of a test's own, made to be killed: on free ports, in a folder.

Both need the packages of Debian (or binaries on the PATH) and nothing that runs already.
"""

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

from config.kernel.processes import die_with_parent
from tests.support.processes import free_port, listens, until

POSTGRES_CONF = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 60
shared_buffers = 256MB
logging_collector = off
"""
# The node's own name server too, so that nothing is left behind and no other node is met.
RABBIT_CONF = """
loopback_users = none
listeners.tcp.1 = 127.0.0.1:{port}
log.console = false
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 50MB
"""


def _first(pattern: str, name: str) -> str:
    """The newest of Debian's own places, else whatever the PATH has."""
    places = sorted(Path("/").glob(pattern), reverse=True)
    return str(places[0]) if places else shutil.which(name) or ""


INITDB = _first("usr/lib/postgresql/*/bin/initdb", "initdb")
RABBITMQ = _first("usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server", "")
ERLANG_NAMES = _first("usr/lib/erlang/erts-*/bin/epmd", "epmd")


def absent() -> str:
    """What of the two is not installed here, in one line; empty when both are."""
    missing = [name for name, path in (("PostgreSQL", INITDB), ("RabbitMQ", RABBITMQ)) if not path]
    return f"not installed here: {' and '.join(missing)}" if missing else ""


class Server:
    """A process group that may be killed, frozen, and started again in the same folder."""

    name = ""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder / self.name, free_port()
        self.folder.mkdir(parents=True)
        self.log = folder / f"{self.name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def user(self) -> str | None:
        return None

    def start(self) -> None:
        """Begin to start; `ready()` says when it is up."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
                user=self.user(),
                group=self.user(),
                extra_groups=[] if self.user() else None,
            )

    def ready(self) -> bool:
        return self.lives() and listens(self.port)

    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def send(self, sig: int) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, sig)

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        if self.process is not None:
            self.process.wait(15)
            until(lambda: not listens(self.port), what=f"the end of {self.name}")

    def wait_ready(self) -> None:
        until(self.ready, seconds=90, what=self.name)


class Postgres(Server):
    name = "postgresql"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        if user := self.user():
            shutil.chown(self.folder, user, user)
            for parent in self.folder.parents[:3]:
                parent.chmod(parent.stat().st_mode | 0o011)
        self.data = self.folder / "data"
        initdb = [INITDB, "-D", str(self.data), "-U", "guihang", "-A", "trust", "-E", "UTF8"]
        subprocess.run(
            [*initdb, "--no-locale", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            user=self.user(),
            group=self.user(),
            extra_groups=[] if self.user() else None,
        )
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(POSTGRES_CONF)

    @property
    def url(self) -> str:
        return f"postgres://guihang@127.0.0.1:{self.port}/postgres"

    def user(self) -> str | None:
        """PostgreSQL refuses to run as root; Debian's package brings this user."""
        if os.getuid() != 0:
            return None
        return pwd.getpwnam("postgres").pw_name

    def command(self) -> list[str]:
        binary = str(Path(INITDB).with_name("postgres"))
        return [binary, "-D", str(self.data), "-p", str(self.port)]

    def stop_at_once(self) -> None:
        """What `pg_ctl stop -m immediate` sends: no connection is told, nothing is flushed."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(15)
            until(lambda: not listens(self.port), what=f"the end of {self.name}")


class Rabbit(Server):
    name = "rabbitmq"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.names_port, self.dist_port = free_port(), free_port()
        (self.folder / "rabbitmq.conf").write_text(RABBIT_CONF.format(port=self.port))
        (self.folder / "plugins").write_text("[].\n")
        self.names: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self.names_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"fire{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.dist_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
        }

    def command(self) -> list[str]:
        return [RABBITMQ]

    def start(self) -> None:
        if self.names is None:
            self.names = subprocess.Popen(
                [ERLANG_NAMES, "-port", str(self.names_port), "-address", "127.0.0.1"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                preexec_fn=die_with_parent,
            )
            until(lambda: listens(self.names_port), what="epmd")
        super().start()

    def kill(self) -> None:
        self.send(signal.SIGCONT)
        super().kill()

    def freeze(self) -> None:
        self.send(signal.SIGSTOP)

    def thaw(self) -> None:
        self.send(signal.SIGCONT)

    def wipe(self) -> None:
        """Delete every queue, of whatever name, consumers or not."""
        deletes = (
            '[rabbit_amqqueue:delete(Q, false, false, <<"test">>) || Q <- rabbit_amqqueue:list()].'
        )
        control = str(Path(RABBITMQ).with_name("rabbitmqctl"))
        subprocess.run(
            [control, "eval", deletes],
            check=True,
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            timeout=60,
        )

    def close(self) -> None:
        self.kill()
        if self.names is not None:
            self.names.kill()
            self.names.wait(5)
