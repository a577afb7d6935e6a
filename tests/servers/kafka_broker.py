"""A real Apache Kafka for tests and for ``make kafka``: one broker that is its own controller, on 127.0.0.1.

The jars come by Maven (``kafka/pom.xml``) into ``.kafka/`` in the repository root, once. As a program,
``python -m tests.servers.kafka_broker --port 9092`` runs a broker until it is interrupted.
"""

import argparse
import fcntl
import hashlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.missing import ServerUnavailable
from tests.servers.ports import free_ports

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".kafka"
READY_SECONDS = 60.0
MEMORY = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=5
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
"""


def jars() -> Path:
    """Return the folder of the broker's jars; Maven fills it at the first call.

    Raises
    ------
    ServerUnavailable
        Without Java, or without the jars and Maven (or a repository that Maven can reach).
    """
    if shutil.which("java") is None:
        raise ServerUnavailable("Apache Kafka needs Java 17 or later, found no java on the PATH")
    pom = HERE / "kafka" / "pom.xml"
    folder = CACHE / f"libs-{hashlib.sha256(pom.read_bytes()).hexdigest()[:12]}"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        # Two test runs may start at once: the second one waits for the first one's download
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _download(pom, folder)
    return folder


def _download(pom: Path, folder: Path) -> None:
    """Let Maven copy the jars beside the folder, then rename, so that a half-filled folder is never used."""
    if shutil.which("mvn") is None:
        raise ServerUnavailable("the jars of Apache Kafka come by Maven, found no mvn on the PATH")
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
    command += ["-DincludeScope=runtime", f"-DoutputDirectory={part}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(part, ignore_errors=True)
        raise ServerUnavailable(f"Maven could not bring the jars of Apache Kafka: {(done.stdout + done.stderr)[-600:]}")
    part.rename(folder)


class KafkaBroker:
    """One broker with a folder of its own; a context manager that starts it and takes it away.

    Parameters
    ----------
    port : int, optional
        Port for clients; a free one by default. It stays the same over `stop` and `start`.
    folder : Path, optional
        Where the data live; a temporary folder by default, which `close` removes.
    """

    def __init__(self, port: int | None = None, folder: Path | None = None) -> None:
        self._temporary = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="kafka-"))
        spare, controller = free_ports(2)
        self.port, self.controller = port or spare, controller
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """Address for clients, ``127.0.0.1:PORT``."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """Process id while the broker runs, else None."""
        return self._process.pid if self._process is not None else None

    @property
    def running(self) -> bool:
        """Whether the broker's process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the broker on its folder, formatting it first where it is new, and wait until it answers."""
        libraries = jars()
        self.folder.mkdir(parents=True, exist_ok=True)
        properties = self.folder / "server.properties"
        data = self.folder / "data"
        properties.write_text(PROPERTIES.format(port=self.port, controller=self.controller, data=data))
        java = ["java", *MEMORY, "-cp", f"{libraries}/*", f"-Dkafka.logs.dir={self.folder}"]
        java.append(f"-Dlog4j2.configurationFile={HERE / 'kafka' / 'log4j2.properties'}")
        if not (data / "meta.properties").exists():
            tool = [*java, "kafka.tools.StorageTool"]
            name = _output([*tool, "random-uuid"]).strip().splitlines()[-1]
            _output([*tool, "format", "--standalone", "-t", name, "-c", str(properties)])
        with (self.folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen([*java, "kafka.Kafka", str(properties)], stdout=log, stderr=log)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        from kafka import KafkaAdminClient
        from kafka.errors import KafkaError

        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if not self.running:
                raise ServerUnavailable(f"Apache Kafka ended while starting: {self.last_words()}")
            if _answers(self.port):
                try:
                    admin = KafkaAdminClient(bootstrap_servers=self.bootstrap, bootstrap_timeout_ms=2000)
                except KafkaError:
                    continue
                try:
                    if admin.describe_cluster()["brokers"]:
                        return
                except KafkaError:
                    continue
                finally:
                    admin.close()
            time.sleep(0.1)
        self.kill()
        raise ServerUnavailable(f"Apache Kafka did not answer in {READY_SECONDS:.0f} s: {self.last_words()}")

    def last_words(self) -> str:
        """Return the end of the broker's own log."""
        log = self.folder / "broker.log"
        return log.read_text(errors="replace")[-1500:] if log.exists() else ""

    def stop(self) -> None:
        """End the broker in good order; its data stay."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the broker as a power cut would."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def close(self) -> None:
        """End the broker and remove its temporary folder."""
        if self._temporary:
            self.kill()
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            self.stop()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ServerUnavailable(f"{command[-1]}: {(done.stdout + done.stderr)[-600:]}")
    return done.stdout


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main() -> int:
    """Run one broker until SIGINT or SIGTERM; its data stay in the folder given."""
    parser = argparse.ArgumentParser(description="Run one Apache Kafka broker on 127.0.0.1")
    parser.add_argument("--port", type=int, default=9092)
    parser.add_argument("--data", type=Path, default=CACHE / "data", help="folder of the broker (default: .kafka/data)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with KafkaBroker(options.port, options.data) as broker:
            print(f"Apache Kafka listens on {broker.bootstrap} (data in {broker.folder}); Ctrl-C ends it", flush=True)
            while broker.running:
                time.sleep(0.5)
            print(f"Apache Kafka ended: {broker.last_words()}", file=sys.stderr)
            return 1
    except KeyboardInterrupt:
        return 0
    except ServerUnavailable as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
