/* Whether the tests run under the address sanitizer, where all takes several times as long. */
#ifndef CM_TEST_SANITIZED_H
#define CM_TEST_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* How often something is done again: in full by the plain build, which counts how often it turns
 * out well; a few times under the sanitizer, which has seen the code at work by then. For inputs
 * that are made to break the code there is no such share: each may be the one. */
#define REPEATS(whole, few) (SANITIZED ? (few) : (whole))

#endif
