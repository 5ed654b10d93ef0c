/* What the measuring programs share. A failure ends the program, with a message. */
#ifndef CM_BENCH_MEASURE_H
#define CM_BENCH_MEASURE_H

#include "base/buf.h"
#include "dsp/plane.h"

/* Prints the message to stderr and exits with 2. */
_Noreturn void bench_die(const char *what, const char *message);

/* Exits unless the code is CM_OK. */
void bench_must(cm_code code, const char *what, const cm_error *err);

/* Memory that is freed stays with the program, as the command has it. */
void bench_keep_memory(void);

/* The bytes of a file; free with cm_buf_free(). */
cm_buf bench_load(const char *path);

/* Where sample i of a row of n stands, the row being mirrored over and over beyond its end. */
uint32_t bench_mirrored(uint32_t i, uint32_t n);

/* The luma of an encoded picture; free with cm_plane_free(). */
cm_plane bench_luma(cm_bytes file, const char *name);

/* Seconds since some moment in the past. */
double bench_now(void);

/* Seconds that this thread has had of a processor. */
double bench_cpu(void);

/* 64 random bits from a state that may begin as any number (SplitMix64). */
uint64_t bench_random(uint64_t *state);

/* A random number from 0 on and below 1. */
double bench_uniform(uint64_t *state);

/* The middle of n values, which it sorts. */
double bench_median(double *values, size_t n);

#endif
