#include <config.h>

#include "coverage.h"

/* Settings for destinations, from "*" to the exact name.  */

static const struct str below = STR_INIT("*."), from_on = STR_INIT("[*.]");

/* A pattern without what stands before its domain.  */
static struct str bare(struct str pattern)
{
    size_t n = str_starts(pattern, below) ? below.n : str_starts(pattern, from_on) ? from_on.n : 0;
    return str_sub(pattern, n, pattern.n);
}

static bool is_under(struct str name, struct str parent)
{
    return name.n > parent.n && name.p[name.n - parent.n - 1] == '.' &&
           str_ieq(str_sub(name, name.n - parent.n, parent.n), parent);
}

bool coverage_pattern_holds(struct str wide, struct str pattern)
{
    if (coverage_is_any(wide) || str_ieq(wide, pattern))
        return true;
    if (str_starts(wide, from_on))
        return str_ieq(bare(wide), bare(pattern)) || is_under(bare(pattern), bare(wide));
    return str_starts(wide, below) && is_under(bare(pattern), bare(wide));
}

static enum sign read_sign(const struct lines *lines, const struct line *l)
{
    int yes = line_bool(lines, l->what->dir);
    return yes < 0 ? SIGN_ASKED : yes ? SIGN_YES : SIGN_NO;
}

/* What a line adds to 'v'; of repeated ones the last counts.  */
static void read_line(const struct model *m, struct view *v, const struct lines *lines,
                      const struct line *l)
{
    if (l->what->dir == m->target[TARGET_domain_dkim_sign])
        v->sign = read_sign(lines, l);
    else if (l->what->dir == m->target[TARGET_domain_second_dkim_sign])
        v->second = line_bool(lines, l->what->dir) != 0;
    else if (l->what->dir == m->target[TARGET_domain_dkim_identity])
        v->identity = l;
    else if (l->what->dir == m->target[TARGET_domain_dkim_fallback])
        v->fallback = l;
    else if (l->what->dir == m->target[TARGET_domain_route] ||
             l->what->dir == m->target[TARGET_domain_smtp_hosts] ||
             l->what->dir == m->target[TARGET_domain_queue_to])
        v->handed |= coverage_is_any(v->pattern) && line_word(l).n > 0;
    else if (l->what->dir == m->target[TARGET_domain_type])
        v->withheld = coverage_is_any(v->pattern) && !str_ieq(line_word(l), STR("smtp"));
}

static bool says_something(const struct view *v)
{
    return v->sign != SIGN_UNSET || v->second || v->identity || v->fallback || v->handed ||
           v->withheld;
}

/* What 'read_line' knows and somebody says.  */
uint64_t coverage_spoken(const struct model *m)
{
    static const enum target targets[] = {
        TARGET_domain_dkim_sign,     TARGET_domain_second_dkim_sign,
        TARGET_domain_dkim_identity, TARGET_domain_dkim_fallback,
        TARGET_domain_route,         TARGET_domain_smtp_hosts,
        TARGET_domain_queue_to,      TARGET_domain_type
    };
    uint64_t bits = 0;
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
        if (model_says(m, targets[i]))
            bits |= line_bit(m->target[targets[i]]);
    return bits;
}

void coverage_settings(const struct coverage *c, const struct domains *domains, view_list *list)
{
    const struct model *m = c->m;
    list->n = 0;
    for (const struct domain *d = c->spoken ? domains->first : NULL; d; d = d->next) {
        struct view v = { .pattern = d->pattern };
        bool some = (d->lines.some & c->spoken) != 0;
        for (const struct line *l = some ? lines_first(&d->lines) : NULL; l; l = l->next)
            if (!l->bad)
                read_line(m, &v, &d->lines, l);
        if (says_something(&v))
            VEC_PUSH(m->scratch, list, v);
    }
}

const struct layer *coverage_layer(const struct coverage *c, const view_list *list)
{
    static const struct layer nothing = { .n = 0 };
    struct arena *arena = c->m->arena;
    if (!list->n)
        return &nothing;
    struct layer *layer = NEW(arena, struct layer);
    *layer = (struct layer){ NEW_ARRAY(arena, struct view, list->n), list->n, { .arena = arena } };
    for (size_t i = 0; i < list->n; i++) {
        layer->v[i] = list->v[i];
        *map_add(&layer->by_pattern, list->v[i].pattern) = &layer->v[i];
    }
    return layer;
}

/* One question to a stack of layers: the value for 'pattern'.  */
enum property { PROPERTY_SIGN, PROPERTY_SECOND, PROPERTY_IDENTITY, PROPERTY_FALLBACK };

static bool has(const struct view *v, enum property property)
{
    switch (property) {
    case PROPERTY_SIGN:
        return v->sign != SIGN_UNSET;
    case PROPERTY_SECOND:
        return v->second;
    case PROPERTY_IDENTITY:
        return v->identity != NULL;
    case PROPERTY_FALLBACK:
        break;
    }
    return v->fallback != NULL;
}

static const struct view *named(const struct layer *layer, struct arena *scratch, struct str prefix,
                                struct str name, enum property property)
{
    struct str text =
        prefix.n ? arena_printf(scratch, "%.*s%.*s", STR_ARG(prefix), STR_ARG(name)) : name;
    const struct view *v = map_get(&layer->by_pattern, text);
    return v && has(v, property) ? v : NULL;
}

/* The most specific settings of 'layer' that hold for 'pattern' and have the property.  */
static const struct view *best(const struct layer *layer, struct arena *scratch, struct str pattern,
                               enum property property)
{
    const struct view *v = layer->n ? named(layer, scratch, STR(""), pattern, property) : NULL;
    struct str name = bare(pattern);
    if (v || !layer->n || coverage_is_any(pattern))
        return v;
    v = named(layer, scratch, from_on, name, property);
    for (name = coverage_wider(name); !v && name.n && !coverage_is_any(name);
         name = coverage_wider(name)) {
        v = named(layer, scratch, below, name, property);
        v = v ? v : named(layer, scratch, from_on, name, property);
    }
    return v ? v : named(layer, scratch, STR(""), STR("*"), property);
}

struct stack {
    const struct coverage *c;
    const struct base *base;
    const struct layer *own;
};

static size_t height(const struct stack *s)
{
    return s->base->n_pools + 2;
}

/* The layers from the VMTA's own, by those of its pools, to that of the server.  */
static const struct layer *layer_at(const struct stack *s, size_t i)
{
    if (!i)
        return s->own;
    return i <= s->base->n_pools ? s->base->pools[i - 1]->layer : s->c->everywhere;
}

static const struct view *ask(const struct stack *s, struct str pattern, enum property property,
                              bool *own)
{
    const struct view *v = NULL;
    for (size_t i = 0; i < height(s) && !v; i++) {
        v = best(layer_at(s, i), s->c->m->scratch, pattern, property);
        *own = v && !i;
    }
    return v;
}

/* What holds for 'pattern' in the end.  'signs': a 'sign' switches signing on for all destinations
   of which the VMTA itself says nothing.  */
static struct view merged(const struct stack *s, struct str pattern, bool signs)
{
    struct view v = { .pattern = pattern };
    bool own;
    const struct view *sign = ask(s, pattern, PROPERTY_SIGN, &v.own);
    const struct view *second = ask(s, pattern, PROPERTY_SECOND, &own);
    const struct view *identity = ask(s, pattern, PROPERTY_IDENTITY, &own);
    const struct view *fallback = ask(s, pattern, PROPERTY_FALLBACK, &own);
    v.sign = sign ? sign->sign : SIGN_UNSET;
    if (signs && !v.own) {
        v.sign = SIGN_YES;
        v.own = true;
    }
    v.second = second != NULL;
    v.identity = identity ? identity->identity : NULL;
    v.fallback = fallback ? fallback->fallback : NULL;
    for (size_t i = 0; i < height(s); i++) {
        const struct layer *layer = layer_at(s, i);
        const struct view *any = layer->n ? map_get(&layer->by_pattern, STR("*")) : NULL;
        v.handed |= any && any->handed;
        v.withheld |= any && any->withheld;
    }
    return v;
}

/* All patterns of the stack, in order, "*" left out.  */
static struct map patterns_of(const struct stack *s)
{
    struct map patterns = { .arena = s->c->m->scratch };
    for (size_t i = 0; i < height(s); i++) {
        const struct layer *layer = layer_at(s, i);
        for (size_t k = 0; k < layer->n; k++)
            if (!coverage_is_any(layer->v[k].pattern))
                map_add(&patterns, layer->v[k].pattern);
    }
    return patterns;
}

static bool has_pattern(const struct map *patterns, struct str prefix, struct str name)
{
    return map_find(patterns,
                    arena_printf(patterns->arena, "%.*s%.*s", STR_ARG(prefix), STR_ARG(name)));
}

static bool is_nested(const struct map *patterns, struct str pattern)
{
    struct str name = bare(pattern);
    bool found = !str_starts(pattern, from_on) && has_pattern(patterns, from_on, name);
    for (name = coverage_wider(name); !found && !coverage_is_any(name) && name.n;
         name = coverage_wider(name))
        found = has_pattern(patterns, below, name) || has_pattern(patterns, from_on, name);
    return found;
}

/* Views that are being collected: those with the same settings become one.  */
struct views {
    const struct coverage *c;
    view_list list;
    VEC(name_list) names; /* the further patterns of each */
    struct map by_settings;
};

static void put_word(struct buf *text, const struct line *l)
{
    buf_put(text, l ? line_word(l) : STR(""));
    buf_char(text, '\n');
}

void coverage_put_view(struct buf *text, const struct view *v)
{
    buf_printf(text, "%d %d%d%d%d ", v->sign, v->nested, v->second, v->handed, v->withheld);
    put_word(text, v->identity);
    put_word(text, v->fallback);
}

static void add_view(struct views *views, struct view v)
{
    struct arena *arena = views->c->m->scratch;
    struct buf text = { .arena = arena };
    coverage_put_view(&text, &v);
    void **slot = map_add(&views->by_settings, buf_str(&text));
    size_t at = (uintptr_t)*slot;
    if (at == 1)
        return; /* like all that is not named */
    if (at) {
        VEC_PUSH(arena, &views->names.v[at - 1], v.pattern);
        return;
    }
    VEC_PUSH(arena, &views->list, v);
    VEC_PUSH(arena, &views->names, (name_list){ 0 });
    *slot = (void *)(uintptr_t)views->list.n;
}

void coverage_views(const struct coverage *c, struct base *base, const struct layer *own,
                    bool signs)
{
    struct arena *arena = c->m->arena;
    struct stack s = { c, base, own };
    struct map patterns = patterns_of(&s);
    struct views views = { .c = c, .by_settings = { .arena = c->m->scratch, .exact = true } };
    add_view(&views, merged(&s, STR("*"), signs));
    for (size_t i = 0; i < patterns.n; i++) {
        struct view v = merged(&s, patterns.entries[i].key, signs);
        v.nested = is_nested(&patterns, v.pattern);
        add_view(&views, v);
    }
    base->views = NEW_ARRAY(arena, struct view, views.list.n);
    base->n_views = views.list.n;
    for (size_t i = 0; i < base->n_views; i++) {
        const name_list *names = &views.names.v[i];
        struct str *more = NEW_ARRAY(arena, struct str, names->n);
        for (size_t k = 0; k < names->n; k++)
            more[k] = names->v[k];
        base->views[i] = views.list.v[i];
        base->views[i].more = more;
        base->views[i].n_more = names->n;
    }
}

struct str coverage_identity(const struct line *line)
{
    struct str text = line ? line_word(line) : STR("");
    size_t at = str_find(text, '@');
    return at < text.n ? str_sub(text, at + 1, text.n) : STR("");
}

bool coverage_is_on(const struct coverage *c, const struct station *s)
{
    for (size_t i = 0; i < s->base->n_views; i++) {
        const struct view *v = &s->base->views[i];
        if (v->second || v->sign == SIGN_YES || (v->sign == SIGN_ASKED && c->asked))
            return true;
    }
    return false;
}

bool coverage_need_not(const struct station *s)
{
    const struct view *any = s->base->views;
    return any->handed || any->withheld || (any->own && any->sign == SIGN_NO);
}
