/* Checks within long loops. libcheck sends the place of each of its own checks that holds to the
 * process above, and that costs more than most of what is checked; these say nothing until one
 * fails. */
#ifndef CM_TEST_EACH_H
#define CM_TEST_EACH_H

#include <check.h>

#define each_assert_msg(holds, ...)                                                                \
    do {                                                                                           \
        if (!(holds))                                                                              \
            ck_abort_msg(__VA_ARGS__);                                                             \
    } while (0)
#define each_assert(holds) each_assert_msg(holds, "%s", #holds)

#endif
