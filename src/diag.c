#include <config.h>

#include "diag-secret.h"

#include <stdlib.h>

enum {
    KEPT = 10000,  /* messages kept; a hopeless file has more */
    GUESSES = 100, /* searches for the nearest name */
    LONG_TEXT = 500,
    LONG_WORD = 200 /* in a text that is long */
};

static const struct check_row rows[] = {
#define CHECK(ID, NAME, LEVEL, READ, LOWERED, ABOUT)                                               \
    { NAME, LEVEL_##LEVEL, LEVEL_##READ, LOWERED_##LOWERED, ABOUT },
#include "../grammar/checks.def"
#undef CHECK
};

const struct check_row *check_row(enum check check)
{
    return &rows[check];
}

enum check check_named(struct str name)
{
    for (size_t i = 0; i < N_CHECKS; i++)
        if (str_eq(name, str_of(rows[i].name)))
            return (enum check)i;
    return N_CHECKS;
}

const char *level_name(enum level level)
{
    static const char *const names[] = { "off", "note", "warning", "error" };
    return names[level];
}

void diags_init(struct diags *d, struct arena *arena, struct sources *sources)
{
    *d = (struct diags){ .arena = arena,
                         .sources = sources,
                         .seen = { .arena = arena, .exact = true },
                         .secret_texts = { .arena = arena },
                         .long_secrets = { .arena = arena },
                         .words = { .arena = arena },
                         .lines = { .arena = arena, .exact = true },
                         .guesses = GUESSES };
    d->scratch.also_end = &d->scratch.also;
}

/* The message of that level that 'check' has already made at 'span', or a new slot for it: an
   error is never folded into a note.  */
static void **seen_at(struct diags *d, enum check check, enum level level, struct span span)
{
    uint32_t key[3] = { (uint32_t)check << 2 | (uint32_t)level, span.lo, span.hi };
    struct str bytes = { (const char *)key, sizeof key };
    void **slot = map_find(&d->seen, bytes);
    return slot ? slot : map_add(&d->seen, arena_str(d->arena, bytes));
}

/* Takes what is said of a message that is not kept.  */
static struct diag *scratch(struct diags *d)
{
    d->scratch = (struct diag){ .also_end = &d->scratch.also };
    return &d->scratch;
}

static struct diag *repeat(struct diags *d, struct diag *first, struct str text)
{
    if (!str_eq(first->text, text))
        first->more++;
    return scratch(d);
}

/* 'text' with its longest words cut: what is wrong with 60 000 bytes can be said in fewer.  */
static struct str shorten(struct arena *arena, struct str text)
{
    struct buf out = { .arena = arena };
    if (text.n <= LONG_TEXT)
        return text;
    for (size_t i = 0, end; i < text.n; i = end) {
        for (end = i; end < text.n && !is_blank(text.p[end]);)
            end++;
        size_t n = end - i;
        if (n > LONG_WORD) {
            for (n = LONG_WORD / 2; n && ((unsigned char)text.p[i + n] & 0xc0) == 0x80;)
                n--;
            buf_put(&out, str_sub(text, i, n));
            buf_text(&out, text.p[i] == '`' ? "...`" : "...");
        } else {
            buf_put(&out, str_sub(text, i, n));
        }
        while (end < text.n && is_blank(text.p[end]))
            buf_char(&out, text.p[end++]);
    }
    return buf_str(&out);
}

/* What is said; secrets are hidden when it is printed.  */
PRINTF(2, 0)
static struct str make_text(struct diags *d, const char *format, va_list args)
{
    return shorten(d->arena, arena_vprintf(d->arena, format, args));
}

static struct diag *keep(struct diags *d, struct diag m)
{
    struct diag *kept = NEW(d->arena, struct diag);
    *kept = m;
    kept->also_end = &kept->also;
    VEC_PUSH(d->arena, &d->list, kept);
    if (m.level == LEVEL_ERROR && diag_is_stubborn(d, m.check))
        diag_also(d, kept, NOWHERE, "an error of this check cannot be switched off");
    return kept;
}

PRINTF(5, 0)
static struct diag *report(struct diags *d, enum check check, enum level usual, struct span span,
                           const char *format, va_list args)
{
    d->n_calls++;
    if (d->closed)
        return scratch(d);
    if (d->raw)
        usual = diag_level_read(d, check, usual);
    enum level level = diag_judge(d, check, usual, span);
    if (level == LEVEL_OFF)
        return scratch(d);
    bool full = d->list.n >= (level == LEVEL_ERROR ? 2 * KEPT : KEPT);
    struct str text = full ? STR("") : make_text(d, format, args);
    void **seen = full ? NULL : seen_at(d, check, usual, span);
    if (seen && *seen)
        return repeat(d, *seen, text);
    d->n_errors += level == LEVEL_ERROR;
    d->n_warnings += level == LEVEL_WARNING;
    d->n_milder[check] += level != LEVEL_ERROR;
    d->n_faults += level == LEVEL_ERROR && usual == LEVEL_ERROR;
    d->n_dropped += full;
    d->dropped[check][level] += full;
    if (full)
        return scratch(d);
    return *seen = keep(d, (struct diag){ .check = check,
                                          .usual = usual,
                                          .level = level,
                                          .span = span,
                                          .text = text,
                                          .context = d->context });
}

struct diag *diag_at(struct diags *d, enum check check, enum level level, struct span span,
                     const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct diag *m = report(d, check, level, span, format, args);
    va_end(args);
    return m;
}

struct diag *diag(struct diags *d, enum check check, struct span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct diag *m = report(d, check, rows[check].level, span, format, args);
    va_end(args);
    return m;
}

void diag_also(struct diags *d, struct diag *m, struct span span, const char *format, ...)
{
    va_list args;
    if (m == &d->scratch)
        return;
    va_start(args, format);
    struct diag_also *also = NEW(d->arena, struct diag_also);
    also->span = span;
    also->text = make_text(d, format, args);
    *m->also_end = also;
    m->also_end = &also->next;
    va_end(args);
}

void diag_cause(struct diags *d, struct diag *m, struct span cause)
{
    if (m != &d->scratch)
        m->cause = cause.lo;
}

PRINTF(3, 0)
static void help(struct diags *d, struct diag *m, const char *format, va_list args)
{
    if (m != &d->scratch)
        m->help = make_text(d, format, args);
}

void diag_help(struct diags *d, struct diag *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    help(d, m, format, args);
    va_end(args);
}

void diag_help_topology(struct diags *d, struct diag *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!d->raw)
        help(d, m, format, args);
    va_end(args);
}

void diag_help_powermta(struct diags *d, struct diag *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (d->raw)
        help(d, m, format, args);
    va_end(args);
}

void diag_fix(struct diags *d, struct diag *m, struct span span, struct str replacement)
{
    struct diag_fix *fix = NEW(d->arena, struct diag_fix);
    *fix = (struct diag_fix){ span, replacement, m->fixes };
    m->fixes = fix;
}

bool diag_may_guess(struct diags *d)
{
    d->guesses -= d->guesses > 0;
    return d->guesses > 0;
}

void diag_secret(struct diags *d, struct span span)
{
    if (span.hi)
        VEC_PUSH(d->arena, &d->secrets, span);
}

static int by_place(const void *a, const void *b)
{
    const struct diag *x = *(struct diag *const *)a, *y = *(struct diag *const *)b;
    if (x->span.lo != y->span.lo)
        return x->span.lo < y->span.lo ? -1 : 1;
    if (x->span.hi != y->span.hi)
        return x->span.hi < y->span.hi ? -1 : 1;
    if (x->check != y->check)
        return x->check < y->check ? -1 : 1;
    return 0;
}

static int secret_by_place(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    return x->lo < y->lo ? -1 : x->lo > y->lo;
}

void diags_sort(struct diags *d)
{
    if (d->secrets.n)
        qsort(d->secrets.v, d->secrets.n, sizeof *d->secrets.v, secret_by_place);
    if (!d->list.n)
        return;
    index_secrets(d);
    qsort(d->list.v, d->list.n, sizeof *d->list.v, by_place);
}

void diags_keep_errors(struct diags *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->list.n; i++)
        if (d->list.v[i]->level == LEVEL_ERROR)
            d->list.v[n++] = d->list.v[i];
    d->list.n = n;
    d->n_warnings = 0;
    memset(d->n_milder, 0, sizeof d->n_milder);
}
