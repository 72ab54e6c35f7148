#include "engine_programs.h"

// The engines' programs go into the binary as they are, so that there is nothing to find at run time.

static const unsigned char loopback_servers[] = {
#embed "java/dev/beamstack/cluster/LoopbackServers.java"
};

const struct engine_program engine_programs[] = {
    {"java/dev/beamstack/cluster/LoopbackServers.java", loopback_servers, sizeof loopback_servers},
};
const size_t engine_program_count = sizeof engine_programs / sizeof engine_programs[0];
