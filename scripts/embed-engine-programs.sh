#!/usr/bin/env bash
# Writes Sources/CEnginePrograms/engine_programs.c anew from the files below its folder java/.
set -euo pipefail
cd "$(dirname "$0")/../Sources/CEnginePrograms"
export LC_ALL=C

files=()
while IFS= read -r file; do files+=("$file"); done < <(find java -type f | sort)
{
    cat <<'HEAD'
#include "engine_programs.h"

// The engines' programs go into the binary as they are, so that there is nothing to find at run time. This list is made by
// `make engine-programs`; a test compares it with the folder.
HEAD
    for index in "${!files[@]}"; do
        printf '\nstatic const unsigned char file_%d[] = {\n#embed "%s"\n};\n' "$index" "${files[$index]}"
    done
    printf '\nconst struct engine_program engine_programs[] = {\n'
    for index in "${!files[@]}"; do printf '    {"%s", file_%d, sizeof file_%d},\n' "${files[$index]}" "$index" "$index"; done
    printf '};\nconst size_t engine_program_count = sizeof engine_programs / sizeof engine_programs[0];\n'
} >engine_programs.c
