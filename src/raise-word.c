#include <config.h>

#include "raise-internal.h"

/* lower.def the other way round, as raise.def wants it.  */

struct raised_row {
    enum kind kind;
    const char *word, *value;
    enum lower group, needs;
};

#define RAISED(...)
#define UNSAID(...)
#define RENAMED(...)
#define STATED(...)
#define PORT(...)
#define CALLED(...)

static const struct raised_row raised[] = {
#undef RAISED
#define RAISED(KIND, WORD, VALUE, GROUP, NEEDS)                                                    \
    {                                                                                              \
        KIND_##KIND                                                                                \
        , WORD, VALUE, LOWER_##GROUP, LOWER_##NEEDS                                                \
    }                                                                                              \
    ,
#include "../grammar/raise.def"
#undef RAISED
#define RAISED(...)
};

static const struct {
    enum kind kind;
    const char *word, *value;
} unsaid[] = {
#undef UNSAID
#define UNSAID(KIND, WORD, VALUE)                                                                  \
    {                                                                                              \
        KIND_##KIND                                                                                \
        , WORD, VALUE                                                                              \
    }                                                                                              \
    ,
#include "../grammar/raise.def"
#undef UNSAID
#define UNSAID(...)
};

static const struct {
    enum kind kind;
    enum target target;
    const char *word;
} renamed[] = {
#undef RENAMED
#define RENAMED(KIND, TARGET, WORD)                                                                \
    {                                                                                              \
        KIND_##KIND                                                                                \
        , TARGET_##TARGET, WORD                                                                    \
    }                                                                                              \
    ,
#include "../grammar/raise.def"
#undef RENAMED
#define RENAMED(...)
};

static const struct {
    enum scope scope;
    enum kind kind;
} stated[] = {
#undef STATED
#define STATED(SCOPE, KIND)                                                                        \
    {                                                                                              \
        SCOPE_##SCOPE, KIND_##KIND                                                                 \
    }                                                                                              \
    ,
#include "../grammar/raise.def"
#undef STATED
#define STATED(...)
};

static const struct {
    uint16_t port;
    struct str name;
} ports[] = {
#undef PORT
#define PORT(NUMBER, NAME) { NUMBER, STR_INIT(NAME) },
#include "../grammar/raise.def"
#undef PORT
#define PORT(...)
};

static const struct str calls[] = {
#undef CALLED
#define CALLED(ID, TEXT) STR_INIT(TEXT),
#include "../grammar/raise.def"
};

/* The words inside of blocks.  */
static const struct {
    enum kind kind;
    const char *word;
    bool many;
} attributes[] = {
#define KIND(...)
#define READING(...)
#define STATEMENT(...)
#define ATTR(KIND, WORD, WHOSE, FUNCTION, REPEAT, ...)                                             \
    {                                                                                              \
        KIND_##KIND                                                                                \
        , WORD, REPEAT_##REPEAT                                                                    \
    }                                                                                              \
    ,
#define REPEAT_ONCE false
#define REPEAT_MANY true
#include "../grammar/kinds.def"
#undef KIND
#undef READING
#undef STATEMENT
#undef ATTR
};

bool raise_is_word(enum kind kind, struct str word)
{
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
        if (attributes[i].kind == kind && str_ieq(word, str_of(attributes[i].word)))
            return true;
    return false;
}

bool raise_is_single(enum kind kind, const struct node *line)
{
    if (line->dir)
        return !line->dir->repeatable;
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
        if (attributes[i].kind == kind && str_ieq(line->words[0].text, str_of(attributes[i].word)))
            return !attributes[i].many;
    return false;
}

struct str raise_called(enum raise_call call)
{
    return calls[call];
}

struct str raise_port(struct raise *r, uint16_t port)
{
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
        if (ports[i].port == port)
            return ports[i].name;
    return arena_printf(r->arena, "port-%u", port);
}

enum kind raise_kind(enum scope scope)
{
    for (size_t i = 0; i < sizeof stated / sizeof stated[0]; i++)
        if (stated[i].scope == scope)
            return stated[i].kind;
    return KIND_top;
}

static const struct directive *directive_of(const struct raise *r, const struct lower_row *row)
{
    return r->m->target[row->target];
}

struct str raise_value(struct raise *r, const struct node *line)
{
    struct buf text = { .arena = r->arena };
    uint32_t from = line->words[0].pattern ? 0 : 1;
    if (line->n_words == from + 1 && !line->words[from].pattern)
        return dict_normal(line->dir, 0, line->words[from].text, r->arena);
    for (uint32_t i = from; i < line->n_words; i++) {
        const struct word *w = &line->words[i];
        buf_char(&text, w->joined ? ',' : w->pattern ? '/' : ' ');
        buf_put(&text, w->pattern ? w->text : dict_normal(line->dir, i - from, w->text, r->arena));
    }
    return buf_str(&text);
}

bool raise_says(struct raise *r, const struct node *line, const struct lower_row *row)
{
    return line->n_words == 2 &&
           str_eq(raise_value(r, line),
                  dict_normal(directive_of(r, row), 0, row->value.text, r->arena));
}

bool raise_is_idle(struct raise *r, const struct lower_row *row)
{
    const struct directive *dir = directive_of(r, row);
    struct str value = dict_normal(dir, 0, row->value.text, r->arena);
    struct defaults_line line = { dir, value, defaults_is_usual(dir, value, r->arena) };
    return defaults_is_idle_anywhere(&r->defaults, &line);
}

/* Of the lines of 'group' the first stands in 'list', and each other does or may be added.  */
static bool fits(struct raise *r, const nodes *list, enum lower group)
{
    bool first = true;
    for (const struct lower_row *row = lower_rows(group); row->group == group; row++) {
        const struct directive *dir = directive_of(r, row);
        const struct node *line = raise_line(list, dir);
        if (dir->since > r->m->version ||
            (line ? !raise_says(r, line, row) : first || !raise_is_idle(r, row)))
            return false;
        first = false;
    }
    return true;
}

/* What a word towards destinations takes back changes nothing, or is said beside it.  */
static bool takes_nothing_back(struct raise *r, const nodes *list, enum lower group)
{
    const struct lower_row *row = lower_rows(LOWER_tls_out_undone);
    for (; row->group == LOWER_tls_out_undone; row++) {
        bool said = raise_line(list, directive_of(r, row)) != NULL;
        for (const struct lower_row *own = lower_rows(group); own->group == group; own++)
            said |= own->target == row->target;
        if (!said && defaults_is_odd(&r->defaults, directive_of(r, row)))
            return false;
    }
    return true;
}

struct node *raise_said(const nodes *list, const char *word)
{
    for (size_t i = 0; i < list->n; i++)
        if (!list->v[i]->gone && !list->v[i]->dir && !list->v[i]->block &&
            str_eq(list->v[i]->words[0].text, str_of(word)))
            return list->v[i];
    return NULL;
}

/* The statement stands where the first of its lines did, with the comments of all.  */
static void put_word(struct raise *r, nodes *list, const struct raised_row *row)
{
    struct node *word = NULL;
    for (const struct lower_row *x = lower_rows(row->group); x->group == row->group; x++) {
        struct node *line = raise_line(list, directive_of(r, x));
        if (line && !word) {
            word = line;
            word->dir = NULL;
            word->n_words = 0;
            raise_word(word, str_of(row->word));
            raise_word(word, str_of(row->value));
        } else if (line) {
            raise_remarks(word, line);
            line->gone = true;
        }
    }
}

bool raise_has_name(const struct raise *r, enum kind kind, const struct directive *dir)
{
    for (size_t i = 0; i < sizeof renamed / sizeof renamed[0]; i++)
        if (renamed[i].kind == kind && dir == r->m->target[renamed[i].target])
            return true;
    return false;
}

bool raise_is_group(const struct node *statement, enum kind kind, enum lower group)
{
    for (size_t i = 0; i < sizeof raised / sizeof raised[0]; i++)
        if (raised[i].kind == kind && raised[i].group == group)
            return str_eq(statement->words[0].text, str_of(raised[i].word)) &&
                   str_eq(statement->words[1].text, str_of(raised[i].value));
    return false;
}

static void add_unsaid(struct raise *r, nodes *list, const char *word, const char *value)
{
    struct node *node = raise_node(r, word);
    raise_word(node, str_of(value));
    VEC_PUSH(r->arena, list, node);
}

static void rename_lines(struct raise *r, enum kind kind, nodes *list)
{
    for (size_t i = 0; i < list->n; i++)
        for (size_t k = 0; k < sizeof renamed / sizeof renamed[0]; k++)
            if (renamed[k].kind == kind && list->v[i]->dir == r->m->target[renamed[k].target]) {
                list->v[i]->words[0].text = str_of(renamed[k].word);
                list->v[i]->dir = NULL;
            }
}

/* What raise.def has for the kind comes first, in its order.  */
static void put_first(enum kind kind, nodes *list)
{
    size_t n = 0;
    for (size_t i = 0; i < sizeof raised / sizeof raised[0]; i++) {
        struct node *node = raised[i].kind == kind ? raise_said(list, raised[i].word) : NULL;
        size_t at = 0;
        while (node && list->v[at] != node)
            at++;
        if (!node || at < n)
            continue;
        memmove(list->v + n + 1, list->v + n, (at - n) * sizeof *list->v);
        list->v[n++] = node;
    }
}

void raise_words(struct raise *r, enum kind kind, nodes *list)
{
    for (size_t i = 0; i < sizeof raised / sizeof raised[0]; i++) {
        const struct raised_row *row = &raised[i];
        if (row->kind != kind || raise_said(list, row->word) || !fits(r, list, row->group) ||
            (kind == KIND_domain && !takes_nothing_back(r, list, row->group)) ||
            (row->needs != LOWER_none && !fits(r, list, row->needs)))
            continue;
        put_word(r, list, row);
    }
    raise_sweep(list);
    for (size_t i = 0; i < sizeof unsaid / sizeof unsaid[0]; i++)
        if (unsaid[i].kind == kind && !raise_said(list, unsaid[i].word))
            add_unsaid(r, list, unsaid[i].word, unsaid[i].value);
    if (kind != KIND_domain)
        put_first(kind, list);
    rename_lines(r, kind, list);
}
