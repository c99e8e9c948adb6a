#include <config.h>

#include "suppress.h"
#include "suggest.h"

/* A search over one file: the comments in it and the first that has not found its statement.  */
struct search {
    struct sources *sources;
    struct suppression **list;
    size_t n, next;
};

static uint32_t line_of(const struct search *w, uint32_t at)
{
    return source_place(w->sources, at).line;
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

/* The place of the next comment, or beyond all places.  */
static uint32_t next_at(const struct search *w)
{
    return w->next < w->n ? w->list[w->next]->allowance.comment.lo : UINT32_MAX;
}

/* The next comment covers 'span'.  */
static void settle(struct search *w, struct span span)
{
    w->list[w->next++]->allowance.span = span;
}

/* An empty line stands between the two places.  */
static bool is_cut_loose(const struct search *w, uint32_t from, uint32_t to)
{
    struct str between = source_text(w->sources, (struct span){ from, to });
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

/* The comments in front of position 'end' are above what covers 'span': it is theirs from the last
   upwards to the first empty line.  */
static void settle_above(struct search *w, uint32_t end, struct span span)
{
    size_t from = w->next;
    while (next_at(w) < end)
        w->next++;
    for (size_t i = w->next; i > from; i--) {
        struct allowance *x = &w->list[i - 1]->allowance;
        if (is_cut_loose(w, x->comment.hi, i < w->next ? w->list[i]->allowance.comment.lo : end))
            return;
        x->span = span;
    }
}

/* Those that stand in 's' and in front of its block, and those on the line of its '{'.  */
static void settle_header(struct search *w, const struct stmt *s)
{
    while (next_at(w) < (s->block ? stmt_open(s) : stmt_end(s)))
        settle(w, whole(s));
    if (!s->block)
        return;
    struct walk block = walk_block(s);
    const struct stmt *first = walk_next(&block);
    uint32_t inside = first ? stmt_start(first) : stmt_close(s);
    while (next_at(w) < inside && line_of(w, next_at(w)) == line_of(w, stmt_open(s)))
        settle(w, whole(s));
}

/* Those on the line where 's' ends, in front of position 'limit'.  */
static void settle_behind(struct search *w, const struct stmt *s, uint32_t limit)
{
    while (next_at(w) < limit && line_of(w, next_at(w)) == line_of(w, stmt_end(s) - 1))
        settle(w, whole(s));
}

/* Finds what the comments in front of position 'limit' cover among the statements of 'stmts'.  What
   covers nothing has no span.  */
static void search_block(struct search *w, struct walk stmts, uint32_t limit)
{
    const struct stmt *s;
    while (next_at(w) < limit && (s = walk_next(&stmts))) {
        settle_above(w, stmt_start(s), whole(s));
        if (next_at(w) < stmt_end(s)) {
            settle_header(w, s);
            search_block(w, walk_block(s), stmt_end(s) - 1);
        }
        struct walk ahead = stmts;
        const struct stmt *next = walk_next(&ahead);
        settle_behind(w, s, next ? stmt_start(next) : limit);
    }
    while (next_at(w) < limit)
        w->next++;
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

/* Cuts letters, digits and dashes between them off 'text'; in front of them what is none.  Returns
   true where that holds a sign that ends a name, such as a colon.  */
static bool next_name(struct str *text, struct str *name)
{
    bool sign = false;
    size_t n = 0;
    while (text->n && !is_alnum(*text->p)) {
        sign |= memchr(":;=", *text->p, 3) != NULL;
        *text = str_sub(*text, 1, text->n);
    }
    while (n < text->n && (is_alnum(text->p[n]) ||
                           (text->p[n] == '-' && n + 1 < text->n && is_alnum(text->p[n + 1]))))
        n++;
    *name = str_sub(*text, 0, n);
    *text = str_sub(*text, n, text->n);
    return sign;
}

static bool is_check(struct str name)
{
    for (size_t i = 0; i < N_CHECKS; i++)
        if (str_ieq(name, str_of(check_row((enum check)i)->name)))
            return true;
    return false;
}

static bool is_nearly(struct str word, struct str meant)
{
    struct suggest near;
    suggest_init(&near, word);
    suggest_offer(&near, meant);
    return str_eq(word, meant) || near.best.n;
}

/* The comment begins as if it allowed a check, and does not: 'text' is behind its '#'.  Who only
   speaks of us has neither a colon behind the name nor a check behind the verb.  */
static bool is_near_miss(struct str text, struct str *check)
{
    struct str rest = str_trim(text), verb;
    if (!str_ieq(str_sub(rest, 0, STR("pmtac").n), STR("pmtac")) ||
        (rest.n > STR("pmtac").n && is_alnum(rest.p[STR("pmtac").n])))
        return false;
    rest = str_sub(rest, STR("pmtac").n, rest.n);
    bool sign = next_name(&rest, &verb);
    if (sign && is_check(verb)) {
        *check = verb;
        return true;
    }
    next_name(&rest, check);
    return is_nearly(verb, STR("allow")) && (sign || is_check(*check));
}

/* The comment is kept if it is one for us, or was meant to be.  */
static void read_comment(struct suppress *s, struct span comment)
{
    struct arena *arena = s->diags->arena;
    struct str text = source_text(s->diags->sources, comment), rest, missed = { NULL, 0 };
    text = str_sub(text, 1, text.n);
    rest = text;
    bool ours = str_eq(next_word(&rest), STR("pmtac:"));
    if (!ours && !is_near_miss(text, &missed))
        return;
    struct suppression *x = NEW(arena, struct suppression);
    if (ours) {
        x->verb = next_word(&rest);
        x->name = next_word(&rest);
        x->reason = rest;
    } else {
        x->missed = true;
        x->name = missed;
    }
    x->allowance.check = str_eq(x->verb, STR("allow")) ? check_named(x->name) : N_CHECKS;
    x->allowance.comment = comment;
    VEC_PUSH(arena, &s->list, x);
}

/* What stands above everything else, and covers nothing, is about all of it.  */
static void cover_all(struct search *w, const struct source *source, uint32_t first)
{
    struct span all = { source->base, source->base + (uint32_t)source->text.n + 1 };
    for (size_t i = 0; i < w->n && w->list[i]->allowance.comment.lo < first; i++)
        if (!w->list[i]->allowance.span.hi)
            w->list[i]->allowance.span = all;
}

void suppress_file(struct suppress *s, const struct ast_file *file)
{
    size_t from = s->list.n;
    for (size_t i = 0; i < file->comments.n; i++)
        read_comment(s, file->comments.v[i]);
    if (s->list.n == from)
        return;
    struct search w = { s->diags->sources, s->list.v + from, s->list.n - from, 0 };
    const struct stmt *first = file->stmts.first;
    search_block(&w, walk_stmts(first), UINT32_MAX);
    cover_all(&w, file->source, first ? stmt_start(first) : UINT32_MAX);
}

void suppress_rows(struct suppress *s, const struct rows *rows)
{
    size_t from = s->list.n;
    for (size_t i = 0; i < rows->comments.n; i++)
        read_comment(s, rows->comments.v[i]);
    if (s->list.n == from)
        return;
    struct search w = { s->diags->sources, s->list.v + from, s->list.n - from, 0 };
    for (size_t i = 0; i < rows->list.n && w.next < w.n; i++)
        settle_above(&w, rows->list.v[i].line.lo, rows->list.v[i].line);
    cover_all(&w, rows->source, rows->list.n ? rows->list.v[0].line.lo : UINT32_MAX);
}

void suppress_apply(struct suppress *s)
{
    struct allowance **list = NEW_ARRAY(s->diags->arena, struct allowance *, s->list.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s->list.n; i++)
        if (s->list.v[i]->allowance.check != N_CHECKS && s->list.v[i]->allowance.span.hi)
            list[n++] = &s->list.v[i]->allowance;
    diags_allow(s->diags, list, n);
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

/* The comment met an error of its check, and the error stays.  */
static void refused(struct diags *d, const struct suppression *x)
{
    struct diag *m = diag(d, CHECK_suppression_unused, x->allowance.comment,
                          "a comment cannot allow an error of `%.*s`", STR_ARG(x->name));
    if (check_row(x->allowance.check)->lowered == LOWERED_CALL)
        diag_help(d, m, "mend it; the comment counts where the call has -W no-error=%.*s",
                  STR_ARG(x->name));
    else
        diag_help(d, m, "mend it: an error of this check is never lowered");
}

/* What is wrong with the comment itself.  */
static void report_form(struct diags *d, const struct suppression *x)
{
    bool allows = str_eq(x->verb, STR("allow"));
    if (x->missed) {
        struct diag *m = diag(d, CHECK_suppression_unused, x->allowance.comment,
                              "a comment that looks as if it allowed a check, and does not");
        diag_help(d, m, "write # pmtac: allow %.*s REASON",
                  STR_ARG(is_check(x->name) ? x->name : STR("CHECK")));
    } else if (!x->name.n || !allows) {
        struct diag *m = allows || !x->verb.n
                             ? diag(d, CHECK_suppression_unused, x->allowance.comment,
                                    "the comment names no check")
                             : diag(d, CHECK_suppression_unused, x->allowance.comment,
                                    "`%.*s` is nothing that a comment can say", STR_ARG(x->verb));
        diag_help(d, m, "write # pmtac: allow CHECK REASON");
    } else if (x->allowance.check == N_CHECKS) {
        unknown_check(d, x->allowance.comment, x->name);
    } else if (!x->reason.n) {
        struct diag *m =
            diag(d, CHECK_suppression_reason, x->allowance.comment, "no reason is given");
        diag_help(d, m, "write why: # pmtac: allow %.*s REASON", STR_ARG(x->name));
    }
}

static void report_use(struct diags *d, const struct suppression *x, bool judged)
{
    if (x->allowance.used)
        return;
    if (x->allowance.refused) {
        refused(d, x);
    } else if (judged) {
        struct diag *m = diag(d, CHECK_suppression_unused, x->allowance.comment,
                              "there is no `%.*s` here to allow", STR_ARG(x->name));
        diag_help(d, m, "remove the comment");
    }
}

/* Comments about comments come last: they may have to do with what is said of the others.  */
static bool is_about_comments(const struct suppression *x)
{
    return x->allowance.check == CHECK_suppression_unused ||
           x->allowance.check == CHECK_suppression_reason;
}

void suppress_report(struct suppress *s, const bool judged[N_CHECKS])
{
    for (size_t i = 0; i < s->list.n; i++)
        report_form(s->diags, s->list.v[i]);
    for (int last = 0; last < 2; last++)
        for (size_t i = 0; i < s->list.n; i++) {
            const struct suppression *x = s->list.v[i];
            if (x->allowance.check != N_CHECKS && is_about_comments(x) == last)
                report_use(s->diags, x, judged[x->allowance.check]);
        }
}
