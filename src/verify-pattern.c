#include <config.h>

#include "verify-pattern.h"

#include "relay.h"

static void walk_section(const struct model *m, const struct section_body *s,
                         struct section_walk walk)
{
    walk.judge(m, s, walk.context);
    for (const struct line *l = lines_first(&s->lines); l; l = l->next)
        if (l->what->nested)
            walk_section(m, l->what->nested, walk);
    for (const struct section_body *child = s->children; child; child = child->next)
        walk_section(m, child, walk);
}

void walk_sections(const struct model *m, struct section_walk walk)
{
    for (size_t i = 0; i < m->sections.n; i++)
        walk_section(m, m->sections.v[i], walk);
}

const struct arg *pattern_of(const struct line *line)
{
    for (uint32_t i = 0; i < line->what->n_args; i++)
        if (line->what->args[i].pattern)
            return &line->what->args[i];
    return NULL;
}

struct span pattern_place(const struct line *line)
{
    const struct arg *arg = pattern_of(line);
    return arg ? line_arg_span(line, (uint32_t)(arg - line->what->args)) : line_span(line);
}

/* A domain in a pattern that looks at addresses: the pieces 'from' to 'to'.  */
struct found {
    struct arg arg; /* with an absolute place */
    const struct pattern_use *use;
    enum level level;
    struct regexp_pieces pieces;
    size_t from, to;
};

/* Reports the domain, or returns false.  */
typedef bool domain_judge(const struct model *, const struct found *);

/* A character of a label, once.  */
static bool is_label(const struct regexp_piece *p)
{
    return p->kind == REGEXP_BYTE && !p->counted && (is_alnum(p->byte) || p->byte == '-');
}

static bool is_byte(const struct regexp_piece *p, char byte)
{
    return p->kind == REGEXP_BYTE && p->byte == byte && !p->counted;
}

static bool is_dot(const struct regexp_piece *p)
{
    return is_byte(p, '.') || (p->kind == REGEXP_ANY && !p->counted);
}

static size_t find_at(const struct regexp_pieces *p)
{
    size_t i = 0;
    while (i < p->n && !is_byte(&p->v[i], '@'))
        i++;
    return i;
}

/* Behind the labels and the dots between them that begin at 'from'.  */
static size_t domain_end(const struct regexp_pieces *p, size_t from)
{
    size_t i = from;
    while (i < p->n && (is_label(&p->v[i]) || (i > from && is_dot(&p->v[i]) && i + 1 < p->n &&
                                               is_label(&p->v[i - 1]) && is_label(&p->v[i + 1]))))
        i++;
    return i;
}

/* Two labels or more, the last one of two letters or more.  What stands before an '@', or at the
   start of an address, is none.  */
static bool is_domain(const struct regexp_pieces *p, size_t from, size_t to)
{
    size_t last = to;
    while (last > from && !is_dot(&p->v[last - 1]))
        last--;
    if (last == from || to - last < 2 || (to < p->n && is_byte(&p->v[to], '@')))
        return false;
    return is_alpha(p->v[last].byte) && !(from == 1 && p->v[0].kind == REGEXP_START);
}

/* The dot before a label that stands alone, at 'i', belongs to it: whatever label there is may
   stand before that.  Not in what must begin at the start of an address.  */
static size_t lone_start(const struct regexp_pieces *p, size_t at, size_t i)
{
    bool whole = at < i || p->v[0].kind != REGEXP_START;
    return i - (whole && i > 0 && is_byte(&p->v[i - 1], '.'));
}

/* Judges the domains of one pattern up to the first that is reported.  A pattern that cannot be
   understood to its end is left alone.  */
static void judge_pattern(const struct model *m, struct found *f, domain_judge *judge)
{
    regexp_cut(m->scratch, f->arg.text, &f->pieces);
    const struct regexp_pieces *p = &f->pieces;
    size_t at = find_at(p);
    if (p->n && p->v[p->n - 1].kind == REGEXP_OTHER)
        return;
    for (size_t i = at < p->n ? at + 1 : 0; i < p->n; i = f->to + 1) {
        f->to = domain_end(p, i);
        f->from = is_domain(p, i, f->to) ? i : lone_start(p, at, i);
        if (is_domain(p, f->from, f->to) && judge(m, f))
            return;
    }
}

/* Where a match grants a right it is a warning, elsewhere a note.  */
static void judge_lines(const struct model *m, const struct lines *lines, domain_judge *judge)
{
    struct found f = { .use = NULL };
    for (const struct line *l = lines_first(lines); l; l = l->next) {
        f.use = dict_patterns(l->what->dir->type);
        if (!f.use || f.use->looks_at == LOOKS_AT_TEXT || l->bad)
            continue;
        const struct arg *arg = pattern_of(l);
        if (!arg)
            continue;
        f.arg = *arg;
        f.arg.span = pattern_place(l);
        f.level = f.use->looks_at == LOOKS_AT_RIGHT ? LEVEL_WARNING : LEVEL_NOTE;
        judge_pattern(m, &f, judge);
    }
}

static void judge_section(const struct model *m, const struct section_body *s, void *context)
{
    domain_judge *const *judge = context;
    judge_lines(m, &s->lines, *judge);
}

/* Patterns for addresses stand at the top and in sections.  */
static void judge_domains(const struct model *m, domain_judge *judge)
{
    judge_lines(m, &m->lines, judge);
    walk_sections(m, (struct section_walk){ judge_section, &judge });
}

/* The pieces 'from' to 'to' as they are written.  */
static struct str written(const struct found *f)
{
    uint32_t lo = f->pieces.v[f->from].lo, hi = f->pieces.v[f->to - 1].hi;
    return str_sub(f->arg.text, lo, hi - lo);
}

static struct span found_span(const struct found *f)
{
    return pattern_span(&f->arg, f->pieces.v[f->from].lo, f->pieces.v[f->to - 1].hi);
}

/* regex-unanchored */

/* The end of the group, or of the pattern, in which an alternative stands at 'i'.  */
static size_t group_end(const struct regexp_pieces *p, size_t i)
{
    for (size_t depth = 0; i < p->n; i++) {
        if (p->v[i].kind == REGEXP_CLOSE && !depth)
            break;
        depth += p->v[i].kind == REGEXP_OPEN;
        depth -= p->v[i].kind == REGEXP_CLOSE;
    }
    return i;
}

/* The text may go on behind the domain, for certain.  */
static bool is_open(const struct found *f)
{
    const struct regexp_pieces *p = &f->pieces;
    size_t i = f->to;
    while (i < p->n) {
        enum regexp_kind kind = p->v[i].kind;
        if (kind == REGEXP_BAR)
            i = group_end(p, i);
        else if (kind == REGEXP_ANY && p->v[i].optional) /* ".*" at the end ends nothing */
            return i + 1 == p->n || (i + 2 == p->n && p->v[i + 1].kind == REGEXP_END);
        else if ((kind == REGEXP_CLOSE && !p->v[i].counted) || kind == REGEXP_EDGE ||
                 kind == REGEXP_OPTIONS)
            i++;
        else
            return false;
    }
    return true;
}

/* The domain as it should be written: its dots as dots.  */
static struct str mended(const struct model *m, const struct found *f)
{
    struct buf text = { .arena = m->scratch };
    for (size_t i = f->from; i < f->to; i++) {
        if (is_dot(&f->pieces.v[i]))
            buf_text(&text, "\\.");
        else
            buf_char(&text, f->pieces.v[i].byte);
    }
    return buf_str(&text);
}

/* What must stand before the domain so that it is no end of a longer label: what does, or what
   should where nothing does.  */
static struct str front(const struct found *f)
{
    const struct regexp_piece *first = &f->pieces.v[f->from];
    if (f->use->looks_at != LOOKS_AT_RIGHT || is_dot(first))
        return STR("");
    return !f->from ? STR("[@.]") : is_byte(first - 1, '@') ? STR("@") : STR("");
}

/* The whole pattern as it should be, for one that gives a right.  */
static struct str closed(const struct model *m, const struct found *f)
{
    uint32_t lo = f->pieces.v[f->from].lo, hi = f->pieces.v[f->to - 1].hi;
    struct buf text = { .arena = m->scratch };
    buf_put(&text, str_sub(f->arg.text, 0, lo));
    buf_put(&text, f->from ? STR("") : front(f));
    buf_put(&text, mended(m, f));
    buf_text(&text, f->use->end);
    buf_put(&text, str_sub(f->arg.text, hi, f->arg.text.n));
    return buf_str(&text);
}

/* What to write: the domain and what belongs to it, or all of the pattern where what stands before
   the domain tells it from others.  */
static struct str advice(const struct model *m, const struct found *f, struct str whole)
{
    struct buf text = { .arena = m->scratch };
    if (f->use->looks_at == LOOKS_AT_RIGHT && f->from && !front(f).n)
        return whole;
    buf_put(&text, front(f));
    buf_put(&text, mended(m, f));
    buf_text(&text, f->use->end);
    return buf_str(&text);
}

/* Where it would be open to strangers all the same another check speaks, and anchors do not help.
 */
static bool report_open(const struct model *m, const struct found *f)
{
    if (!is_open(f))
        return false;
    struct str domain = written(f), whole = closed(m, f);
    uint32_t start = f->pieces.v[f->from].lo, end = f->pieces.v[f->to - 1].hi;
    struct span behind = pattern_span(&f->arg, end, end);
    if (f->use->looks_at == LOOKS_AT_RIGHT && relay_is_open_to(m->relay, whole))
        return false;
    struct diag *d =
        diag_at(m->diags, CHECK_regex_unanchored, f->level, found_span(f),
                "`%.*s` may go on: a longer domain that begins so matches too", STR_ARG(domain));
    if (f->to == f->pieces.n && behind.lo == behind.hi) {
        if (!f->from && front(f).n)
            diag_fix(m->diags, d, pattern_span(&f->arg, start, start), front(f));
        diag_fix(m->diags, d, behind, str_of(f->use->end));
    }
    diag_help(m->diags, d, "write `%.*s`", STR_ARG(advice(m, f, whole)));
    return true;
}

void verify_regex_unanchored(const struct model *m)
{
    judge_domains(m, report_open);
}

/* regex-dot */

static bool report_dot(const struct model *m, const struct found *f)
{
    struct buf plain = { .arena = m->scratch };
    struct diag *d = NULL;
    for (size_t i = f->from; i < f->to; i++)
        buf_char(&plain, f->pieces.v[i].kind == REGEXP_ANY ? '.' : f->pieces.v[i].byte);
    for (size_t i = f->from; i < f->to; i++) {
        const struct regexp_piece *p = &f->pieces.v[i];
        if (p->kind != REGEXP_ANY)
            continue;
        struct span span = pattern_span(&f->arg, p->lo, p->hi);
        if (!d)
            d = diag_at(m->diags, CHECK_regex_dot, f->level, span,
                        "a bare `.` stands for any character: more than `%.*s` matches",
                        STR_ARG(buf_str(&plain)));
        diag_fix(m->diags, d, span, STR("\\."));
    }
    if (d)
        diag_help(m->diags, d, "write `\\.` for a dot");
    return d != NULL;
}

void verify_regex_dot(const struct model *m)
{
    judge_domains(m, report_dot);
}
