#include <config.h>

#include "dict.h"

#include "dict-word.h"
#include "value-fault.h"

enum { ALL = 255, FREE = 254, MANY = 255, MAX_CHECKS = 4 };

struct shape {
    unsigned char min, max, apart;
    signed char secret;
    const char *syntax;
    word_check *word[MAX_CHECKS];
};

static const struct shape shapes[] = {
#define TYPE(ID, MIN, MAX, APART, SECRET, SYNTAX, ...) \
    [TYPE_##ID] = { MIN, MAX, APART, SECRET, SYNTAX, { __VA_ARGS__ } },
#include "../grammar/types.def"
#undef TYPE
};

enum { AS_IS = false, ANY_CASE = true };

static const struct {
    bool some;
    struct pattern_use use;
} patterns[N_TYPES] = {
#define PATTERN(TYPE, ORDER, LETTERS, LOOKS_AT, END) \
    [TYPE_##TYPE] = { true, { ORDER_##ORDER, LOOKS_AT_##LOOKS_AT, LETTERS, END } },
#include "../grammar/patterns.def"
#undef PATTERN
};

const struct pattern_use *dict_patterns(enum type type)
{
    return patterns[type].some ? &patterns[type].use : NULL;
}

/* The check of the word 'i': the last one is for all that follow.  */
static word_check *check_of(const struct shape *shape, size_t i)
{
    if (i >= MAX_CHECKS)
        i = MAX_CHECKS - 1;
    while (i > 0 && !shape->word[i])
        i--;
    return shape->word[i];
}

word_check *dict_word_check(enum type type, size_t i)
{
    return check_of(&shapes[type], i);
}

/* What is written between slashes may stand where a pattern belongs, and where it may have been
   meant as a path or a text.  */
static bool takes_pattern(word_check *check)
{
    static word_check *const checks[] = {
        word_regex, word_header_or_regex, word_email_or_regex, word_header_name, word_name,
        word_path, word_absolute_path, word_path_or_url, word_key_file, word_text,
    };

    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (check == checks[i])
            return true;
    return false;
}

/* The words are joined by commas where they must be, and nowhere else.  */
static bool is_joined_well(const struct shape *shape, const struct arg *args, size_t i,
                           struct fault *fault)
{
    bool must = shape->apart != ALL && i >= shape->apart;

    if (i == 0 || shape->apart == FREE || args[i].joined == must)
        return true;
    return fault_at(fault, 0, 0, must ? "a comma is missing before `%s`"
                    : "no comma belongs before `%s`", show(args[i].text).text);
}

/* A value is missing behind the last of 'args'.  */
static bool missing(const struct arg *args, size_t n, struct fault *fault)
{
    const char *slash = n && args[n - 1].pattern ? "/" : "";

    if (n == 0)
        return fault_at(fault, 0, 0, "a value is missing");
    return fault_at(fault, 0, 0, "a value is missing behind `%s%s%s`", slash,
                    show(args[n - 1].text).text, slash);
}

bool dict_value(const struct directive *directive, const struct arg *args, size_t n, int version,
                size_t *which, struct fault *fault)
{
    const struct shape *shape = &shapes[directive->type];

    if (n == 1 && args[0].text.n == 0 && !args[0].pattern && param_has(directive, STR("empty")))
        return true;
    *which = n;
    if (n < shape->min)
        return missing(args, n, fault);
    for (*which = 0; *which < n; ++*which) {
        struct word word = { directive, args, n, *which, version, args[*which].text };
        if (*which >= shape->max && shape->max != MANY)
            return fault_at(fault, 0, 0, "`%s` is one value too many", show(word.text).text);
        word_check *check = check_of(shape, *which);
        if (!is_joined_well(shape, args, *which, fault))
            return false;
        if (args[*which].pattern && !takes_pattern(check))
            return fault_at(fault, 0, 0, "a pattern between slashes does not belong here");
        if (!check(&word, fault))
            return false;
    }
    return true;
}

bool dict_is_default(const struct directive *directive, const struct arg *args, size_t n)
{
    struct str fallback = str_of(directive->fallback);
    bool truth, other;
    uint64_t seconds, usual;
    struct fault unused;

    if (n != 1 || fallback.n == 0 || args[0].pattern)
        return false;
    if (value_bool(fallback, &truth, &unused) && !is_digit(fallback.p[0]))
        return value_bool(args[0].text, &other, &unused) && truth == other;
    if (is_digit(fallback.p[0]) && value_duration(fallback, &usual, &unused))
        return value_duration(args[0].text, &seconds, &unused) && seconds == usual;
    return str_ieq(fallback, args[0].text);
}

int dict_secret_arg(const struct directive *directive)
{
    return shapes[directive->type].secret;
}

/* The range of PARAM in words.  */
static struct str range_text(const struct directive *directive, struct arena *arena)
{
    struct str low, high;

    param_range(directive, &low, &high);
    if (str_eq(low, high) && low.n)
        return arena_printf(arena, " %.*s", STR_ARG(low));
    if (low.n && high.n)
        return arena_printf(arena, " from %.*s to %.*s", STR_ARG(low), STR_ARG(high));
    if (high.n)
        return arena_printf(arena, " up to %.*s", STR_ARG(high));
    return low.n && !str_eq(low, STR("0")) ? arena_printf(arena, " from %.*s on", STR_ARG(low))
                                           : STR("");
}

/* The words of PARAM joined by commas and a final "or".  */
static struct str words_text(const struct directive *directive, struct arena *arena)
{
    struct str rest = param_words(directive), word, text = STR("");
    int since;

    while (param_next(&rest, &word, &since)) {
        if (str_eq(word, STR("empty")))
            word = STR("\"\"");
        if (str_eq(word, STR("bare")))
            word = STR("a number of bytes");
        if (str_ends(word, STR("=")))
            word = arena_printf(arena, "%.*sDURATION", STR_ARG(word));
        text = arena_printf(arena, "%.*s%s%.*s", STR_ARG(text),
                            text.n == 0 ? "" : rest.n ? ", " : " or ", STR_ARG(word));
    }
    return text;
}

struct str dict_syntax(const struct directive *directive, struct arena *arena)
{
    struct str syntax = str_of(shapes[directive->type].syntax), out = STR("");
    struct str range = range_text(directive, arena), words = words_text(directive, arena);
    bool shown = false;

    while (syntax.n) {
        size_t mark = str_find(syntax, '%');
        char letter = mark + 1 < syntax.n ? syntax.p[mark + 1] : '\0';
        /* Behind a word the alternatives are one more choice, behind a blank they stand bare.  */
        bool choice = mark == 0 || is_alnum(syntax.p[mark - 1]);
        struct str part = letter == 'r' ? range : letter == 'w' ? words : STR("");
        shown = shown || letter == 'w';
        out = arena_printf(arena, "%.*s%.*s%s%.*s", STR_ARG(out), STR_ARG(str_sub(syntax, 0, mark)),
                           letter == 'w' && words.n && choice ? ", or " : "", STR_ARG(part));
        syntax = str_sub(syntax, mark + 2, syntax.n);
    }
    if (!shown && words.n)
        out = arena_printf(arena, "%.*s, or %.*s", STR_ARG(out), STR_ARG(words));
    return out;
}
