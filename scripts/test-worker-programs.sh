#!/usr/bin/env bash
# Tests the workers' Python with the packages that its tasks need, in an environment that is made once.
#   scripts/test-worker-programs.sh [FOLDER]   the environment's folder; default .build/worker-tests
set -euo pipefail
cd "$(dirname "$0")/.."
folder="${1:-.build/worker-tests}"
requirements=Tests/WorkersTests/python/requirements.txt

if ! command -v python3 >/dev/null 2>&1; then
    echo "skipped: the workers' own tests: there is no python3"
    exit 0
fi

# Each file in a process of its own: what one imports, such as Beam, changes what another sees.
run() {
    local failed=() file
    for file in Tests/WorkersTests/python/test_*.py; do
        echo "== $(basename "$file")"
        (cd Tests/WorkersTests/python && "$1" -W ignore -m unittest "$(basename "$file" .py)") || failed+=("$file")
    done
    [ ${#failed[@]} -eq 0 ] || { echo "failed: ${failed[*]}"; return 1; }
}

stamp="$folder/$(cksum "$requirements" | cut -d ' ' -f 1).complete"
if [ ! -e "$stamp" ]; then
    rm -rf "$folder"
    if ! { python3 -m venv "$folder" && "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"; }; then
        echo "only the tests that need no package run: the packages could not be installed"
        run python3
        exit 0
    fi
    touch "$stamp"
fi
python="$(cd "$folder/bin" && pwd)/python"
export BEAMSTACK_TEST_PYARROW="$python"
run "$python"
