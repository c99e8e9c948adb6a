#include <config.h>

#include "model.h"

/* The last line with directive 'dir'; its place is not its own where lines are folded.  */
static struct line *line_peek(const struct lines *lines, const struct directive *dir)
{
    struct line *found = NULL;
    for (struct line *l = lines->folded ? lines->fold->first : lines->made; l; l = l->next)
        if (l->what->dir == dir)
            found = l;
    return found;
}

struct line *line_find_there(const struct lines *lines, const struct directive *dir)
{
    struct line *found = line_peek(lines, dir);
    return found && lines->folded && lines_first(lines) ? line_peek(lines, dir) : found;
}

struct line *line_make(struct arena *arena, const struct directive *dir, const struct arg *args,
                       uint32_t n, struct span span)
{
    struct line *line = NEW(arena, struct line);
    line->what = NEW(arena, struct setting);
    line->what->dir = dir;
    line->what->args = arena_alloc(arena, n * sizeof *args);
    line->what->n_args = n;
    line->what->size = span.hi - span.lo;
    line->lo = span.lo;
    for (uint32_t i = 0; i < n; i++) {
        struct arg arg = args[i];
        arg.span.lo -= span.lo;
        arg.span.hi -= span.lo;
        line->what->args[i] = arg;
    }
    return line;
}

bool line_same_values(const struct line *x, const struct line *y)
{
    if (x->what->n_args != y->what->n_args)
        return false;
    for (uint32_t i = 0; x->what != y->what && i < x->what->n_args; i++)
        if (!str_eq(x->what->args[i].text, y->what->args[i].text) ||
            x->what->args[i].joined != y->what->args[i].joined)
            return false;
    return true;
}

int line_switch(const struct line *line)
{
    struct fault fault;
    bool yes;
    if (line->bad || line->what->n_args != 1 ||
        !value_bool(line->what->args[0].text, &yes, &fault))
        return -1;
    return yes;
}

int line_bool(const struct lines *lines, const struct directive *dir)
{
    const struct line *line = line_maybe(lines, dir) ? line_peek(lines, dir) : NULL;
    return line ? line_switch(line) : -1;
}

struct str line_value(const struct line *line, struct arena *arena)
{
    struct buf text = { .arena = arena };
    struct fault fault;
    bool yes;
    if (line->what->n_args == 1 && value_bool(line->what->args[0].text, &yes, &fault))
        return yes ? STR("yes") : STR("no");
    if (line->what->n_args == 1)
        return line->what->args[0].text;
    for (uint32_t i = 0; i < line->what->n_args; i++)
        buf_printf(&text, "%s%.*s", line->what->args[i].joined ? "," : " ",
                   STR_ARG(line->what->args[i].text));
    return buf_str(&text);
}

bool model_says(const struct model *m, enum target target)
{
    return m->said[m->target[target] - dict_at(0)];
}

struct str line_word(const struct line *line)
{
    return !line->bad && line->what->n_args ? line->what->args[0].text : STR("");
}

/* Copies of the lines from 'first' on, 'by' bytes further on.  */
static struct lines copy_lines(struct arena *arena, const struct line *first, uint32_t by)
{
    struct lines copy = { .made = NULL };
    for (const struct line *l = first; l; l = l->next) {
        struct line *line = arena_alloc(arena, sizeof *line);
        *line =
            (struct line){ .what = l->what, .lo = l->lo + by, .bad = l->bad, .copied = l->copied };
        lines_add(&copy, line);
    }
    return copy;
}

struct fold *lines_fold(const struct lines *lines, struct arena *arena)
{
    struct fold *fold = arena_alloc(arena, sizeof *fold);
    *fold = (struct fold){ .arena = arena, .first = copy_lines(arena, lines->made, 0).made };
    return fold;
}

void lines_unfold(struct lines *lines)
{
    *lines = copy_lines(lines->fold->arena, lines->fold->first, lines->by);
}

void lines_add(struct lines *lines, struct line *line)
{
    if (lines->folded)
        lines_unfold(lines);
    if (lines->last)
        lines->last->next = line;
    else
        lines->made = line;
    lines->last = line;
    lines->some |= line_bit(line->what->dir);
}

/* An index of a list that may be long: most are short, and searched faster than a map is made.  */
enum { SHORT_LIST = 8 };

static void index_add(struct map **index, struct arena *arena, struct str name, void *what)
{
    if (!*index) {
        *index = NEW(arena, struct map);
        (*index)->arena = arena;
    }
    void **slot = map_add(*index, name);
    if (!*slot)
        *slot = what;
}

struct selector *dkim_selector(const struct dkim *d, struct str name)
{
    if (d->index)
        return map_get(d->index, name);
    struct selector *s = d->selectors;
    while (s && !str_ieq(s->name.text, name))
        s = s->next;
    return s;
}

void dkim_add(struct dkim *d, struct selector *s, struct arena *arena)
{
    if (d->last_selector)
        d->last_selector->next = s;
    else
        d->selectors = s;
    d->last_selector = s;
    if (!d->signing && s->state == SELECTOR_SIGNING)
        d->signing = s;
    if (d->index)
        index_add(&d->index, arena, s->name.text, s);
    else if (++d->n_selectors > SHORT_LIST)
        for (s = d->selectors; s; s = s->next)
            index_add(&d->index, arena, s->name.text, s);
}

struct domain *domain_find(const struct domains *list, struct str pattern)
{
    if (list->index)
        return map_get(list->index, pattern);
    struct domain *d = list->first;
    while (d && !str_ieq(d->pattern, pattern))
        d = d->next;
    return d;
}

static bool is_long(const struct domains *list)
{
    const struct domain *d = list->first;
    for (int i = 0; d && i < SHORT_LIST; i++)
        d = d->next;
    return d != NULL;
}

void domains_add(struct domains *list, struct domain *d, struct arena *arena)
{
    if (list->last)
        list->last->next = d;
    else
        list->first = d;
    list->last = d;
    if (list->index)
        index_add(&list->index, arena, d->pattern, d);
    else if (is_long(list))
        for (d = list->first; d; d = d->next)
            index_add(&list->index, arena, d->pattern, d);
}

struct span pattern_span(const struct arg *arg, size_t lo, size_t hi)
{
    uint32_t begin = arg->span.lo + 1; /* behind the slash */
    if (arg->span.hi - arg->span.lo != arg->text.n + 2)
        return arg->span;
    return (struct span){ begin + (uint32_t)lo, begin + (uint32_t)hi };
}

bool name_is_reserved(struct str name)
{
    return (name.n && name.p[0] == '{') || str_ieq(name, STR("by-smtp-source-ip"));
}

bool source_is_own(struct str name)
{
    static const struct str names[] = {
#define RESERVED(NAME) STR_INIT(NAME),
#include "../grammar/reserved.def"
#undef RESERVED
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_ieq(name, names[i]))
            return true;
    return false;
}

const char *kind_word(enum kind kind)
{
    static const char *const words[] = {
#define KIND(ID, WORD, ...) WORD,
#define READING(...)
#define STATEMENT(...)
#define ATTR(...)
#include "../grammar/kinds.def"
#undef KIND
#undef READING
#undef STATEMENT
#undef ATTR
    };
    return words[kind];
}

enum level model_maybe(const struct model *m, enum level level)
{
    if (!m->foreign_names)
        return level;
    return m->raw ? LEVEL_OFF : LEVEL_NOTE;
}
