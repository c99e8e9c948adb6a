#include <config.h>

#include "compare.h"

#include "diag-secret.h"

/* Places stand from this column on, where the line leaves room.  */
enum { PLACE_COLUMN = 56 };

struct printer {
    const struct comparison *c;
    const struct compare_side *sides;
    struct buf *out;
};

static const struct {
    const char *word, *remark;
} kinds[] = {
#define DIFFERENCE(ID, WORD, REMARK) { WORD, REMARK },
#include "../grammar/differences.def"
#undef DIFFERENCE
};

static void put_tag(struct buf *out, const struct facts_section *s)
{
    buf_char(out, '<');
    diag_escape(out, s->tag);
    if (s->arg.n) {
        buf_char(out, ' ');
        diag_escape(out, s->arg);
    }
    buf_char(out, '>');
}

/* The tags from the outermost on.  */
static void put_path(struct buf *out, const struct facts_section *s)
{
    if (s->parent && s->parent->scope != SCOPE_global) {
        put_path(out, s->parent);
        buf_char(out, ' ');
    }
    put_tag(out, s);
}

/* The line as it may be shown: without secrets in values that nobody knows to hold any.  */
static struct str line_text(const struct printer *p, int side, const struct fact *fact)
{
    struct buf text = { .arena = p->c->arena };
    bool bare = fact->is->word.n && fact->is->word.p[0] == '/';
    if (!bare)
        buf_put(&text, fact->is->word);
    if (!bare && fact->is->shown.n)
        buf_char(&text, ' ');
    buf_put(&text, fact->is->shown);
    return hide_in_text(p->sides[side].diags, fact->span, buf_str(&text));
}

static bool has_place(const struct printer *p, int side, struct span span, struct place *at)
{
    *at = source_place(p->sides[side].diags->sources, span.lo);
    return span.hi && at->source;
}

static void put_place(const struct printer *p, int side, struct span span, size_t from,
                      const char *remark)
{
    struct place at;
    bool placed = has_place(p, side, span, &at);
    if (placed || remark[0]) {
        size_t used = p->out->n - from;
        buf_fill(p->out, ' ', used + 2 < PLACE_COLUMN ? PLACE_COLUMN - used : 2);
        buf_text(p->out, "# ");
    }
    if (placed) {
        diag_escape(p->out, at.source->name);
        buf_printf(p->out, ":%u", at.line);
    }
    buf_printf(p->out, "%s%s\n", placed && remark[0] ? ": " : "", remark);
}

static void put_fact(const struct printer *p, int side, const struct fact *fact, size_t depth,
                     const char *remark)
{
    size_t from = p->out->n;
    buf_text(p->out, side ? "+ " : "- ");
    buf_fill(p->out, ' ', 4 * (depth + fact->depth));
    diag_escape(p->out, line_text(p, side, fact));
    put_place(p, side, fact->span, from, remark);
}

/* What stands above the differences of one section.  */
static void put_head(const struct printer *p, const struct difference *d)
{
    const struct facts_section *a = d->section[0], *b = d->section[1], *s = a ? a : b;
    buf_char(p->out, '\n');
    if (s->scope == SCOPE_global) {
        buf_text(p->out, "outside of sections\n");
        return;
    }
    size_t from = p->out->n;
    buf_text(p->out, d->kind != DIFFERENCE_section ? "" : a ? "- " : "+ ");
    put_path(p->out, s);
    if (s->expanded)
        buf_text(p->out, " of a macro");
    if (a && b && !str_eq(a->key, b->key)) {
        buf_text(p->out, " and ");
        put_path(p->out, b);
    }
    if (d->kind == DIFFERENCE_section)
        put_place(p, a ? 0 : 1, s->span, from, "");
    else
        buf_char(p->out, '\n');
}

static bool same_head(const struct difference *a, const struct difference *b)
{
    return a->section[0] == b->section[0] && a->section[1] == b->section[1];
}

void compare_print(const struct comparison *c, const struct compare_side sides[COMPARE_SIDES],
                   struct str host, struct buf *out)
{
    struct printer p = { c, sides, out };
    for (size_t i = 0; i < c->list.n; i++) {
        const struct difference *d = &c->list.v[i];
        if (!i && host.n)
            buf_printf(out, "\nhost %.*s\n", STR_ARG(host));
        if (!i || !same_head(d, d - 1))
            put_head(&p, d);
        bool global = (d->section[0] ? d->section[0] : d->section[1])->scope == SCOPE_global;
        const char *remark = kinds[d->kind].remark;
        for (int side = 0; side < COMPARE_SIDES; side++)
            for (size_t k = 0; k < d->n[side]; k++) {
                put_fact(&p, side, d->facts[side][k], !global, remark);
                remark = "";
            }
    }
}

/* JSON */

static void put_json_place(const struct printer *p, int side, struct span span)
{
    struct place at;
    if (!has_place(p, side, span, &at)) {
        buf_text(p->out, "\"file\": null");
        return;
    }
    buf_text(p->out, "\"file\": ");
    diag_json_string(p->out, at.source->name);
    buf_printf(p->out, ", \"line\": %u", at.line);
}

static void put_json_path(const struct printer *p, const struct facts_section *s)
{
    struct buf tag = { .arena = p->c->arena };
    if (s->scope == SCOPE_global)
        return;
    if (s->parent && s->parent->scope != SCOPE_global) {
        put_json_path(p, s->parent);
        buf_text(p->out, ", ");
    }
    buf_put(&tag, s->tag);
    if (s->arg.n)
        buf_char(&tag, ' ');
    buf_put(&tag, s->arg);
    diag_json_string(p->out, buf_str(&tag));
}

static void put_json_side(const struct printer *p, const struct difference *d, int side)
{
    const struct facts_section *s = d->section[side];
    if (!s) {
        buf_text(p->out, "null");
        return;
    }
    buf_text(p->out, "{\"section\": [");
    put_json_path(p, s);
    buf_text(p->out, "], ");
    put_json_place(p, side, s->span);
    buf_text(p->out, ", \"lines\": [");
    for (size_t i = 0; i < d->n[side]; i++) {
        buf_text(p->out, i ? ", {\"text\": " : "{\"text\": ");
        diag_json_string(p->out, line_text(p, side, d->facts[side][i]));
        buf_text(p->out, ", ");
        put_json_place(p, side, d->facts[side][i]->span);
        buf_char(p->out, '}');
    }
    buf_text(p->out, "]}");
}

void compare_print_json(const struct comparison *c, const struct compare_side sides[COMPARE_SIDES],
                        struct str host, struct buf *out)
{
    struct printer p = { c, sides, out };
    buf_text(out, "    {\"host\": ");
    diag_json_string(out, host);
    buf_printf(out, ", \"only\": null, \"unread\": %zu, \"differences\": [", c->n_unread);
    for (size_t i = 0; i < c->list.n; i++) {
        const struct difference *d = &c->list.v[i];
        buf_printf(out, "%s\n      {\"kind\": \"%s\",\n       \"a\": ", i ? "," : "",
                   kinds[d->kind].word);
        put_json_side(&p, d, 0);
        buf_text(out, ",\n       \"b\": ");
        put_json_side(&p, d, 1);
        buf_char(out, '}');
    }
    buf_text(out, c->list.n ? "\n    ]}" : "]}");
}
