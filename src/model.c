#include <config.h>

#include "model.h"

struct line *line_find_there(const struct lines *lines, const struct directive *dir)
{
    struct line *found = NULL;
    for (struct line *l = lines->first; l; l = l->next)
        if (l->what->dir == dir)
            found = l;
    return found;
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

int line_bool(const struct lines *lines, const struct directive *dir)
{
    struct line *line = line_find(lines, dir);
    struct fault fault;
    bool yes;
    if (!line || line->bad || line->what->n_args != 1 ||
        !value_bool(line->what->args[0].text, &yes, &fault))
        return -1;
    return yes;
}

struct str line_value(const struct line *line, struct arena *arena)
{
    struct buf text = { .arena = arena };
    struct fault fault;
    bool yes;
    if (line->n_args == 1 && value_bool(line->args[0].text, &yes, &fault))
        return yes ? STR("yes") : STR("no");
    if (line->n_args == 1)
        return line->args[0].text;
    for (uint32_t i = 0; i < line->n_args; i++)
        buf_printf(&text, "%s%.*s", line->args[i].joined ? "," : " ", STR_ARG(line->args[i].text));
    return buf_str(&text);
}

bool model_says(const struct model *m, enum target target)
{
    return m->said[m->target[target] - dict_at(0)];
}

void lines_add(struct lines *lines, struct line *line)
{
    if (lines->last)
        lines->last->next = line;
    else
        lines->first = line;
    lines->last = line;
    lines->some |= line_bit(line->what->dir);
}

/* An index of lists that may be long: most have one element and need none.  */

static void *index_find(const struct map *index, void *first, struct str first_name,
                        struct str name)
{
    if (index)
        return map_get(index, name);
    return first && str_ieq(first_name, name) ? first : NULL;
}

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
    struct selector *first = d->selectors;
    return index_find(d->index, first, first ? first->name.text : name, name);
}

void dkim_add(struct dkim *d, struct selector *s, struct arena *arena)
{
    if (d->last_selector) {
        if (!d->index)
            index_add(&d->index, arena, d->selectors->name.text, d->selectors);
        index_add(&d->index, arena, s->name.text, s);
        d->last_selector->next = s;
    } else {
        d->selectors = s;
    }
    d->last_selector = s;
    if (!d->signing && s->state == SELECTOR_SIGNING)
        d->signing = s;
}

struct domain *domain_find(const struct domains *list, struct str pattern)
{
    struct domain *first = list->first;
    return index_find(list->index, first, first ? first->pattern : pattern, pattern);
}

void domains_add(struct domains *list, struct domain *d, struct arena *arena)
{
    if (list->last) {
        if (!list->index)
            index_add(&list->index, arena, list->first->pattern, list->first);
        index_add(&list->index, arena, d->pattern, d);
        list->last->next = d;
    } else {
        list->first = d;
    }
    list->last = d;
}

bool name_is_reserved(struct str name)
{
    return (name.n && name.p[0] == '{') || str_ieq(name, STR("by-smtp-source-ip"));
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
