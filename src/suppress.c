#include <config.h>

#include "suppress.h"
#include "suggest.h"

struct suppress {
    struct diags *d;
    const struct ast_file *file;
};

static uint32_t line_of(struct suppress *s, uint32_t at)
{
    return source_place(s->d->sources, at).line;
}

static uint32_t stmt_start(const struct stmt *s)
{
    return value_span(stmt_value(s, 0)).lo;
}
static uint32_t stmt_end(const struct stmt *s)
{
    return s->block ? stmt_close(s) + 1 : stmt_span(s).hi;
}

static struct span whole(const struct stmt *s)
{
    return (struct span){ stmt_start(s), stmt_end(s) };
}

/* An empty line stands between the two places.  */
static bool is_cut_loose(struct suppress *s, uint32_t from, uint32_t to)
{
    struct str between = source_text(s->d->sources, (struct span){ from, to });
    bool empty = false;
    for (size_t i = 0; i < between.n; i++) {
        if (between.p[i] == '\n' && empty)
            return true;
        if (between.p[i] == '\n')
            empty = true;
        else if (!is_blank(between.p[i]) && between.p[i] != '\r')
            empty = false;
    }
    return false;
}

/* Where the first statement in the block of 's' begins; beyond all where there is none.  */
static uint32_t first_in(const struct stmt *s)
{
    struct walk w = walk_block(s);
    const struct stmt *child = walk_next(&w);
    return child ? stmt_start(child) : UINT32_MAX;
}

/* What the comment covers among the statements of one block; nowhere for nothing.  */
static struct span covered(struct suppress *s, struct walk w, struct span comment)
{
    struct span before = NOWHERE;
    const struct stmt *x;
    while ((x = walk_next(&w))) {
        bool inside = x->block && stmt_open(x) < comment.lo && comment.lo < stmt_close(x);
        if (inside && line_of(s, stmt_open(x)) == line_of(s, comment.lo) &&
            first_in(x) > comment.lo)
            return whole(x);
        if (inside)
            return covered(s, walk_block(x), comment);
        if (stmt_start(x) >= comment.hi)
            return before.hi || is_cut_loose(s, comment.hi, stmt_start(x)) ? before : whole(x);
        if (line_of(s, stmt_end(x) - 1) == line_of(s, comment.lo))
            before = whole(x);
    }
    return before;
}

static bool is_at_top(struct suppress *s, struct span comment)
{
    const struct stmt *first = s->file->stmts.first;
    return !first || stmt_start(first) > comment.lo;
}

/* Silences 'check' inside of 'span'; returns how often.  */
static size_t silence(struct diags *d, enum check check, struct span span)
{
    size_t n = 0;
    for (size_t i = 0; i < d->list.n; i++) {
        struct diag *m = d->list.v[i];
        if (m->check != check || m->span.lo < span.lo || m->span.lo >= span.hi)
            continue;
        if (m->level != LEVEL_WARNING && m->level != LEVEL_NOTE)
            continue;
        d->n_warnings -= m->level == LEVEL_WARNING;
        m->level = LEVEL_OFF;
        n++;
    }
    return n;
}

/* Cuts the first word off 'text'.  */
static struct str next_word(struct str *text)
{
    *text = str_trim(*text);
    size_t n = 0;
    while (n < text->n && !is_blank(text->p[n]))
        n++;
    struct str word = str_sub(*text, 0, n);
    *text = str_trim(str_sub(*text, n, text->n));
    return word;
}

static void unknown_check(struct diags *d, struct span span, struct str name)
{
    struct suggest near;
    suggest_init(&near, name);
    for (size_t i = 0; i < N_CHECKS; i++)
        suggest_offer(&near, str_of(check_row((enum check)i)->name));
    struct diag *m =
        diag(d, CHECK_suppression_unused, span, "no check is called `%.*s`", STR_ARG(name));
    if (near.best.n)
        diag_help(d, m, "did you mean `%.*s`?", STR_ARG(near.best));
}

static void apply(struct suppress *s, struct span comment)
{
    struct str text = source_text(s->d->sources, comment);
    text = str_sub(text, 1, text.n);
    if (!str_eq(next_word(&text), STR("pmtac:")))
        return;
    struct str verb = next_word(&text), name = next_word(&text);
    enum check check = check_named(name);
    struct span span = covered(s, walk_stmts(s->file->stmts.first), comment);
    if (!str_eq(verb, STR("allow"))) {
        struct diag *m = diag(s->d, CHECK_suppression_unused, comment,
                              "`%.*s` is nothing that a comment can say", STR_ARG(verb));
        diag_help(s->d, m, "write # pmtac: allow CHECK REASON");
        return;
    }
    if (check == N_CHECKS) {
        unknown_check(s->d, comment, name);
        return;
    }
    if (!span.hi && is_at_top(s, comment))
        span = (struct span){ s->file->source->base,
                              s->file->source->base + (uint32_t)s->file->source->text.n + 1 };
    if (!text.n) {
        struct diag *m = diag(s->d, CHECK_suppression_reason, comment, "no reason is given");
        diag_help(s->d, m, "write why: # pmtac: allow %.*s REASON", STR_ARG(name));
    }
    if (!silence(s->d, check, span)) {
        struct diag *m = diag(s->d, CHECK_suppression_unused, comment,
                              "there is no `%.*s` here to allow", STR_ARG(name));
        diag_help(s->d, m, "remove the comment; errors cannot be allowed");
    }
}

void suppress(struct diags *d, const struct ast_file *file)
{
    struct suppress s = { d, file };
    for (size_t i = 0; i < file->comments.n; i++)
        apply(&s, file->comments.v[i]);
}
