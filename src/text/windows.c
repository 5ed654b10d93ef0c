#include "text/windows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/ids.h"
#include "text/seen.h"

/* Memory of a block isn't zeroed: of a short text it is never touched. Ids are gathered until there
 * are a block's worth, behind the last width - 1 of the block before.
 */
struct cm_windows {
    cm_window_rule rule;
    cm_window_sink *sink;
    void *user;
    cm_seen seen;
    uint32_t *ids, *at, *again;
    float *probability, *chosen; /* NULL until the first block has some */
    size_t before, held;         /* ids of earlier blocks, and all ids that stand in `ids` */
    uint64_t offset;             /* of ids[0] in the text */
    cm_window_counts counts;
};

cm_code cm_windows_new(const cm_window_rule *rule, cm_window_sink *sink, void *user,
                       cm_windows **out, cm_error *err) {
    *out = NULL;
    cm_windows *w = cm_calloc(1, sizeof *w);
    if (w == NULL)
        return cm_fail_memory(err);
    w->rule = *rule;
    w->sink = sink;
    w->user = user;
    if (!rule->padded && w->rule.first < rule->width - 1)
        w->rule.first = rule->width - 1;
    w->ids = cm_alloc_aligned(CM_WINDOW_BLOCK + rule->width, sizeof *w->ids);
    w->at = cm_alloc_aligned(CM_WINDOW_BLOCK, sizeof *w->at);
    w->again = cm_alloc_aligned(CM_WINDOW_BLOCK, sizeof *w->again);
    cm_code code = cm_seen_open(&w->seen, err);
    if (code == CM_OK && (w->ids == NULL || w->at == NULL || w->again == NULL))
        code = cm_fail_memory(err);
    if (code != CM_OK) {
        cm_windows_free(w);
        return code;
    }
    if (rule->padded) {
        memset(w->ids, 0xff, (rule->width - 1) * sizeof *w->ids);
        w->before = w->held = rule->width - 1;
        w->offset = 0 - (uint64_t)w->held; /* wraps: the padding comes before token 0 */
    }
    *out = w;
    return CM_OK;
}

void cm_windows_free(cm_windows *w) {
    if (w == NULL)
        return;
    cm_seen_close(&w->seen);
    free(w->ids);
    free(w->at);
    free(w->again);
    free(w->probability);
    free(w->chosen);
    free(w);
}

typedef enum standing { COUNTS, ALIKE, BEFORE } standing;

/* Of the window that ends at this id; `hash` is of what must not have been before. */
static standing judge(cm_windows *w, const uint32_t *id, uint64_t hash) {
    const cm_window_rule *r = &w->rule;
    /* A context of no ids is the same everywhere and doesn't make windows alike. */
    if (r->width > r->by_context && !cm_seen_add(&w->seen, hash))
        return BEFORE;
    if (r->alike == NULL)
        return COUNTS;
    uint64_t what = r->alike(r->scheme, id);
    return what != CM_WINDOW_WORTHLESS && cm_seen_add(&w->seen, what) ? COUNTS : ALIKE;
}

enum { AHEAD = 64 };

/* Of the windows that end at the held ids from..end - 1: hashes first, which gives the set's memory
 * the time to come. */
static void choose_some(cm_windows *w, size_t from, size_t end, size_t *count, size_t *repeated) {
    uint64_t hash[AHEAD];
    size_t width = w->rule.width, kind = width - w->rule.by_context;
    for (size_t i = from; i < end; i++) {
        hash[i - from] = cm_seen_hash(w->ids + i + 1 - width, kind);
        cm_seen_await(&w->seen, hash[i - from]);
    }
    for (size_t i = from; i < end; i++) {
        standing s = judge(w, w->ids + i, hash[i - from]);
        if (s == COUNTS)
            w->at[(*count)++] = (uint32_t)i;
        else if (s == ALIKE || w->rule.repeats)
            w->again[(*repeated)++] = (uint32_t)i;
        w->counts.duplicates += s != COUNTS;
    }
}

/* Which of the held ids' windows count. */
static size_t choose(cm_windows *w, size_t *repeated) {
    size_t count = 0, i = w->before;
    *repeated = 0;
    while (i < w->held && w->offset + i < w->rule.first)
        i++;
    for (; i < w->held; i += AHEAD)
        choose_some(w, i, w->held - i < AHEAD ? w->held : i + AHEAD, &count, repeated);
    w->counts.scored += count;
    return count;
}

static cm_code flush(cm_windows *w, cm_error *err) {
    size_t fresh = w->held - w->before;
    cm_code code = cm_seen_reserve(&w->seen, w->rule.alike != NULL ? 2 * fresh : fresh, err);
    if (code != CM_OK)
        return code;
    cm_window_block block = {.ids = w->ids, .at = w->at, .offset = w->offset};
    size_t repeated;
    block.count = choose(w, &repeated);
    if (w->probability != NULL) {
        for (size_t i = 0; i < block.count; i++)
            w->chosen[i] = w->probability[w->at[i]];
        block.probability = w->chosen;
    }
    if (block.count > 0)
        code = w->sink(w->user, &block, err);
    if (code == CM_OK && repeated > 0) {
        block = (cm_window_block){.ids = w->ids,
                                  .at = w->again,
                                  .count = repeated,
                                  .offset = w->offset,
                                  .repeated = true};
        code = w->sink(w->user, &block, err);
    }
    size_t keep = w->held < w->rule.width - 1 ? w->held : w->rule.width - 1;
    memmove(w->ids, w->ids + w->held - keep, keep * sizeof *w->ids);
    w->offset += w->held - keep;
    w->before = w->held = keep;
    return code;
}

static cm_code need_probabilities(cm_windows *w, cm_error *err) {
    if (w->probability != NULL)
        return CM_OK;
    if (w->counts.tokens > 0)
        return cm_fail(err, CM_ERR_ARGUMENT, "probabilities for some tokens only");
    w->chosen = cm_calloc(CM_WINDOW_BLOCK, sizeof *w->chosen);
    w->probability = cm_calloc(CM_WINDOW_BLOCK + w->rule.width, sizeof *w->probability);
    return w->chosen != NULL && w->probability != NULL ? CM_OK : cm_fail_memory(err);
}

cm_code cm_windows_feed(cm_windows *w, const uint32_t *ids, const float *probability, size_t n,
                        cm_error *err) {
    cm_code code = cm_ids_check(ids, n, w->counts.tokens, w->rule.vocabulary, err);
    if (code == CM_OK && n > 0 && probability != NULL)
        code = need_probabilities(w, err);
    else if (code == CM_OK && n > 0 && w->probability != NULL)
        code = cm_fail(err, CM_ERR_ARGUMENT, "probabilities for some tokens only");
    if (code == CM_OK) /* growing in one step is cheaper than in many */
        code = cm_seen_reserve(&w->seen, n < CM_WINDOWS_COMING ? n : CM_WINDOWS_COMING, err);
    while (code == CM_OK && n > 0) {
        size_t room = CM_WINDOW_BLOCK - (w->held - w->before), some = n < room ? n : room;
        memcpy(w->ids + w->held, ids, some * sizeof *ids);
        if (probability != NULL) {
            memcpy(w->probability + w->held, probability, some * sizeof *probability);
            probability += some;
        }
        w->held += some;
        w->counts.tokens += some;
        ids += some;
        n -= some;
        if (some == room)
            code = flush(w, err);
    }
    return code;
}

cm_code cm_windows_end(cm_windows *w, cm_window_counts *out, cm_error *err) {
    cm_code code = flush(w, err);
    *out = w->counts;
    return code;
}
