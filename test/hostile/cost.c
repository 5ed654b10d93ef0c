#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "hostile.h"

double hostile_milliseconds(void) {
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

static double megabytes(const char *field) {
    char line[128];
    double mb = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, field, strlen(field)) == 0)
            mb = strtod(line + strlen(field), NULL) / 1024;
    if (f != NULL)
        (void)fclose(f);
    return mb;
}

double hostile_memory_begins(void) {
    FILE *f = fopen("/proc/self/clear_refs", "w");
    if (f != NULL) {
        (void)fputs("5", f);
        (void)fclose(f);
    }
    return megabytes("VmRSS:");
}

double hostile_memory_since(double begun) {
    return megabytes("VmHWM:") - begun;
}
