#!/bin/sh
# start.sh [--dev] COMMAND…: finds a Python, then lets tools/setup.py prepare and start COMMAND.
#
# The default python3 comes first, because people expect it; a newer one is taken only where the
# default is too old or lacks venv. Each candidate is run, not just looked up: version managers
# leave names on the path that do not start.
cd "$(dirname "$0")/.." || exit 1

usable() { "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if [ -x .venv/bin/python ] && recent .venv/bin/python; then
    exec .venv/bin/python tools/setup.py "$@"
fi
candidates="${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11"
for python in $candidates; do
    usable "$python" && exec "$python" tools/setup.py "$@"
done
for python in $candidates; do
    if recent "$python"; then
        echo "缺少 venv 模块, 请安装 (Debian/Ubuntu: apt install python3-venv)。" \
            "$python has no venv module; install it (Debian/Ubuntu: apt install python3-venv)." >&2
        exit 1
    fi
done
echo "需要 Python 3.11 或更新版本。 Python 3.11 or newer is needed, and none was found." >&2
exit 1
