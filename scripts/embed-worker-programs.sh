#!/usr/bin/env bash
# Writes Sources/CWorkerPrograms/worker_programs.c anew from the files of the workers' Python package.
set -euo pipefail
cd "$(dirname "$0")/../Sources/CWorkerPrograms"
export LC_ALL=C

names=()
for file in python/beamstack_worker/*.py; do names+=("$(basename "$file" .py)"); done
{
    cat <<'HEAD'
#include "worker_programs.h"

// The workers' Python goes into the binary as it is, so that there is nothing to find at run time. This list is made by
// `make worker-programs`; a test compares it with the folder.

#define PROGRAM(name) {"beamstack_worker/" #name ".py", name##_py, sizeof name##_py}
HEAD
    for name in "${names[@]}"; do
        printf '\nstatic const unsigned char %s_py[] = {\n#embed "python/beamstack_worker/%s.py"\n};\n' "$name" "$name"
    done
    printf '\nconst struct worker_program worker_programs[] = {\n'
    for name in "${names[@]}"; do printf '    PROGRAM(%s),\n' "$name"; done
    printf '};\nconst size_t worker_program_count = sizeof worker_programs / sizeof worker_programs[0];\n'
} >worker_programs.c
