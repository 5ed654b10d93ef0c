// The only C++ here: SentencePiece has no interface for C.
#include "token/sentencepiece.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include <sentencepiece_processor.h>

struct cm_sentencepiece {
    sentencepiece::SentencePieceProcessor processor;
};

namespace {

cm_code fail(cm_error *err, cm_code code, const char *what) {
    if (err != nullptr) {
        err->code = code;
        std::snprintf(err->message, sizeof err->message, "%s", what);
    }
    return code;
}

// What `work` answers, or what it threw, as an error.
template <typename Work> cm_code guarded(cm_error *err, Work work) {
    try {
        return work();
    } catch (const std::bad_alloc &) {
        return fail(err, CM_ERR_MEMORY, "out of memory");
    } catch (const std::exception &e) {
        return fail(err, CM_ERR_FORMAT, e.what());
    } catch (...) {
        return fail(err, CM_ERR_FORMAT, "an exception");
    }
}

cm_code answer(const sentencepiece::util::Status &status, cm_error *err) {
    return status.ok() ? CM_OK : fail(err, CM_ERR_FORMAT, status.error_message());
}

} // namespace

cm_code cm_sentencepiece_load(const void *model, size_t size, cm_sentencepiece **out,
                              cm_error *err) {
    *out = nullptr;
    cm_sentencepiece *s = new (std::nothrow) cm_sentencepiece;
    if (s == nullptr)
        return fail(err, CM_ERR_MEMORY, "out of memory");
    cm_code code = guarded(err, [&] {
        return answer(
            s->processor.LoadFromSerializedProto({static_cast<const char *>(model), size}), err);
    });
    if (code == CM_OK)
        *out = s;
    else
        cm_sentencepiece_free(s);
    return code;
}

void cm_sentencepiece_free(cm_sentencepiece *s) {
    delete s;
}

uint32_t cm_sentencepiece_size(const cm_sentencepiece *s) {
    return static_cast<uint32_t>(s->processor.GetPieceSize());
}

cm_code cm_sentencepiece_encode(const cm_sentencepiece *s, const void *text, size_t size,
                                cm_sentencepiece_put *put, void *user, cm_error *err) {
    return guarded(err, [&] {
        sentencepiece::ImmutableSentencePieceText pieces;
        cm_code code = answer(
            s->processor.Encode({static_cast<const char *>(text), size}, pieces.mutable_proto()),
            err);
        const size_t count = code == CM_OK ? pieces.pieces_size() : 0;
        for (size_t i = 0; i < count && code == CM_OK; i++) {
            const auto piece = pieces.pieces(static_cast<int>(i));
            code = put(user, piece.id(), piece.begin());
        }
        return code;
    });
}

cm_code cm_sentencepiece_decode(const cm_sentencepiece *s, const uint32_t *ids, size_t count,
                                char **out, size_t *size, cm_error *err) {
    *out = nullptr;
    *size = 0;
    return guarded(err, [&] {
        std::string text;
        cm_code code = answer(s->processor.Decode(std::vector<int>(ids, ids + count), &text), err);
        if (code != CM_OK)
            return code;
        *out = static_cast<char *>(std::malloc(text.size() + 1));
        if (*out == nullptr)
            return fail(err, CM_ERR_MEMORY, "out of memory");
        std::memcpy(*out, text.c_str(), text.size() + 1);
        *size = text.size();
        return CM_OK;
    });
}
