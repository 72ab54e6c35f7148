#pragma once
#include <stddef.h>

/// One file of the programs that run inside the engines, as it stands in this target's folder.
struct engine_program {
    /// Relative to the folder, such as `java/dev/beamstack/flink/SqlRunner.java`.
    const char *path;
    const unsigned char *bytes;
    size_t length;
};

extern const struct engine_program engine_programs[];
extern const size_t engine_program_count;

/// Swift sees no arrays of unknown length.
static inline struct engine_program engine_program_at(size_t index) { return engine_programs[index]; }
