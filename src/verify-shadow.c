#include <config.h>

#include "verify-pattern.h"

/* regex-shadowed: what can be proven, and nothing else.  Lines are compared with those before them
   by what they match: everything, the same, or a text that is part of another.  */

/* Literals are found by their first bytes.  Shorter ones are few.  */
enum { GRAM = 3, PATIENCE = 1 << 22 };

struct known {
    const struct line *line;
    struct regexp_literal literal;
    bool said; /* that a line is not reached for it */
    struct known *next;
};

/* What was seen so far of one list, for one subject of its lines.  */
struct subject {
    struct known *everything;
    struct known *shorts;
    struct map same;  /* pattern as written to struct known */
    struct map grams; /* first bytes of a literal to struct known */
};

struct shadow {
    struct arena *arena;
    const struct pattern_use *use;
    struct map subjects;
    struct known *everything; /* of all subjects */
    struct regexp_pieces pieces;
    struct regexp_literal literal; /* of the line that is looked at */
    bool is_literal;
    size_t patience; /* comparisons left: a list of many alike patterns is no use to anybody */
};

/* 'a' and 'b' cannot both act: the same word, or the same setting with two values.  */
static bool is_same_action(struct str a, struct str b)
{
    size_t n = str_find(a, '=');
    return str_ieq(a, b) || (n < a.n && str_starts(b, str_sub(a, 0, n + 1)));
}

static bool has_action(const struct line *line, struct str action)
{
    for (uint32_t i = 0; i < line->what->n_args; i++)
        if (!line->what->args[i].pattern && is_same_action(line->what->args[i].text, action))
            return true;
    return false;
}

/* A list of its own, in which nothing may match.  */
static bool hands_on(const struct line *line)
{
    for (uint32_t i = 0; i < line->what->n_args; i++)
        if (!line->what->args[i].pattern && str_starts(line->what->args[i].text, STR("call-to:")))
            return true;
    return line->what->nested != NULL;
}

/* Where 'before' matches, 'line' has nothing more to say.  */
static bool decides(const struct shadow *s, const struct line *before, const struct line *line)
{
    if (s->use->order == ORDER_FIRST)
        return !hands_on(before);
    for (uint32_t i = 0; i < line->what->n_args; i++)
        if (!line->what->args[i].pattern && !has_action(before, line->what->args[i].text))
            return false;
    return true;
}

static struct known *find_deciding(struct shadow *s, struct known *k, const struct line *line)
{
    while (k && s->patience && !decides(s, k->line, line)) {
        s->patience--;
        k = k->next;
    }
    return s->patience ? k : NULL;
}

/* The literal that begins at 'at' of the one that is looked at is part of it in every text.  */
static bool is_inside(const struct regexp_literal *inner, const struct regexp_literal *outer,
                      size_t at)
{
    if ((inner->at_start && !(outer->at_start && at == 0)) ||
        (inner->at_end && !(outer->at_end && at + inner->text.n == outer->text.n)))
        return false;
    return str_eq(inner->text, str_sub(outer->text, at, inner->text.n));
}

static struct known *find_inside(struct shadow *s, struct known *k, size_t at,
                                 const struct line *line)
{
    for (; k && s->patience; k = k->next) {
        s->patience--;
        if (is_inside(&k->literal, &s->literal, at) && decides(s, k->line, line))
            return k;
    }
    return NULL;
}

static struct known *find_literal(struct shadow *s, struct subject *subject,
                                  const struct line *line)
{
    struct known *found = NULL;
    if (!s->is_literal)
        return NULL;
    for (size_t at = 0; !found && s->patience && at < s->literal.text.n; at++) {
        s->patience--;
        struct str gram = str_sub(s->literal.text, at, GRAM);
        found = find_inside(s, subject->shorts, at, line);
        if (!found && gram.n == GRAM)
            found = find_inside(s, map_get(&subject->grams, gram), at, line);
    }
    return found;
}

static void tell(const struct model *m, const struct line *line, struct known *before,
                 const char *why, const char *cure)
{
    struct diag *d = diag(m->diags, CHECK_regex_shadowed, pattern_place(line),
                          "this pattern decides nothing: %s", why);
    diag_also(m->diags, d, pattern_place(before->line), "it stands here");
    diag_help(m->diags, d, "%s", cure);
    before->said = true;
}

/* Reports 'line' if one before it leaves nothing to it.  */
static bool report(const struct model *m, struct shadow *s, struct subject *subject,
                   const struct line *line)
{
    const struct arg *arg = pattern_of(line);
    struct known *k = find_deciding(s, s->everything, line);
    if (!k)
        k = find_deciding(s, subject->everything, line);
    if (k && !k->said)
        tell(m, line, k, "a line above it takes everything", "put that line last");
    if (k)
        return true;
    k = arg ? find_deciding(s, map_get(&subject->same, arg->text), line) : NULL;
    if (k)
        tell(m, line, k, "the same pattern stands above it", "leave one of the two out");
    if (k)
        return true;
    k = find_literal(s, subject, line);
    if (k)
        tell(m, line, k, "a pattern above it matches all that this one does",
             "put the longer one first, or leave it out");
    return k != NULL;
}

static void lower(struct shadow *s, struct str text)
{
    char *p = arena_alloc(s->arena, text.n + 1);
    for (size_t i = 0; i < text.n; i++)
        p[i] = to_lower(text.p[i]);
    s->literal.text = (struct str){ p, text.n };
}

static void push(struct known **list, struct known *k)
{
    k->next = *list;
    *list = k;
}

static void enter(struct map *map, struct str key, struct known *k)
{
    void **slot = map_add(map, key);
    k->next = *slot;
    *slot = k;
}

static void remember(struct shadow *s, struct subject *subject, const struct line *line,
                     bool everybody)
{
    const struct arg *arg = pattern_of(line);
    struct known *k = NEW(s->arena, struct known), *same = NEW(s->arena, struct known);
    *k = *same = (struct known){ .line = line, .literal = s->literal };
    if (!arg || regexp_is_everything(&s->pieces)) {
        push(everybody ? &s->everything : &subject->everything, k);
        return;
    }
    enter(&subject->same, arg->text, same);
    if (s->is_literal && s->literal.text.n < GRAM)
        push(&subject->shorts, k);
    else if (s->is_literal)
        enter(&subject->grams, str_sub(s->literal.text, 0, GRAM), k);
}

/* What the lines are about that 'line' competes with.  One whose pattern stands behind a word is
   about what that names.  */
static struct subject *subject_of(struct shadow *s, const struct line *line, bool named)
{
    struct str name = str_of(line->what->dir->name);
    if (named)
        name = arena_printf(s->arena, "%s %.*s", line->what->dir->name,
                            STR_ARG(line->what->args[0].text));
    void **slot = map_add(&s->subjects, name);
    if (!*slot) {
        struct subject *subject = NEW(s->arena, struct subject);
        subject->same = (struct map){ .arena = s->arena, .exact = true };
        subject->grams = subject->same;
        *slot = subject;
    }
    return *slot;
}

static void judge_line(const struct model *m, struct shadow *s, const struct line *line)
{
    const struct arg *arg = pattern_of(line);
    s->use = dict_patterns(line->what->dir->type);
    if (!s->use || s->use->order == ORDER_NONE || line->bad)
        return;
    regexp_cut(s->arena, arg ? arg->text : STR(""), &s->pieces);
    s->is_literal = arg && regexp_is_literal(s->arena, &s->pieces, &s->literal);
    if (s->is_literal && s->use->any_case)
        lower(s, s->literal.text);
    bool named = arg && arg != line->what->args;
    struct subject *subject = subject_of(s, line, named);
    if (!report(m, s, subject, line))
        remember(s, subject, line, !named);
}

static void judge_list(const struct model *m, const struct section_body *list, void *context)
{
    struct shadow *s = context;
    s->subjects = (struct map){ .arena = m->scratch };
    s->everything = NULL;
    s->patience = PATIENCE;
    for (const struct line *l = lines_first(&list->lines); l; l = l->next)
        judge_line(m, s, l);
}

void verify_regex_shadowed(const struct model *m)
{
    struct shadow shadow = { .arena = m->scratch };
    walk_sections(m, (struct section_walk){ judge_list, &shadow });
}
