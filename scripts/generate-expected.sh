#!/usr/bin/env bash
# Runs the examples and keeps what they give as examples/expected, with which the tests compare.
# Usage: scripts/generate-expected.sh PATH-TO-BEAMSTACK
set -euo pipefail
beamstack=$1
cd "$(dirname "$0")/.."

rm -rf examples/output examples/expected
mkdir -p examples/expected
for example in examples/*.yaml; do
    name=$(basename "$example" .yaml)
    arguments=()
    [ "$name" = templated ] && arguments=(--set shop=Market)
    "$beamstack" run --quiet "$example" ${arguments[@]+"${arguments[@]}"} >"examples/expected/$name.stdout"
    [ -s "examples/expected/$name.stdout" ] || rm "examples/expected/$name.stdout"
done
cp examples/output/* examples/expected/
