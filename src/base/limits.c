#include <countermark/limits.h>

cm_limits cm_limits_default(void) {
    return (cm_limits){
        .file_bytes = (uint64_t)2 << 30,
        .pixels = 400u * 1000u * 1000u,
        .side = 65535,
        .jpeg_scans = 200,
        .manifest_bytes = (uint64_t)64 << 20,
        .manifests = 256,
        .boxes = 20000,
        .depth = 32,
        .certificates = 16,
        .text_bytes = (uint64_t)4 << 20,
    };
}
