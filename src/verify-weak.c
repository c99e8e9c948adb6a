#include <config.h>

#include "verify.h"

/* tls-weak: protocols and cipher suites that nobody should use any more.  */

struct weakness {
    struct str word;
    unsigned level; /* of OpenSSL's security, from which on such suites are refused */
    const char *name;
};

static const struct weakness weaknesses[] = {
#define WEAKNESS(WORD, LEVEL, NAME) { STR_INIT(WORD), LEVEL, NAME },
#define SELECT(...)
#define CIPHER(...)
#include "../grammar/ciphers.def"
#undef WEAKNESS
#undef SELECT
#undef CIPHER
};

/* A word with the words that it stands for: a selector, or a suite.  */
struct named_words {
    struct str name, words;
};

static const struct named_words selectors[] = {
#define WEAKNESS(...)
#define SELECT(WORD, WORDS) { STR_INIT(WORD), STR_INIT(WORDS) },
#define CIPHER(...)
#include "../grammar/ciphers.def"
#undef WEAKNESS
#undef SELECT
#undef CIPHER
};

static const struct named_words suites[] = {
#define WEAKNESS(...)
#define SELECT(...)
#define CIPHER(SUITE, WORDS) { STR_INIT(SUITE), STR_INIT(WORDS) },
#include "../grammar/ciphers.def"
#undef WEAKNESS
#undef SELECT
#undef CIPHER
};

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof(ARRAY)[0])

enum { N_WEAKNESSES = COUNT(weaknesses), N_SUITES = COUNT(suites) };

/* The next of the words in '*rest', which moves on; empty at the end.  */
static struct str next_word(struct str *rest)
{
    *rest = str_trim(*rest);
    struct str word = str_sub(*rest, 0, str_find(*rest, ' '));
    *rest = str_sub(*rest, word.n, rest->n);
    return word;
}

static bool has_word(struct str words, struct str word)
{
    for (struct str w = next_word(&words); w.n; w = next_word(&words))
        if (str_eq(w, word))
            return true;
    return false;
}

/* 'suite' has all the words, and none of those behind a '!'.  */
static bool has_words(const struct named_words *suite, struct str words)
{
    for (struct str w = next_word(&words); w.n; w = next_word(&words)) {
        bool without = w.p[0] == '!';
        if (has_word(suite->words, without ? str_sub(w, 1, w.n) : w) == without)
            return false;
    }
    return true;
}

static bool is_selected(const struct named_words *suite, struct str word)
{
    if (str_eq(suite->name, word))
        return true;
    for (size_t i = 0; i < COUNT(selectors); i++)
        if (str_eq(selectors[i].name, word))
            return has_words(suite, selectors[i].words);
    return has_word(suite->words, word);
}

/* All the words of 'item', which '+' joins, select the suite.  */
static bool is_in_item(const struct named_words *suite, struct str item)
{
    for (struct str rest = item; rest.n;) {
        struct str word = str_sub(rest, 0, str_find(rest, '+'));
        if (!is_selected(suite, word))
            return false;
        rest = str_sub(rest, word.n + 1, rest.n);
    }
    return item.n > 0;
}

/* The weak suites that a list lets in, as it is read from left to right.  */
struct admitted {
    bool in[N_SUITES];
    bool never[N_SUITES]; /* taken out for good */
    unsigned level;
};

/* One item of a list: '-' takes out, '!' for good, '+' only moves to the end.  */
static void apply_item(struct admitted *a, struct str item)
{
    static const struct str level = STR_INIT("@SECLEVEL=");
    char sign = item.p[0];
    struct str words = sign == '!' || sign == '-' || sign == '+' ? str_sub(item, 1, item.n) : item;
    if (sign == '+')
        return;
    if (str_starts(item, level) && item.n == level.n + 1 && is_digit(item.p[level.n]))
        a->level = (unsigned)(item.p[level.n] - '0');
    for (size_t i = 0; sign != '@' && i < N_SUITES; i++) {
        if (a->never[i] || !is_in_item(&suites[i], words))
            continue;
        a->in[i] = sign != '!' && sign != '-';
        a->never[i] = sign == '!';
    }
}

static bool is_separator(char c)
{
    return c == ':' || c == ',' || c == ';' || is_blank(c);
}

/* Reads a list as ciphers(1) tells it.  One that begins with DEFAULT has taken all weak suites out
   for good.  */
static void read_list(struct admitted *a, struct str list)
{
    *a = (struct admitted){ .level = 0 };
    if (str_starts(list, STR("DEFAULT")))
        return;
    for (size_t lo = 0, hi; lo < list.n; lo = hi + 1) {
        for (hi = lo; hi < list.n && !is_separator(list.p[hi]);)
            hi++;
        if (hi > lo)
            apply_item(a, str_sub(list, lo, hi - lo));
    }
}

/* What a list lets in: kinds of weakness, by their index, and a suite as an example.  */
struct verdict {
    unsigned kinds;
    struct str suite;
};

static void judge_suite(struct verdict *v, const struct named_words *suite, unsigned level)
{
    unsigned kinds = 0;
    for (unsigned i = 0; i < N_WEAKNESSES; i++) {
        if (!has_word(suite->words, weaknesses[i].word))
            continue;
        if (weaknesses[i].level <= level)
            return;
        kinds |= weaknesses[i].name[0] ? 1U << i : 0;
    }
    if (!v->suite.n)
        v->suite = suite->name;
    v->kinds |= kinds;
}

struct weak {
    const struct model *m;
    struct map verdicts;   /* on lists, by their text */
    struct map identities; /* those that are weak, to how far that matters */
};

static const struct verdict *judge_list(struct weak *w, struct str list)
{
    void **slot = map_add(&w->verdicts, list);
    if (*slot)
        return *slot;
    struct verdict *v = *slot = NEW(w->m->scratch, struct verdict);
    struct admitted a;
    read_list(&a, list);
    for (size_t i = 0; i < N_SUITES; i++)
        if (a.in[i])
            judge_suite(v, &suites[i], a.level);
    return v;
}

/* The same but for the order, which '@STRENGTH' sorts.  */
static bool is_usual(const struct directive *dir, struct str list)
{
    static const struct str sorted = STR_INIT(":@STRENGTH");
    struct str usual = str_of(dir->fallback);
    if (str_ends(usual, sorted))
        usual.n -= sorted.n;
    if (str_ends(list, sorted))
        list.n -= sorted.n;
    return str_eq(usual, list);
}

/* What is weak in a list of 'dir', or NULL.  To write what PowerMTA has anyway is no weaker than to
   say nothing.  */
static const struct verdict *weak_list(struct weak *w, const struct directive *dir, struct str list)
{
    if (!list.n || is_usual(dir, list))
        return NULL;
    const struct verdict *v = judge_list(w, list);
    return v->kinds ? v : NULL;
}

static void report_list(const struct weak *w, const struct verdict *v, enum level level,
                        struct span span)
{
    struct buf names = { .arena = w->m->scratch }, cure = names;
    unsigned left = v->kinds;
    for (size_t i = 0; i < N_WEAKNESSES; i++) {
        if (!(v->kinds & 1U << i))
            continue;
        left &= ~(1U << i);
        buf_printf(&names, "%s%s", names.n == 0 ? "" : left ? ", " : " and ", weaknesses[i].name);
        buf_printf(&cure, ":!%.*s", STR_ARG(weaknesses[i].word));
    }
    struct diag *d = diag_at(w->m->diags, CHECK_tls_weak, level, span,
                             "these ciphers let in %.*s suites, such as `%.*s`",
                             STR_ARG(buf_str(&names)), STR_ARG(v->suite));
    diag_help(w->m->diags, d, "write `%.*s` behind them", STR_ARG(buf_str(&cure)));
}

static const char *const old_protocols[] = { "1.0", "1.1" };

/* 'dir' says so, or, where it is NULL, the minimum of an identity.  */
static void report_protocol(const struct weak *w, enum level level, struct span span,
                            size_t protocol, const struct directive *dir)
{
    struct diag *d =
        diag_at(w->m->diags, CHECK_tls_weak, level, span,
                "this lets in TLS %s, which RFC 8996 withdraws", old_protocols[protocol]);
    if (dir)
        diag_help(w->m->diags, d, "write `%s no`", dir->name);
    else
        diag_help_topology(w->m->diags, d, "write `minimum 1.2`");
}

/* Directives for ciphers and for the protocols before 1.2, one row for each place.  */
struct tls_place {
    enum target ciphers, old[2];
};

static const struct tls_place in_listener = {
    TARGET_listener_tls_ciphers, { TARGET_listener_tls_1_0, TARGET_listener_tls_1_1 }
};
static const struct tls_place in_server = { TARGET_global_tls_ciphers,
                                            { TARGET_global_tls_1_0, TARGET_global_tls_1_1 } };
static const struct tls_place in_monitor = {
    TARGET_global_http_ciphers, { TARGET_global_http_tls_1_0, TARGET_global_http_tls_1_1 }
};
static const struct tls_place in_domain = { TARGET_domain_tls_ciphers,
                                            { TARGET_domain_tls_1_0, TARGET_domain_tls_1_1 } };

/* The place has a directive that is written somewhere.  */
static bool is_said(const struct model *m, const struct tls_place *p)
{
    return model_says(m, p->ciphers) || model_says(m, p->old[0]) || model_says(m, p->old[1]);
}

static void check_lines(struct weak *w, const struct lines *lines, const struct tls_place *p,
                        enum level level)
{
    const struct directive *ciphers = w->m->target[p->ciphers];
    const struct line *l = line_find(lines, ciphers);
    const struct verdict *v =
        l && !l->bad && l->what->n_args ? weak_list(w, ciphers, l->what->args[0].text) : NULL;
    if (v)
        report_list(w, v, level, line_arg_span(l, 0));
    for (size_t i = 0; i < COUNT(p->old); i++) {
        const struct directive *dir = w->m->target[p->old[i]];
        if (line_bool(lines, dir) == 1)
            report_protocol(w, level, line_span(line_find(lines, dir)), i, dir);
    }
}

/* Identities */

static bool has_old_minimum(const struct tls *tls)
{
    return tls->minimum > 0 && (size_t)tls->minimum <= COUNT(old_protocols);
}

static const struct verdict *identity_ciphers(struct weak *w, const struct tls *tls)
{
    return weak_list(w, w->m->target[TARGET_listener_tls_ciphers], tls->ciphers.text);
}

/* The identity of 'use' is used where weakness counts as 'level'.  */
static void note_use(struct weak *w, const struct tls_use *use, enum level level)
{
    const struct ref *identity = tls_identity(use);
    void **slot = identity->to ? map_find(&w->identities, identity->name) : NULL;
    if (slot && (uintptr_t)*slot < level)
        *slot = (void *)(uintptr_t)level;
}

static void find_identities(struct weak *w)
{
    for (size_t i = 0; i < w->m->tls.n; i++) {
        const struct tls *tls = w->m->tls.v[i];
        if (has_old_minimum(tls) || identity_ciphers(w, tls))
            map_add(&w->identities, tls->object.name);
    }
}

static void report_identities(struct weak *w)
{
    for (size_t i = 0; i < w->identities.n; i++) {
        const struct tls *tls = map_get(&w->m->names[KIND_tls], w->identities.entries[i].key);
        enum level level = (enum level)(uintptr_t)w->identities.entries[i].value;
        const struct verdict *v = identity_ciphers(w, tls);
        if (level == LEVEL_OFF)
            continue;
        if (has_old_minimum(tls))
            report_protocol(w, level, tls->minimum_span, (size_t)tls->minimum - 1, NULL);
        if (v)
            report_list(w, v, level, tls->ciphers.span);
    }
}

/* Outbound: where clear text would do, weak encryption is a note.  */

static enum level word_level(enum tls_word word)
{
    if (word == TLS_none)
        return LEVEL_OFF;
    return word == TLS_required || word == TLS_dane || word == TLS_mta_sts ? LEVEL_WARNING
                                                                           : LEVEL_NOTE;
}

/* How weakness counts in a domain whose wider ones say 'word'.  */
static enum level domain_level(const struct model *m, const struct domain *d, enum tls_word word)
{
    int use = line_bool(&d->lines, m->target[TARGET_domain_use_starttls]);
    int require = line_bool(&d->lines, m->target[TARGET_domain_require_starttls]);
    enum level level = word_level(d->tls.word != TLS_UNSET ? d->tls.word : word);
    if (use == 0)
        return LEVEL_OFF;
    if (require == 1 || line_bool(&d->lines, m->target[TARGET_domain_use_dane]) == 1 ||
        line_bool(&d->lines, m->target[TARGET_domain_use_mta_sts]) == 1)
        return LEVEL_WARNING;
    if (require == 0 && level == LEVEL_WARNING)
        return LEVEL_NOTE;
    return use == 1 && level == LEVEL_OFF ? LEVEL_NOTE : level;
}

/* The word for all destinations of a block: of its 'domain *', or its own, or that around it.  */
static enum tls_word general_word(const struct model *m, const struct domains *domains,
                                  enum tls_word own, enum tls_word around)
{
    const struct domain *any = domain_find(domains, STR("*"));
    if (any && any->tls.word != TLS_UNSET)
        return any->tls.word;
    if (any && domain_level(m, any, TLS_UNSET) == LEVEL_WARNING)
        return TLS_required;
    return own != TLS_UNSET ? own : around;
}

static void check_domains(struct weak *w, const struct domains *domains, enum tls_word word)
{
    bool said = is_said(w->m, &in_domain);
    for (const struct domain *d = domains->first; d; d = d->next) {
        if (d->bad)
            continue;
        enum level level = domain_level(w->m, d, word);
        note_use(w, &d->tls, level);
        if (said && level != LEVEL_OFF)
            check_lines(w, &d->lines, &in_domain, level);
    }
}

static void check_outbound(struct weak *w)
{
    const struct model *m = w->m;
    enum tls_word around = general_word(m, &m->domains, TLS_UNSET, TLS_UNSET);
    if (!w->identities.n && !is_said(m, &in_domain))
        return;
    check_domains(w, &m->domains, around);
    for (size_t i = 0; i < m->vmtas.n; i++) {
        const struct vmta *v = m->vmtas.v[i];
        note_use(w, &vmta_extras(v)->tls, word_level(vmta_extras(v)->tls.word));
        check_domains(w, &v->domains,
                      general_word(m, &v->domains, vmta_extras(v)->tls.word, around));
    }
    for (size_t i = 0; i < m->pools.n; i++) {
        const struct pool *p = m->pools.v[i];
        note_use(w, &p->tls, word_level(p->tls.word));
        check_domains(w, &p->domains, general_word(m, &p->domains, p->tls.word, around));
    }
}

static void check_inbound(struct weak *w)
{
    const struct model *m = w->m;
    bool said = is_said(m, &in_listener);
    for (size_t i = 0; i < m->listeners.n; i++) {
        const struct listener *l = m->listeners.v[i];
        if (l->tls.word != TLS_none)
            note_use(w, &l->tls, LEVEL_WARNING);
        if (said)
            check_lines(w, &l->lines, &in_listener, LEVEL_WARNING);
    }
    for (size_t i = 0; said && i < m->sections.n; i++)
        if (m->sections.v[i]->scope == SCOPE_transmissions_api_listener)
            check_lines(w, &m->sections.v[i]->lines, &in_listener, LEVEL_WARNING);
    if (is_said(m, &in_server))
        check_lines(w, &m->lines, &in_server, LEVEL_WARNING);
    if (is_said(m, &in_monitor))
        check_lines(w, &m->lines, &in_monitor, LEVEL_WARNING);
}

void verify_tls_weak(const struct model *m)
{
    struct weak w = { .m = m,
                      .verdicts = { .arena = m->scratch, .exact = true },
                      .identities = { .arena = m->scratch } };
    find_identities(&w);
    check_inbound(&w);
    check_outbound(&w);
    report_identities(&w);
}
