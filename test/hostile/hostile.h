/* Files that want their reader to work, allocate or fall over: for the tests and for bench/hostile.
 * Each is a real file in a real container; where that is what it takes to reach the code, its claim
 * is signed with a test credential and its hashes are right. A failure here ends the program. */
#ifndef CM_TEST_HOSTILE_H
#define CM_TEST_HOSTILE_H

#include "base/buf.h"
#include "sign/certgen.h"
#include "sign/jumbf.h"
#include "sign/signer.h"

/* Whose signature it is. */
typedef struct hostile_signer {
    cm_certgen pem;
    cm_signer *signer;
} hostile_signer;

hostile_signer hostile_signer_new(cm_sig_alg alg);
void hostile_signer_free(hostile_signer *s);

/* An assertion. */
typedef struct hostile_assertion {
    const char *label;
    cm_bytes content; /* CBOR */
} hostile_assertion;

/* What a manifest shall be like. */
typedef struct hostile_manifest {
    unsigned number; /* that its label ends with */
    const hostile_assertion *assertions;
    size_t count;
    bool actions;             /* one c2pa.created more */
    size_t again;             /* how often the claim names the last assertion again */
    const cm_buf *redactions; /* the CBOR of redacted_assertions, or NULL */
    const cm_signer *signer;  /* NULL: `cose` is its signature */
    cm_bytes cose;
    const char *generator, *title; /* of the claim; NULL: "hostile", none */
} hostile_manifest;

/* urn:c2pa:…, in place. */
enum { HOSTILE_LABEL = 64 };
void hostile_label(unsigned number, char label[static HOSTILE_LABEL]);

/* Opens a store; manifests are appended, and cm_jumbf_close() ends it. */
size_t hostile_open(cm_buf *store);
void hostile_put(cm_buf *store, const hostile_manifest *m);

/* The same as a compressed manifest. */
void hostile_put_packed(cm_buf *store, const hostile_manifest *m);

/* Brotli of these bytes, and a superbox for a compressed manifest around it. */
cm_buf hostile_brotli(cm_bytes plain);
void hostile_put_compressed(cm_buf *store, const char *label, cm_bytes packed);

/* {"url": …, "hash": …} as it refers to a box of a store or manifest. */
void hostile_put_link(cm_buf *out, const char *uri, cm_bytes content);

/* A PNG of 1×1 pixel around a store: signature, IHDR, the store's chunk, a comment, IDAT, IEND. */
enum { HOSTILE_STORE_AT = 33, HOSTILE_CHUNK = 12, HOSTILE_COMMENT = 13 };
cm_buf hostile_png(cm_bytes store);
void hostile_chunk(cm_buf *png, const char *type, cm_bytes data);

/* What is excluded besides the store's chunk: bytes before and behind it, a range in front of it,
 * and one from so many bytes behind its end on. */
typedef struct hostile_excess {
    uint32_t before, behind, head_start, head_length, tail_start, tail_length;
} hostile_excess;

/* A PNG whose store binds it rightly, as far as hashes go: `m` gets a data hash as its first
 * assertion, for which its first is reserved. NULL: nothing but the chunk is excluded. */
cm_buf hostile_bound_png(hostile_manifest *m, const hostile_excess *excess);

/* A COSE_Sign1 with this algorithm and certificates, a signature of so many bytes, and these
 * OCSP responses; it is right about nothing. */
typedef struct hostile_cose {
    int64_t alg;
    const cm_bytes *certificates;
    size_t certificate_count;
    size_t signature;
    const cm_bytes *responses;
    size_t response_count;
} hostile_cose;
void hostile_put_cose(cm_buf *out, const hostile_cose *c);

/* The files, by number; false behind the last. Free the bytes. */
typedef struct hostile_file {
    const char *name;
    const char *code; /* a failure that it must be found to have */
    bool unjudged;    /* nothing else is wrong with it than that it asks for too much work */
    cm_buf bytes;
} hostile_file;
bool hostile_make(size_t number, hostile_file *out);

/* As many manifests like this one as fit into so many bytes, all of them ingredients of a last one;
 * and towers of them, in which each is an ingredient of the next. */
cm_buf hostile_fan(const hostile_manifest *each, size_t bytes);
cm_buf hostile_tower(const hostile_manifest *each, unsigned height);

/* Makers in files of their own: crowds of things, and what asks for signatures to be checked. */
cm_buf hostile_assertions(void);
cm_buf hostile_named_again(void);
cm_buf hostile_packed_assertions(void);
cm_buf hostile_packed_links(void);
cm_buf hostile_hundred_thousand(void);
cm_buf hostile_hard_bindings(void);
cm_buf hostile_map_keys(void);
cm_buf hostile_packed_map_keys(void);
cm_buf hostile_packed_items(void);
cm_buf hostile_many_redactions(void);
cm_buf hostile_packed_redactions(void);
cm_buf hostile_records(void);
cm_buf hostile_large_keys(void);
cm_buf hostile_many_signatures(void);
cm_buf hostile_many_responses(void);

/* What reading one costs: milliseconds of a processor that this process has had so far; memory, in
 * MB, that it held at most since a moment. */
double hostile_milliseconds(void);
double hostile_memory_begins(void);
double hostile_memory_since(double begun);

_Noreturn void hostile_die(const char *what);

#endif
