#include <config.h>

#include "facts-internal.h"

#include "emit.h"

/* Beyond these a macro stays as it is written.  */
enum { MACRO_DEPTH = 16, MACRO_DOMAINS = 1 << 16, MACRO_LENGTH = 1024 };

/* Directives that the dictionary does not have are texts.  */
static const struct directive unknown = { .name = "", .fallback = "", .type = TYPE_STRING };

static void learn_normals(struct facts *f)
{
    static const struct {
        struct str name;
        enum scope scope;
        enum normal normal;
    } rows[] = {
#define NORMAL(NAME, SCOPE, HOW) { STR_INIT(NAME), SCOPE_##SCOPE, NORMAL_##HOW },
#include "../grammar/normal.def"
#undef NORMAL
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        f->normal[dict_find(f->dict, rows[i].name, rows[i].scope) - dict_at(0)] =
            (unsigned char)rows[i].normal;
}

enum normal facts_normal(const struct facts *f, const struct directive *dir)
{
    return dir ? (enum normal)f->normal[dir - dict_at(0)] : NORMAL_SET;
}

void facts_init(struct facts *f, struct arena *arena, const struct model *m)
{
    *f = (struct facts){ .arena = arena,
                         .dict = m->dict,
                         .target = m->target,
                         .version = m->version,
                         .room = MACRO_DOMAINS };
    f->sections = (struct map){ .arena = arena, .exact = true };
    f->macros = (struct map){ .arena = arena };
    f->text.arena = arena;
    f->usual = NEW_ARRAY(arena, struct str, dict_count());
    f->last = NEW_ARRAY(arena, const struct fact_words *, dict_count());
    f->normal = NEW_ARRAY(arena, unsigned char, dict_count());
    learn_normals(f);
    f->global = facts_open(f, NULL, SCOPE_global, STR(""), STR(""), NOWHERE).v[0];
}

/* Macros */

void facts_learn(struct facts *f, const struct facts_line *line)
{
    str_vec *words;
    if (!line->n)
        return;
    words = NEW(f->arena, str_vec);
    for (uint32_t i = 0; i < line->n; i++)
        VEC_PUSH(f->arena, words, arena_str(f->arena, line->args[i].text));
    *map_add(&f->macros, words->v[0]) = words;
}

static size_t macro_end(struct str text, size_t from)
{
    while (from < text.n && (is_alnum(text.p[from]) || text.p[from] == '_'))
        from++;
    return from;
}

static void expand(struct facts *f, struct str text, size_t from, int depth, str_vec *out)
{
    size_t at = from + str_find(str_sub(text, from, text.n), '$'), end = macro_end(text, at + 1);
    struct str name = str_sub(text, at + 1, at < text.n ? end - at - 1 : 0);
    const str_vec *words = name.n ? map_get(&f->macros, name) : NULL;
    bool ends = at >= text.n || depth == MACRO_DEPTH || text.n > MACRO_LENGTH;
    if (!f->room)
        return;
    if (ends) {
        f->room--;
        VEC_PUSH(f->arena, out, text);
    } else if (!words) {
        expand(f, text, end, depth, out);
    }
    for (size_t i = 1; words && !ends && i < words->n; i++)
        expand(f,
               arena_printf(f->arena, "%.*s%.*s%.*s", (int)at, text.p, STR_ARG(words->v[i]),
                            STR_ARG(str_sub(text, end, text.n))),
               at, depth + 1, out);
}

void facts_expand(struct facts *f, struct str text, str_vec *out)
{
    size_t before = out->n;
    if (f->macros.n && str_find(text, '$') < text.n)
        expand(f, text, 0, 0, out);
    if (!f->room)
        out->n = before; /* a part of them would be wrong */
    if (out->n == before)
        VEC_PUSH(f->arena, out, text);
}

/* Sections */

struct str facts_key(struct facts *f, const struct facts_section *parent, enum scope scope,
                     struct str tag, struct str arg)
{
    f->text.n = 0;
    if (parent && parent->scope != SCOPE_global) {
        buf_put(&f->text, parent->key);
        buf_char(&f->text, '\n');
    }
    buf_put(&f->text, tag);
    buf_char(&f->text, ' ');
    buf_put(&f->text, scope == N_SCOPES ? arg : dict_normal_arg(scope, arg, f->arena));
    return buf_str(&f->text);
}

static struct facts_section *section_of(struct facts *f, struct facts_section *parent,
                                        enum scope scope, struct str tag, struct str arg,
                                        struct span span, bool expanded)
{
    struct str key = facts_key(f, parent, scope, tag, arg);
    if (expanded) {
        buf_text(&f->text, "\n$");
        key = buf_str(&f->text);
    }
    struct facts_section *s = map_get(&f->sections, key);
    if (s)
        return s;
    s = NEW(f->arena, struct facts_section);
    *s = (struct facts_section){ .scope = scope,
                                 .tag = scope == N_SCOPES ? arena_str(f->arena, tag)
                                                          : str_of(dict_scope(scope)->name),
                                 .arg = arena_str(f->arena, arg),
                                 .key = arena_str(f->arena, key),
                                 .span = span,
                                 .parent = parent,
                                 .expanded = expanded };
    *map_add(&f->sections, s->key) = s;
    return s;
}

struct facts_group facts_open(struct facts *f, struct facts_section *parent, enum scope scope,
                              struct str tag, struct str arg, struct span span)
{
    str_vec args = { .v = &arg, .n = 1 };
    if (scope != N_SCOPES)
        tag = str_of(dict_scope(scope)->name);
    if (scope == SCOPE_domain && str_find(arg, '$') < arg.n) {
        args = (str_vec){ 0 };
        facts_expand(f, arg, &args);
    }
    bool expanded = args.n > 1 || args.v[0].p != arg.p;
    struct facts_group g = { NEW_ARRAY(f->arena, struct facts_section *, args.n), args.n };
    for (size_t i = 0; i < g.n; i++)
        g.v[i] = section_of(f, parent, scope, tag, args.v[i], span, expanded);
    return g;
}

struct facts_section *facts_find(const struct facts *f, struct str key)
{
    return map_get(&f->sections, key);
}

bool facts_is_ordered(const struct facts_section *s)
{
    return s->scope != N_SCOPES && dict_scope(s->scope)->ordered;
}

bool facts_stands(const struct facts_section *s)
{
    if (s->scope == N_SCOPES)
        return true;
    switch (dict_scope(s->scope)->arg) {
    case ARG_NAME:
    case ARG_PATH:
    case ARG_ENDPOINT:
        return true;
    case ARG_OPTIONAL_NAME:
        return s->arg.n > 0;
    case ARG_SOURCE: {
        struct cidr cidr;
        struct fault fault;
        return !value_cidr(s->arg, &cidr, &fault);
    }
    case ARG_NONE:
    case ARG_DOMAIN:
        break;
    }
    return false;
}

/* Lines */

/* A word that the dictionary does not have here may well take a secret.  */
static bool may_hide(struct facts *f, const struct facts_line *l, const struct facts_section *s)
{
    static const struct str hints[] = {
#define SECRET_HINT(PART) STR_INIT(PART),
#define SECRET_PLACE(NAME)
#include "../grammar/secrets.def"
    };
    static const struct str places[] = {
#define SECRET_HINT(PART)
#define SECRET_PLACE(NAME) STR_INIT(NAME),
#include "../grammar/secrets.def"
    };
    const struct directive *other = dict_any(f->dict, l->word);
    if (other && dict_secret_arg(other) >= 0)
        return true;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (str_ieq(s->tag, places[i]))
            return true;
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        for (size_t k = 0; k + hints[i].n <= l->word.n; k++)
            if (str_ieq(str_sub(l->word, k, hints[i].n), hints[i]))
                return true;
    return false;
}

static struct str lower(struct arena *arena, struct str word)
{
    char *p = arena_alloc(arena, word.n + 1);
    for (size_t i = 0; i < word.n; i++)
        p[i] = to_lower(word.p[i]);
    return (struct str){ p, word.n };
}

/* The values of the line, with those that are secret marked, in f->args.  */
static void take_args(struct facts *f, const struct facts_line *l, const struct facts_section *s)
{
    int at = l->dir ? dict_secret_arg(l->dir) : may_hide(f, l, s) ? 0 : -1;
    f->args.n = 0;
    for (uint32_t i = 0; i < l->n; i++) {
        VEC_PUSH(f->arena, &f->args, l->args[i]);
        f->args.v[i].secret = at >= 0 && i >= (uint32_t)at;
    }
}

/* Notes in 'is' what is secret among the values.  */
static void take_secrets(struct facts *f, struct fact_words *is)
{
    for (size_t i = 0; i < f->args.n; i++) {
        const struct arg *arg = &f->args.v[i];
        if (!arg->secret)
            continue;
        is->secret = is->hidden ? arena_printf(f->arena, "%.*s %.*s", STR_ARG(is->secret),
                                               STR_ARG(arg->text))
                                : arena_str(f->arena, arg->text);
        is->hidden = true;
        is->unread |= arg->unread;
    }
}

/* f->args as they are written; good until the next text is made.  */
static struct str values_text(struct facts *f, const struct directive *dir)
{
    f->text.n = 0;
    emit_values(&f->text, dir ? dir : &unknown, f->args.v, (uint32_t)f->args.n, true);
    return buf_str(&f->text);
}

/* The default in its one spelling; empty where there is none.  */
static struct str usual_of(struct facts *f, const struct directive *dir)
{
    struct str *usual = &f->usual[dir - dict_at(0)];
    if (!usual->n && dir->fallback[0])
        *usual = dict_normal(dir, 0, str_of(dir->fallback), f->arena);
    return *usual;
}

static bool is_usual(struct facts *f, const struct fact_words *is)
{
    const struct directive *dir = is->dir;
    return dir && f->args.n == 1 && !dir->repeatable && !f->args.v[0].pattern && !is->hidden &&
           dir->fallback[0] && str_eq(f->args.v[0].text, usual_of(f, dir));
}

/* What f->args say behind the word of 'l'.  */
static const struct fact_words *words_of(struct facts *f, const struct facts_line *l)
{
    const struct fact_words **last = l->dir ? &f->last[l->dir - dict_at(0)] : NULL;
    struct str shown = values_text(f, l->dir);
    if (last && *last && !(*last)->hidden && str_eq((*last)->shown, shown))
        return *last;
    struct fact_words *is = NEW(f->arena, struct fact_words);
    is->dir = l->dir;
    is->word = l->dir ? str_of(l->dir->name) : lower(f->arena, l->word);
    is->shown = is->value = arena_str(f->arena, shown);
    take_secrets(f, is);
    for (size_t i = 0; l->dir && i < f->args.n; i++)
        if (!f->args.v[i].pattern)
            f->args.v[i].text = dict_normal(l->dir, i, f->args.v[i].text, f->arena);
    is->usual = is_usual(f, is);
    struct str value = values_text(f, l->dir);
    if (!str_eq(value, is->shown))
        is->value = arena_str(f->arena, value);
    if (last)
        *last = is;
    return is;
}

/* The same for an unknown word that may take a secret, which may stand behind it as in
   'password=SECRET'.  */
static const struct fact_words *guarded_words(struct facts *f, const struct facts_line *l)
{
    struct facts_line open = *l;
    size_t equals = str_find(l->word, '='), colon = str_find(l->word, ':');
    open.word = str_sub(l->word, 0, equals < colon ? equals : colon);
    struct fact_words *is = (struct fact_words *)(uintptr_t)words_of(f, &open);
    is->secret = arena_printf(f->arena, "%.*s %.*s", STR_ARG(l->word), STR_ARG(is->secret));
    is->hidden = true;
    return is;
}

static void append(struct facts *f, const struct facts_group *g, const struct facts_line *l)
{
    if (!g->n)
        return;
    take_args(f, l, g->v[0]);
    bool guarded = !l->dir && may_hide(f, l, g->v[0]);
    const struct fact_words *is = guarded ? guarded_words(f, l) : words_of(f, l);
    for (size_t i = 0; i < g->n; i++) {
        struct facts_section *s = g->v[i];
        struct fact *fact = NEW(f->arena, struct fact);
        *fact = (struct fact){ .is = is, .span = l->span, .depth = l->depth };
        if (s->last)
            s->last->next = fact;
        else
            s->first = fact;
        s->last = fact;
    }
}

/* A line for each text that value 'at' stands for.  */
static void append_expanded(struct facts *f, const struct facts_group *g,
                            const struct facts_line *l, uint32_t at)
{
    str_vec texts = { 0 };
    struct facts_line line = *l;
    if (at >= l->n || str_find(l->args[at].text, '$') == l->args[at].text.n) {
        append(f, g, l);
        return;
    }
    facts_expand(f, l->args[at].text, &texts);
    for (size_t i = 0; i < texts.n; i++) {
        struct arg *args = NEW_ARRAY(f->arena, struct arg, l->n);
        memcpy(args, l->args, l->n * sizeof *args);
        args[at].text = texts.v[i];
        line.args = args;
        append(f, g, &line);
    }
}

/* 'smtp-listener ADDR:PORT source=NAME' as the section that it is short for.  */
static void append_section(struct facts *f, const struct facts_line *l)
{
    enum scope scope = dict_section(f->dict, l->word);
    struct str arg = l->n ? l->args[0].text : STR("");
    struct facts_group g = facts_open(f, f->global, scope, l->word, arg, l->span);
    for (uint32_t i = 1; i < l->n; i++) {
        struct str text = l->args[i].text;
        size_t equals = str_find(text, '=');
        struct arg value = { .text = str_sub(text, equals + 1, text.n), .span = l->args[i].span };
        struct str word = str_sub(text, 0, equals);
        const struct directive *dir = dict_find(f->dict, word, scope);
        if (!dir && str_ieq(word, STR("tls"))) /* what the section calls otherwise */
            dir = f->target[TARGET_listener_immediate_tls];
        append(f, &g, &(struct facts_line){ dir, word, &value, 1, l->span, 0 });
    }
}

/* What only has another name since 4.5 counts as that.  */
static bool is_renamed(const struct facts *f, const struct directive *dir)
{
    return dir && dir == f->target[TARGET_domain_route] && f->version >= PMTA_4_5;
}

void facts_add(struct facts *f, const struct facts_group *g, const struct facts_line *l)
{
    struct facts_line renamed = *l;
    if (is_renamed(f, l->dir)) {
        renamed.dir = f->target[TARGET_domain_smtp_hosts];
        l = &renamed;
    }
    switch (facts_normal(f, l->dir)) {
    case NORMAL_MACRO:
        break;
    case NORMAL_SECTION:
        append_section(f, l);
        break;
    case NORMAL_EXPANDED:
        append_expanded(f, g, l, 0);
        break;
    case NORMAL_KEYS:
        append_expanded(f, g, l, 1);
        break;
    case NORMAL_SET:
    case NORMAL_ORDERED:
    case NORMAL_COUNTED:
        append(f, g, l);
        break;
    }
}
