/* What is in a directory. */
#ifndef CM_TEST_DIRECTORY_H
#define CM_TEST_DIRECTORY_H

#include <check.h>
#include <dirent.h>

/* How many files it holds, hidden ones aside. */
static inline int count_files(const char *directory) {
    int n = 0;
    DIR *d = opendir(directory);
    ck_assert_ptr_nonnull(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        n += e->d_name[0] != '.';
    (void)closedir(d);
    return n;
}

#endif
