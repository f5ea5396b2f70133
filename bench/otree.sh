#!/bin/sh
# Makes the environment of oTree that `make bench` measures beside ours: ./bench/otree.sh
# Its old pins would not go into our own environment; .otree/ is ignored by git and removed by `make clean`.
set -eu
cd "$(dirname "$0")/.."
python3 -m venv .otree
.otree/bin/pip install --quiet --disable-pip-version-check 'otree==6.0.15'
