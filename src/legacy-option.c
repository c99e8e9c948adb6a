#include <config.h>

#include "legacy-internal.h"
#include "suggest.h"
#include "value.h"

/* The block of options.  */

static const struct option_row {
    const char *word, *usual, *syntax;
} options[] = {
#define OPTION(ID, WORD, USUAL, SYNTAX, ABOUT) { WORD, USUAL, SYNTAX },
#include "../grammar/legacy.def"
};

static struct str option_words(struct legacy *l)
{
    struct buf b = { .arena = l->scratch };
    for (size_t i = 0; i < N_OPTIONS; i++)
        buf_printf(&b, "%s%s", i == 0 ? "" : i + 1 < N_OPTIONS ? ", " : " and ", options[i].word);
    return buf_str(&b);
}

static void unknown_option(struct legacy *l, struct value v)
{
    struct suggest near;
    suggest_init(&near, value_text(v));
    for (size_t i = 0; i < N_OPTIONS; i++)
        suggest_offer(&near, str_of(options[i].word));
    struct diag *m = diag(l->diags, CHECK_directive_unknown, value_span(v),
                          "`%.*s` is no word of a legacy block", STR_ARG(value_text(v)));
    struct str words = option_words(l);
    if (near.best.n)
        diag_help(l->diags, m, "did you mean `%.*s`? the words are %.*s", STR_ARG(near.best),
                  STR_ARG(words));
    else
        diag_help(l->diags, m, "the words are %.*s", STR_ARG(words));
}

static enum option option_named(struct str name)
{
    size_t i = 0;
    while (i < N_OPTIONS && !str_ieq(name, str_of(options[i].word)))
        i++;
    return (enum option)i;
}

static bool wrong_value(struct legacy *l, enum option id, struct span span, const char *why)
{
    struct diag *m = diag(l->diags, CHECK_directive_value, span, "%s: %s", options[id].word, why);
    diag_help(l->diags, m, "write `%s %s`", options[id].word, options[id].syntax);
    return false;
}

/* Judges what does not depend on a row, so that a mistake is reported where it was made and not at
   each row.  */
static bool option_is_fine(struct legacy *l, enum option id, const struct stmt *s)
{
    struct cidr cidr;
    uint64_t number;
    uint16_t port;
    struct fault fault;
    if (s->words->n != 2 || s->block)
        return wrong_value(l, id, stmt_span(s), "one value is expected");
    struct value v = stmt_value(s, 1);
    if (v.bad)
        return false;
    if (v.special)
        return true;
    if (id == OPTION_submission && !value_int(value_text(v), 1, 65535, &number, &fault))
        return wrong_value(l, id, value_span(v), fault.why);
    if (id == OPTION_local && !value_endpoint(value_text(v), &cidr, &port, &fault))
        return wrong_value(l, id, value_span(v), fault.why);
    return true;
}

static void read_option(struct legacy *l, const struct stmt *s, struct span *seen)
{
    if (s->words->v[0].bad)
        return;
    enum option id = option_named(stmt_text(s, 0));
    if (id == N_OPTIONS) {
        unknown_option(l, stmt_value(s, 0));
    } else if (id == OPTION_user) {
        VEC_PUSH(l->scratch, &l->block_users, stmt_settled(l->tree, s));
    } else if (seen[id].hi) {
        struct diag *m = diag(l->diags, CHECK_directive_repeated, stmt_span(s),
                              "a second `%s`: this one counts", options[id].word);
        diag_also(l->diags, m, seen[id], "the first one");
    }
    if (id == N_OPTIONS || id == OPTION_user)
        return;
    seen[id] = stmt_span(s);
    if (option_is_fine(l, id, s))
        l->option[id] = legacy_template(l, stmt_value(s, 1));
}

void legacy_options(struct legacy *l, const struct stmt *block)
{
    struct span seen[N_OPTIONS] = { NOWHERE };
    const struct stmt *s;
    for (size_t i = 0; i < N_OPTIONS; i++) {
        struct value usual = value_make(l->arena, VALUE_WORD, str_of(options[i].usual), NOWHERE);
        l->option[i] = legacy_template(l, usual);
    }
    if (!block)
        return;
    for (struct walk w = walk_block(block); (s = walk_next(&w));)
        read_option(l, s, seen);
}

bool legacy_fits(struct legacy *l, const struct text *t, enum option id, struct span span)
{
    if (legacy_text_quoted(t).n <= AST_WORD)
        return true;
    diag(l->diags, CHECK_directive_value, span, "%s: more than %d bytes for this row",
         options[id].word, AST_WORD);
    return false;
}
