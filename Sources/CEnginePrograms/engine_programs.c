#include "engine_programs.h"

const struct engine_program engine_programs[] = {{"", (const unsigned char *)"", 0}};
const size_t engine_program_count = 0;
