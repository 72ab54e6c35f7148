#include <stddef.h>

/// One file of the Python package that workers run, as it stands in `python/`.
struct worker_program {
    /// Relative to the package's parent, such as `beamstack_worker/tasks.py`.
    const char *path;
    const unsigned char *bytes;
    size_t length;
};

extern const struct worker_program worker_programs[];
extern const size_t worker_program_count;

/// Swift sees no arrays of unknown length.
static inline struct worker_program worker_program_at(size_t index) { return worker_programs[index]; }
