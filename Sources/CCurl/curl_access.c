#include "curl_access.h"
