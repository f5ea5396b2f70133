#!/usr/bin/env bash
# Check the system parts named as arguments; install missing ones on Debian or Ubuntu as root, else print the line.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
missing=()
for part in "$@"; do
  case "$part" in
    pango) "$here/.venv/bin/python" - <<'PY' || missing+=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)
import ctypes, sys
try:
    for name in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0"):
        ctypes.CDLL(name)
except OSError:
    sys.exit(1)
PY
    ;;
    chromium) command -v chromium >/dev/null || missing+=(chromium) ;;
    poppler) command -v pdftoppm >/dev/null || missing+=(poppler-utils) ;;
    qpdf) command -v qpdf >/dev/null || missing+=(qpdf) ;;
    *) echo "unknown system part: $part" >&2; exit 2 ;;
  esac
done
[ ${#missing[@]} -eq 0 ] && exit 0
line="apt-get install -y --no-install-recommends ${missing[*]}"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing system packages: ${missing[*]}" >&2
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive $line -qq >/dev/null
else
  echo "missing system packages; run: sudo $line" >&2
  exit 5
fi
