#include "base/rfc3339.h"

bool cm_rfc3339(time_t when, char text[static CM_RFC3339_SIZE]) {
    struct tm day;
    bool ok = gmtime_r(&when, &day) != NULL && day.tm_year >= -900 && day.tm_year < 8100 &&
              strftime(text, CM_RFC3339_SIZE, "%Y-%m-%dT%H:%M:%SZ", &day) != 0;
    if (!ok)
        text[0] = '\0';
    return ok;
}
