/* Who signed, as crJSON shows it: algorithm, certificate, time-stamp (crJSON 2.4 §3.7). */
#include "api/crjson.h"
#include "base/rfc3339.h"
#include "sign/outline_signature.h"

json_t *cm_crjson_time(time_t time) {
    char text[CM_RFC3339_SIZE];
    return cm_rfc3339(time, text) ? json_string(text) : json_null();
}

/* What isn't UTF-8 after all gives NULL, and is left out. */
static json_t *name_json(char *const *parts) {
    json_t *object = json_object();
    for (int i = 0; i < CM_NAME_PARTS; i++)
        if (parts[i] != NULL)
            (void)json_object_set_new(object, CM_NAME_PART[i], json_string(parts[i]));
    return object;
}

static json_t *certificate_json(const cm_shown_certificate *c) {
    return json_pack("{s:s, s:o, s:o, s:{s:o, s:o}}", "serialNumber", c->serial, "issuer",
                     name_json(c->issuer), "subject", name_json(c->subject), "validity",
                     "notBefore", cm_crjson_time(c->not_before), "notAfter",
                     cm_crjson_time(c->not_after));
}

/* C2PA 2.2 §13.2.1 has the names in capitals, but for one. */
static json_t *algorithm_json(cm_sig_alg alg) {
    char name[16];
    size_t n = 0;
    if (alg == CM_SIG_NONE || alg == CM_SIG_ED25519)
        return json_string(alg == CM_SIG_NONE ? "Unknown" : "Ed25519");
    for (const char *at = cm_sig_name(alg); *at != '\0' && n < sizeof name - 1; at++)
        name[n++] = *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
    name[n] = '\0';
    return json_string(name);
}

json_t *cm_crjson_signature(cm_bytes cose, const cm_limits *limits) {
    cm_shown_signature s;
    json_t *value = NULL;
    if (cm_shown_signature_read(cose, limits, &s)) {
        json_t *stamp = s.stamped ? json_pack("{s:o, s:o}", "timestamp", cm_crjson_time(s.time),
                                              "certificateInfo", certificate_json(&s.authority))
                                  : NULL;
        value = json_pack("{s:o, s:o, s:o*}", "algorithm", algorithm_json(s.alg), "certificateInfo",
                          certificate_json(&s.signer), "timeStampInfo", stamp);
    } else
        value = json_object();
    cm_shown_signature_free(&s);
    return value;
}
