"""Everything a fresh clone needs before its first command, and nothing twice.

    setup.py [--dev] COMMAND…

Makes .venv, installs the pinned packages when their list has changed, writes keys into var/env
once, compiles the messages, then becomes `.venv/bin/python COMMAND…`. Only the standard library:
it runs before any package is there.
"""

import base64
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
KEYS = ROOT / "var" / "env"
LISTS = {"runtime": ["requirements.txt"], "dev": ["requirements.txt", "requirements-dev.txt"]}
CONSTRAINTS = "constraints.txt"


def main(arguments: list[str]) -> None:
    dev = arguments[:1] == ["--dev"]
    command = arguments[1:] if dev else arguments
    os.chdir(ROOT)
    install_packages("dev" if dev else "runtime")
    write_keys()
    compile_messages()
    if command:
        become(command)


def fail(chinese: str, english: str) -> None:
    sys.exit(f"{chinese}\n{english}")


# -- Packages -------------------------------------------------------------------------


def install_packages(kind: str) -> None:
    """Install `kind` unless its stamp says that exactly these lists are there already."""
    wanted = fingerprint(kind)
    # What development needs includes all that running needs.
    if any(stamp(k).exists() and stamp(k).read_text() == fingerprint(k) for k in {kind, "dev"}):
        return
    make_environment()
    print(f"安装依赖, 首次约一分钟… Installing packages ({kind}), about a minute the first time…")
    arguments = [part for name in LISTS[kind] for part in ("-r", name)]
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "-c", CONSTRAINTS, *arguments], stdin=subprocess.DEVNULL)
    if done.returncode:
        fail(
            "依赖安装失败, 原因见上。请检查网络后重试。",
            "The packages could not be installed; the reason stands above. Is the network there?",
        )
    stamp(kind).write_text(wanted)


def stamp(kind: str) -> Path:
    return VENV / f".guihang-{kind}"


def fingerprint(kind: str) -> str:
    """A digest of the lists of `kind`, and of the Python that they were installed for."""
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for name in [*LISTS[kind], CONSTRAINTS]:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def make_environment() -> None:
    """Make .venv, or make it anew where it was left half-made or its Python is gone."""
    works = (
        PYTHON.exists()
        and not subprocess.run(
            [str(PYTHON), "-c", "import pip"], stderr=subprocess.DEVNULL
        ).returncode
    )
    if works:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    base = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run([base, "-m", "venv", str(VENV)], stdout=subprocess.DEVNULL)
    if done.returncode:
        fail(
            "无法创建虚拟环境 .venv, 请检查磁盘空间与写权限。",
            "The virtual environment .venv could not be made: check disk space and permissions.",
        )


# -- Keys -----------------------------------------------------------------------------


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def write_keys() -> None:
    """Make this installation's keys, once; they are the only way to read its data."""
    KEYS.parent.mkdir(mode=0o700, exist_ok=True)  # the embedded database stands there too
    if KEYS.exists():
        return
    lines = [
        f"GUIHANG_SECRET_KEY={secrets.token_urlsafe(50)}",
        f"GUIHANG_FIELD_KEYS=1:{new_key()}",
        f"GUIHANG_INDEX_KEY={new_key()}",
        f"GUIHANG_LINK_KEY={new_key()}",
    ]
    unfinished = KEYS.with_suffix(f".{os.getpid()}")
    unfinished.touch(mode=0o600)
    unfinished.write_text("\n".join(lines) + "\n")
    unfinished.rename(KEYS)


def read_keys() -> dict[str, str]:
    pairs = (line.partition("=") for line in KEYS.read_text().splitlines() if "=" in line)
    return {name: value for name, _, value in pairs if not name.startswith("#")}


# -- Messages and the command -----------------------------------------------------------


def compile_messages() -> None:
    """English reads compiled messages; they are made again when their source is newer."""
    sources = list((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
    if any(is_stale(source) for source in sources):
        subprocess.run([str(PYTHON), str(ROOT / "tools" / "messages.py")], check=True)


def is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime


def become(command: list[str]) -> None:
    """Replace this process, so that Ctrl-C reaches the command and nobody stands between."""
    environment = read_keys() | dict(os.environ)  # what the caller has set wins
    environment["PYTHONUNBUFFERED"] = "1"
    os.execve(str(PYTHON), [str(PYTHON), *command], environment)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except PermissionError as problem:
        fail(
            f"没有写权限: {problem.filename}", f"This folder cannot be written: {problem.filename}"
        )
    except KeyboardInterrupt:
        sys.exit(130)
