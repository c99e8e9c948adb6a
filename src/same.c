#include <config.h>

#include "same.h"

#include "buf.h"
#include "conf.h"
#include "defaults.h"
#include "plan.h"

#include <stdlib.h>

/* One thing that PowerMTA is told.  */
struct fact {
    struct str where;            /* sections, the outermost first */
    const struct directive *dir; /* NULL: the section is there */
    const struct arg *args;
    size_t n;
    size_t number; /* among lines of one directive there */
    enum defaults_place place;
    struct str text; /* of all that, when it is compared */
};

struct told {
    struct arena *arena;
    const struct model *m;
    struct defaults defaults;
    VEC(struct fact) facts;
    struct map sources;                /* lower-case name to struct conf_section */
    VEC(struct conf_section *) asking; /* listeners and users */
};

static bool is_widest(const struct conf_section *s)
{
    struct cidr cidr;
    struct fault fault;
    return (s->scope == SCOPE_source && value_cidr(s->arg, &cidr, &fault) && cidr_is_any(&cidr)) ||
           (s->scope == SCOPE_domain && str_eq(s->arg, STR("*"))) || s->scope == SCOPE_global;
}

static enum defaults_place place_of(const struct conf_section *s, bool top)
{
    struct cidr cidr;
    struct fault fault;
    if (top && is_widest(s))
        return DEFAULTS_WIDEST;
    bool address = s->scope == SCOPE_source && value_cidr(s->arg, &cidr, &fault);
    return address ? DEFAULTS_ADDRESS : DEFAULTS_NESTED;
}

/* A prefix in one spelling; other arguments as they are.  */
static struct str argument(struct told *t, const struct conf_section *s)
{
    struct cidr cidr;
    struct fault fault;
    char text[56];
    if (s->scope != SCOPE_source || !value_cidr(s->arg, &cidr, &fault))
        return s->arg;
    return arena_str(t->arena, str_of(cidr_text(&cidr, text)));
}

static struct str path_of(struct told *t, struct str around, const struct conf_section *s)
{
    struct str arg = argument(t, s);
    if (s->scope == SCOPE_global)
        return around;
    return arena_printf(t->arena, "%.*s<%s%s%.*s> ", STR_ARG(around), dict_scope(s->scope)->name,
                        arg.n ? " " : "", STR_ARG(arg));
}

static void add_section(struct told *, struct str around, const struct conf_section *, bool top);

static bool asks(const struct told *t, const struct directive *dir)
{
    return dir == t->m->target[TARGET_listener_source] || dir == t->m->target[TARGET_user_source];
}

static size_t count_before(const struct conf_section *s, const struct conf_line *line)
{
    size_t n = 0;
    for (const struct conf_line *l = s->lines; line->dir->repeatable && l != line; l = l->next)
        n += l->dir == line->dir;
    return n;
}

static void add_lines(struct told *t, struct str where, const struct conf_section *s,
                      enum defaults_place place)
{
    size_t number = 0;
    const struct conf_line *before = NULL;
    for (const struct conf_line *l = s->lines; l; before = l, l = l->next) {
        number = before && before->dir == l->dir ? number + 1 : count_before(s, l);
        const struct directive *dir = defaults_renamed(t->m, l->dir);
        struct fact fact = { where, dir, l->args, l->n_args, number, place, STR("") };
        if (asks(t, l->dir))
            continue;
        defaults_note(&t->defaults, dir, l->args, l->n_args, place);
        VEC_PUSH(t->arena, &t->facts, fact);
        if (l->nested) {
            struct str list = arena_printf(t->arena, "%.*s#%zu ", STR_ARG(where), number);
            add_section(t, list, l->nested, false);
        }
    }
}

/* Sections that are something even where nothing stands in them.  */
static bool counts(const struct conf_section *s, bool top)
{
    return top && s->scope != SCOPE_global && s->scope != SCOPE_domain && s->scope != SCOPE_source;
}

static void add_section(struct told *t, struct str around, const struct conf_section *s, bool top)
{
    struct str where = path_of(t, around, s);
    if (counts(s, top))
        VEC_PUSH(t->arena, &t->facts, (struct fact){ .where = where });
    add_lines(t, where, s, place_of(s, top));
    for (const struct conf_section *c = s->children; c; c = c->next)
        add_section(t, where, c, false);
}

static bool is_named_source(const struct conf_section *s)
{
    struct cidr cidr;
    struct fault fault;
    return s->scope == SCOPE_source && !value_cidr(s->arg, &cidr, &fault);
}

/* 'plan' forgets what it has handed on.  */
static struct arg *copy_args(struct told *t, const struct conf_line *l)
{
    struct arg *args = NEW_ARRAY(t->arena, struct arg, l->n_args + 1);
    for (uint32_t i = 0; i < l->n_args; i++) {
        args[i] = l->args[i];
        args[i].text = arena_str(t->arena, l->args[i].text);
    }
    return args;
}

static struct conf_section *copy_section(struct told *t, const struct conf_section *s)
{
    struct conf_section *copy = NEW(t->arena, struct conf_section);
    struct conf_line **end = &copy->lines;
    struct conf_section **child = &copy->children;
    *copy = (struct conf_section){ .scope = s->scope, .arg = arena_str(t->arena, s->arg) };
    for (const struct conf_line *l = s->lines; l; l = l->next) {
        struct conf_line *line = NEW(t->arena, struct conf_line);
        *line = (struct conf_line){ .dir = l->dir, .args = copy_args(t, l), .n_args = l->n_args };
        if (l->nested)
            line->nested = copy_section(t, l->nested);
        *end = line;
        end = &line->next;
    }
    for (const struct conf_section *c = s->children; c; c = c->next) {
        *child = copy_section(t, c);
        child = &(*child)->next;
    }
    return copy;
}

/* Named sources wait until it is known who asks for them.  */
static void take(const struct conf *conf, void *context)
{
    struct told *t = context;
    for (const struct conf_section *c = conf->first; c; c = c->next) {
        struct conf_section *s = copy_section(t, c);
        if (is_named_source(s))
            *map_add(&t->sources, s->arg) = s;
        else
            add_section(t, STR(""), s, true);
        if (s->scope == SCOPE_smtp_listener || s->scope == SCOPE_smtp_user)
            VEC_PUSH(t->arena, &t->asking, s);
    }
}

static const struct conf_line *asking_line(const struct told *t, const struct conf_section *s)
{
    const struct conf_line *l = s->lines;
    while (l && !asks(t, l->dir))
        l = l->next;
    return l;
}

static void add_source(struct told *t, const struct conf_section *s, struct map *used)
{
    const struct conf_line *l = asking_line(t, s);
    const struct conf_section nameless = { .scope = SCOPE_source };
    if (!l)
        return;
    const struct conf_section *source = t->sources.n ? map_get(&t->sources, l->args[0].text) : NULL;
    struct str where = path_of(t, path_of(t, STR(""), s), &nameless);
    if (!source) {
        struct fact fact = { where, l->dir, l->args, l->n_args, 0, DEFAULTS_NESTED, STR("") };
        VEC_PUSH(t->arena, &t->facts, fact);
        return;
    }
    *map_add(used, source->arg) = t;
    if (s->scope == SCOPE_smtp_user) /* without one it would be that of all users */
        VEC_PUSH(t->arena, &t->facts, (struct fact){ .where = where });
    add_lines(t, where, source,
              s->scope == SCOPE_smtp_listener ? DEFAULTS_LISTENER : DEFAULTS_NESTED);
}

/* Only when all is known can it be said what changes nothing.  */
static void put_texts(struct told *t)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->facts.n; i++) {
        struct fact f = t->facts.v[i];
        if (f.dir && defaults_is_idle(&t->defaults, f.dir, f.args, f.n, f.place))
            continue;
        struct str value = f.dir ? defaults_value(f.dir, f.args, f.n, t->arena) : STR("");
        f.text = arena_printf(t->arena, "%.*s%s %.*s #%zu", STR_ARG(f.where),
                              f.dir ? f.dir->name : "", STR_ARG(value), f.number);
        t->facts.v[kept++] = f;
    }
    t->facts.n = kept;
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(((const struct fact *)a)->text, ((const struct fact *)b)->text);
}

static void read_told(struct told *t, const struct model *m, struct arena *arena)
{
    *t = (struct told){ .arena = arena, .m = m, .sources = { .arena = arena } };
    struct map used = { .arena = arena };
    struct conf conf = { .arena = m->scratch, .diags = m->diags, .done = take, .context = t };
    defaults_init(&t->defaults, arena);
    plan(m, &conf);
    for (size_t i = 0; i < t->asking.n; i++)
        add_source(t, t->asking.v[i], &used);
    for (size_t i = 0; i < t->sources.n; i++)
        if (!used.n || !map_find(&used, t->sources.entries[i].key))
            add_section(t, STR(""), t->sources.entries[i].value, true);
    put_texts(t);
    if (t->facts.n)
        qsort(t->facts.v, t->facts.n, sizeof *t->facts.v, by_text);
}

static void put_fact(struct buf *out, char sign, const struct fact *f)
{
    buf_char(out, sign);
    buf_char(out, ' ');
    buf_put(out, f->where);
    buf_text(out, f->dir ? f->dir->name : "");
    for (size_t i = 0; i < f->n; i++) {
        buf_char(out, f->args[i].joined ? ',' : ' ');
        buf_put(out, f->args[i].secret ? STR("***") : f->args[i].text);
    }
    buf_char(out, '\n');
}

bool same_models(const struct model *a, const struct model *b, struct buf *out)
{
    struct told x, y;
    size_t i = 0, k = 0, before = out->n;
    read_told(&x, a, a->arena);
    read_told(&y, b, b->arena);
    while (i < x.facts.n || k < y.facts.n) {
        int order = i == x.facts.n   ? 1
                    : k == y.facts.n ? -1
                                     : str_cmp(x.facts.v[i].text, y.facts.v[k].text);
        if (order < 0)
            put_fact(out, '-', &x.facts.v[i++]);
        else if (order > 0)
            put_fact(out, '+', &y.facts.v[k++]);
        else
            i++, k++;
    }
    return out->n == before;
}
