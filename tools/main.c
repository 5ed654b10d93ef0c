#include <countermark.h>
#include <stdio.h>

int main(void) {
    puts(cm_version());
    return 0;
}
