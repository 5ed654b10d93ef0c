/* countermark-generate: a model's answers with a text mark in them. It shows what cm_llama.h does,
 * and makes the texts that marks are measured on. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "generate_json.h"

static const char HELP[] =
    "Usage: countermark-generate -m MODEL.gguf (PROMPT | --prompts FILE) [--key NAME.key] "
    "[OPTIONS]\n"
    "\n"
    "A model's answer, with a mark in it that is found in the text alone. llama.cpp runs the "
    "model;\n"
    "the mark goes in token by token, as the answer is sampled.\n"
    "\n"
    "The mark:\n"
    "  -k, --key FILE         secret key that 'countermark keygen' made\n"
    "      --private          its private layer, which only the secret key finds\n"
    "  -s, --scheme NAME      default cm-text-1; 'countermark schemes' lists them\n"
    "  -p, --param K=V        a parameter of the scheme; repeatable\n"
    "      --payload HEX      what the mark says, for schemes that carry a payload; default 0\n"
    "      --unmarked         no mark, to compare with\n"
    "\n"
    "The answer:\n"
    "  -m, --model FILE       a GGUF file\n"
    "      --prompts FILE     prompts, one a line: answers each\n"
    "      --system TEXT      what the chat template has as the system's words\n"
    "      --raw              the prompt as it stands, without the model's chat template\n"
    "  -n, --tokens N         longest answer (default 400)\n"
    "  -t, --temperature T    default 1; at 0 there is no choice, and so no mark\n"
    "      --top-p P          default 1\n"
    "      --top-k K          default 0: all\n"
    "      --greedy           the likeliest token after marking; green lists still mark\n"
    "      --no-end           N tokens in any case: the model may not end before\n"
    "      --seed N           default 1; the n-th prompt has N + n - 1\n"
    "      --threads N        default: half the processors, 1 to 4\n"
    "\n"
    "Output:\n"
    "      --json             an object a line: text, ids, prompt_ids, the mark and the settings\n"
    "      --probabilities    with --json: what the model gave each token, without the mark\n"
    "      --help             show this\n"
    "\n"
    "More freedom makes a stronger mark: an answer at temperature 1 carries about three times as "
    "much\n"
    "as one at 0.7, and text that a model knows by heart carries next to nothing.\n"
    "\n"
    "Example:\n"
    "  countermark keygen --name 'Example AI' -o example.key\n"
    "  countermark-generate -m model.gguf 'Why is the sky blue?' --key example.key > answer.txt\n"
    "  countermark detect answer.txt --tokenizer model.gguf --key example.pub\n";

enum { EXIT_USAGE = 2, PARAMS_MAX = 32, NAME_MAX_BYTES = 32 };

/* The command line. */
typedef struct command {
    session_options session;
    generate_facts facts;
    const char *prompts, *prompt;
    const char *key;
    cm_text_param params[PARAMS_MAX];
    char names[PARAMS_MAX][NAME_MAX_BYTES];
    size_t param_count;
    bool private_layer, unmarked, json;
} command;

static int complain(const char *about, const char *message) {
    fprintf(stderr, "countermark-generate: %s%s%s\n", about, about[0] != '\0' ? ": " : "", message);
    return EXIT_USAGE;
}

/* ---- reading the command line ---- */

enum {
    HELP_OPTION = 256,
    PRIVATE,
    PAYLOAD,
    UNMARKED,
    PROMPTS,
    SYSTEM,
    RAW,
    TOP_P,
    TOP_K,
    GREEDY,
    NO_END,
    SEED,
    THREADS,
    JSON,
    PROBABILITIES
};

static const struct option OPTIONS[] = {
    {"help", no_argument, NULL, HELP_OPTION},
    {"key", required_argument, NULL, 'k'},
    {"private", no_argument, NULL, PRIVATE},
    {"scheme", required_argument, NULL, 's'},
    {"param", required_argument, NULL, 'p'},
    {"payload", required_argument, NULL, PAYLOAD},
    {"unmarked", no_argument, NULL, UNMARKED},
    {"model", required_argument, NULL, 'm'},
    {"prompts", required_argument, NULL, PROMPTS},
    {"system", required_argument, NULL, SYSTEM},
    {"raw", no_argument, NULL, RAW},
    {"tokens", required_argument, NULL, 'n'},
    {"temperature", required_argument, NULL, 't'},
    {"top-p", required_argument, NULL, TOP_P},
    {"top-k", required_argument, NULL, TOP_K},
    {"greedy", no_argument, NULL, GREEDY},
    {"no-end", no_argument, NULL, NO_END},
    {"seed", required_argument, NULL, SEED},
    {"threads", required_argument, NULL, THREADS},
    {"json", no_argument, NULL, JSON},
    {"probabilities", no_argument, NULL, PROBABILITIES},
    {0},
};

static bool read_number(const char *text, int base, uint64_t most, uint64_t *out) {
    char *end = NULL;
    if (strspn(text, "0123456789abcdefABCDEF") != strlen(text) || text[0] == '\0' ||
        strlen(text) > 20)
        return false;
    *out = strtoull(text, &end, base);
    return *end == '\0' && *out <= most;
}

static bool read_count(const char *text, uint64_t least, uint64_t most, int *out) {
    uint64_t n = 0;
    if (!read_number(text, 10, most, &n) || n < least)
        return false;
    *out = (int)n;
    return true;
}

static bool read_real(const char *text, float most, float *out) {
    char *end = NULL;
    *out = strtof(text, &end);
    return end != text && *end == '\0' && *out >= 0 && *out <= most;
}

static bool read_param(const char *text, command *c) {
    const char *equals = strchr(text, '=');
    size_t n = equals != NULL ? (size_t)(equals - text) : 0;
    if (n == 0 || n >= NAME_MAX_BYTES || c->param_count == PARAMS_MAX)
        return false;
    char *name = c->names[c->param_count];
    memcpy(name, text, n);
    name[n] = '\0';
    c->params[c->param_count++] = (cm_text_param){name, equals + 1};
    return true;
}

static bool read_seed(const char *text, uint32_t *out) {
    uint64_t n = 0;
    bool ok = read_number(text, 10, UINT32_MAX, &n);
    *out = (uint32_t)n;
    return ok;
}

/* An option with a value; false for one that it can't have. */
static bool read_value(int option, const char *text, command *c) {
    session_options *o = &c->session;
    switch (option) {
    case 'k':
        c->key = text;
        return true;
    case 's':
        c->facts.scheme = text;
        return true;
    case 'm':
        o->model = text;
        return true;
    case PROMPTS:
        c->prompts = text;
        return true;
    case SYSTEM:
        o->system = text;
        return true;
    case 'p':
        return read_param(text, c);
    case PAYLOAD:
        return read_number(text, 16, UINT64_MAX, &o->marker.payload);
    case 'n':
        return read_count(text, 1, 100000, &o->tokens);
    case 't':
        return read_real(text, 100, &o->temperature);
    case TOP_P:
        return read_real(text, 1, &o->top_p);
    case TOP_K:
        return read_count(text, 0, INT32_MAX, &o->top_k);
    case SEED:
        return read_seed(text, &o->seed);
    default:
        return read_count(text, 1, 1024, &o->threads);
    }
}

static bool set_flag(int option, command *c) {
    bool *flags[] = {[PRIVATE - HELP_OPTION] = &c->private_layer,
                     [UNMARKED - HELP_OPTION] = &c->unmarked,
                     [RAW - HELP_OPTION] = &c->session.raw,
                     [GREEDY - HELP_OPTION] = &c->session.greedy,
                     [NO_END - HELP_OPTION] = &c->session.no_end,
                     [JSON - HELP_OPTION] = &c->json,
                     [PROBABILITIES - HELP_OPTION] = &c->facts.probabilities};
    bool *flag = option >= HELP_OPTION ? flags[option - HELP_OPTION] : NULL;
    if (flag != NULL)
        *flag = true;
    return flag != NULL;
}

static const char *fault(const command *c) {
    if (c->session.model == NULL)
        return "-m MODEL.gguf is needed";
    if ((c->prompt == NULL) == (c->prompts == NULL))
        return "one PROMPT or --prompts FILE is needed";
    if (c->unmarked && (c->key != NULL || c->facts.scheme != NULL || c->param_count > 0))
        return "--unmarked takes no key, scheme or parameters";
    if (!c->unmarked && c->key == NULL && c->facts.scheme == NULL)
        return "--key NAME.key is needed ('countermark keygen' makes one), or --unmarked";
    if (c->facts.probabilities && !c->json)
        return "--probabilities goes with --json";
    return NULL;
}

/* -1 to go on, or an exit code. */
static int read_command(int argc, char **argv, command *c) {
    for (int got; (got = getopt_long(argc, argv, "k:s:p:m:n:t:", OPTIONS, NULL)) != -1;) {
        if (got == HELP_OPTION)
            return fputs(HELP, stdout) < 0 ? EXIT_USAGE : 0;
        if (got == '?')
            return EXIT_USAGE;
        if (!set_flag(got, c) && !read_value(got, optarg, c))
            return complain(optarg, "no value of this option");
    }
    if (argc - optind == 1)
        c->prompt = argv[optind];
    else if (argc - optind > 1)
        return complain(argv[optind + 1], "one prompt only; put it in quotes");
    const char *what = fault(c);
    return what != NULL ? complain("", what) : -1;
}

/* ---- answering ---- */

static void show_progress(int done) {
    fprintf(stderr, "\r\033[K%d tokens", done);
}

static int answer_one(session *s, const command *c, const char *prompt, uint32_t number) {
    answer a = {0};
    cm_error err = {0};
    bool show = isatty(STDERR_FILENO) != 0;
    cm_code code = session_answer(s, prompt, number, show ? show_progress : NULL, &a, &err);
    bool written = true;
    if (show)
        fputs("\r\033[K", stderr);
    if (code == CM_OK && c->json)
        written = generate_json(s, &c->facts, prompt, number, &a);
    else if (code == CM_OK)
        written = fwrite(a.text, 1, a.size, stdout) == a.size && putchar('\n') != EOF;
    answer_free(&a);
    if (code != CM_OK)
        return complain(prompt, err.message);
    if (!written || fflush(stdout) != 0)
        return complain("", "standard output can't be written");
    return 0;
}

/* One prompt a line; empty lines are left out. */
static int answer_list(session *s, const command *c) {
    char *line = NULL;
    size_t room = 0;
    uint32_t number = 0;
    int code = 0;
    FILE *f = fopen(c->prompts, "r");
    if (f == NULL)
        return complain(c->prompts, "can't be opened");
    while (code == 0 && getline(&line, &room, f) != -1) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '\0')
            code = answer_one(s, c, line, number++);
    }
    free(line);
    fclose(f);
    return code;
}

/* The scheme's vocabulary is the model's. */
static cm_code make_scheme(const command *c, const session *s, const cm_key *key,
                           cm_text_scheme **out, cm_error *err) {
    const cm_text_scheme_options options = {.name = c->facts.scheme,
                                            .params = c->params,
                                            .param_count = c->param_count,
                                            .key = key,
                                            .private_layer = c->private_layer,
                                            .vocabulary = (uint32_t)llama_vocab_n_tokens(s->vocab)};
    return cm_text_scheme_new(&options, out, err);
}

static int run(command *c) {
    session s = {0};
    cm_key *key = NULL;
    cm_text_scheme *scheme = NULL;
    cm_error err = {0};
    int result;
    if (c->key != NULL && cm_key_read(c->key, &key, &err) != CM_OK)
        return complain(c->key, err.message);
    if (key != NULL && (!cm_key_has_secret(key) || cm_key_revoked(key)[0] != '\0')) {
        cm_key_free(key);
        return complain(c->key, "marking takes a secret key that isn't revoked");
    }
    cm_code code = session_open(&s, &c->session, &err);
    if (code == CM_OK && !c->unmarked)
        code = make_scheme(c, &s, key, &scheme, &err);
    c->session.scheme = scheme;
    if (code != CM_OK)
        result = complain("", err.message);
    else
        result = c->prompt != NULL ? answer_one(&s, c, c->prompt, 0) : answer_list(&s, c);
    session_close(&s);
    cm_text_scheme_free(scheme);
    cm_key_free(key);
    return result;
}

int main(int argc, char **argv) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    command c = {.session = {.temperature = 1,
                             .top_p = 1,
                             .seed = 1,
                             .tokens = 400,
                             .threads = processors > 4   ? 4
                                        : processors > 0 ? (int)processors
                                                         : 1}};
    int code = read_command(argc, argv, &c);
    if (code >= 0)
        return code;
    c.facts.params = c.params;
    c.facts.param_count = c.param_count;
    return run(&c);
}
