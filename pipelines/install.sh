#!/usr/bin/env bash
# Installs reconcile from this repository, with the versions of its lock, into a place of its own: install.sh FOLDER
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
folder="$1"

"${PYTHON:-python3}" -m venv "$folder"
# The lock names tools for development too, so it limits the versions rather than listing what to install.
sed -e '/--hash=/d' -e 's/ \\$//' "$here/requirements.lock" > "$folder/constraints.txt"
"$folder/bin/python" -m pip --disable-pip-version-check --quiet install \
    --constraint "$folder/constraints.txt" "$here${EXTRAS:+[$EXTRAS]}"
