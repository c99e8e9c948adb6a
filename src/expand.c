#include <config.h>

#include "expand.h"
#include "suggest.h"

enum {
    SUBSTITUTIONS = 10000, /* of variables in one value; more is a bomb */
    NESTING = 64           /* of variables in the values of variables */
};

/* What a brace in a word is.  */
enum piece {
    PIECE_PLAIN,
    PIECE_VARIABLE,
    PIECE_UNCLOSED,
    PIECE_LITERAL,
    PIECE_RANGE,
    PIECE_BAD_RANGE
};

struct range {
    uint64_t first, last;
    size_t width; /* of zero-padded numbers, else 0 */
};

static uint32_t range_length(const struct range *r)
{
    uint64_t n = (r->first < r->last ? r->last - r->first : r->first - r->last) + 1;
    return n > EXPAND_LIMIT ? EXPAND_LIMIT + 1 : (uint32_t)n;
}

/* Reads decimal digits at 'p'; at most 15 of them.  */
static size_t read_number(const char *p, size_t n, uint64_t *number)
{
    size_t i = 0;
    *number = 0;
    for (; i < n && is_digit(p[i]) && i < 16; i++)
        *number = *number * 10 + (uint64_t)(p[i] - '0');
    return i < 16 ? i : 0;
}

/* The piece that 's' begins with, a '$'; '*len' is its length.  */
static enum piece dollar_at(struct str s, size_t *len)
{
    *len = 1;
    if (str_starts(s, STR("$${"))) {
        *len = strlen("$${");
        return PIECE_LITERAL;
    }
    if (!str_starts(s, STR("${")))
        return PIECE_PLAIN;
    size_t close = str_find(s, '}');
    *len = close < s.n ? close + 1 : s.n;
    return close < s.n ? PIECE_VARIABLE : PIECE_UNCLOSED;
}

/* The piece that begins at 'p', a '{' or a '$'; '*len' is its length.  */
static enum piece piece_at(const char *p, size_t n, size_t *len, struct range *range)
{
    struct str s = { p, n };
    if (p[0] == '$')
        return dollar_at(s, len);
    *len = 1;
    size_t close = str_find(s, '}');
    if (close == n)
        return PIECE_PLAIN;
    size_t a = read_number(p + 1, close - 1, &range->first), b = 0;
    if (a && 3 + a < n && p[1 + a] == '.' && p[2 + a] == '.')
        b = read_number(p + 3 + a, close - 3 - a, &range->last);
    *len = close + 1;
    if (b && 3 + a + b == close) {
        bool padded = (p[1] == '0' && a > 1) || (p[3 + a] == '0' && b > 1);
        range->width = padded ? a : 0;
        return padded && a != b ? PIECE_BAD_RANGE : PIECE_RANGE;
    }
    struct str inner = { p + 1, close - 1 };
    for (size_t i = 0; i + 1 < inner.n; i++)
        if (inner.p[i] == '.' && inner.p[i + 1] == '.')
            return PIECE_BAD_RANGE;
    *len = close + 1;
    return PIECE_PLAIN;
}

static struct span part_span(struct value v, size_t at, size_t len)
{
    if (v.made)
        return value_span(v);
    uint32_t lo = v.lo + (v.kind == VALUE_WORD ? 0 : 1) + (uint32_t)at;
    return (struct span){ lo, lo + (uint32_t)len };
}

static bool bad_range(struct env *e, struct value v, size_t at, size_t len)
{
    struct str text = str_sub(value_text(v), at, len);
    struct diag *m =
        diag(e->diags, CHECK_syntax, part_span(v, at, len), "`%.*s` is not a range", STR_ARG(text));
    diag_help(
        e->diags, m,
        "a range is two numbers, {1..4}; with leading zeros both have the same width, {01..16}");
    return false;
}

bool expand_count(struct env *e, struct value v, uint32_t *count)
{
    struct str text = value_text(v);
    struct range range;
    *count = 0;
    if (!v.special || e->literal || v.kind != VALUE_WORD)
        return true;
    for (size_t i = 0, len; i < text.n; i += len) {
        len = 1;
        if (text.p[i] != '{' && text.p[i] != '$')
            continue;
        enum piece piece = piece_at(text.p + i, text.n - i, &len, &range);
        if (piece == PIECE_BAD_RANGE)
            return bad_range(e, v, i, len);
        if (piece != PIECE_RANGE)
            continue;
        uint32_t n = range_length(&range);
        if (n > EXPAND_LIMIT) {
            diag(e->diags, CHECK_range_length, part_span(v, i, len),
                 "a range of more than %d elements", EXPAND_LIMIT);
            return false;
        }
        if (*count && *count != n) {
            diag(e->diags, CHECK_range_length, part_span(v, i, len),
                 "a range of %u elements in a word whose other range has %u", n, *count);
            return false;
        }
        *count = n;
    }
    return true;
}

struct var *vars_find(struct vars *vars, struct str name)
{
    for (; vars; vars = vars->outer) {
        struct var *var = map_get(&vars->map, name);
        if (var)
            return var;
    }
    return NULL;
}

static void unknown_variable(struct env *e, struct span span, struct str name)
{
    struct suggest near;
    suggest_init(&near, name);
    bool guess = diag_may_guess(e->diags);
    for (const struct vars *vars = guess ? e->vars : NULL; vars; vars = vars->outer)
        for (size_t i = 0; i < vars->map.n; i++)
            suggest_offer(&near, vars->map.entries[i].key);
    struct diag *m =
        diag(e->diags, CHECK_name_unknown, span, "no variable `%.*s` is set", STR_ARG(name));
    if (near.best.n)
        diag_help(e->diags, m, "did you mean ${%.*s}?", STR_ARG(near.best));
    else
        diag_help(e->diags, m, "set it with `let %.*s = VALUE` or `-D %.*s=VALUE`", STR_ARG(name),
                  STR_ARG(name));
}

struct work {
    struct env *env;
    struct buf *out;
    struct span span; /* of the value that is being expanded */
    size_t left;      /* substitutions */
    unsigned depth;   /* variables around this one */
    bool bad;
};

static void put_value(struct work *w, struct value v, uint32_t element);

/* A template of rows misses the same variable in each row: that is one mistake.  */
static bool was_missed(struct work *w, struct value v, struct str name)
{
    struct vars *vars = v.made ? w->env->vars : NULL;
    if (!vars)
        return false;
    bool missed = map_find(&vars->unset, name) != NULL;
    vars->unset.arena = w->env->arena;
    map_add(&vars->unset, name);
    return missed;
}

static void put_variable(struct work *w, struct value v, struct str name, struct span span)
{
    struct var *var = vars_find(w->env->vars, name);
    if (!var) {
        if (!was_missed(w, v, name))
            unknown_variable(w->env, span, name);
        w->bad = true;
        return;
    }
    var->used = true;
    if (var->busy || !w->left || w->depth == NESTING || w->out->n > AST_WORD) {
        struct diag *m = diag(w->env->diags, CHECK_syntax, w->span,
                              var->busy ? "the variable `%.*s` refers to itself"
                                        : "the variable `%.*s` grows beyond any use",
                              STR_ARG(name));
        diag_also(w->env->diags, m, var->span, "set here");
        w->bad = true;
        return;
    }
    w->left--;
    w->bad |= var->value.bad;
    var->busy = true;
    w->depth++;
    put_value(w, var->value, 0);
    w->depth--;
    var->busy = false;
}

static void unclosed_variable(struct work *w, struct span span)
{
    struct diag *m = diag(w->env->diags, CHECK_syntax, span, "a variable without its `}`");
    diag_help(w->env->diags, m, "write $${ for the two characters themselves");
    w->bad = true;
}

enum { DIGITS = 24 }; /* of an element, at most */

/* Element 'i' of 'range', with its zeros, at the end of 'digits'.  */
static struct str element_of(const struct range *range, uint32_t i, char digits[DIGITS])
{
    uint64_t n = range->first < range->last ? range->first + i : range->first - i;
    char *const end = digits + DIGITS, *p = end;
    do {
        *--p = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    while ((size_t)(end - p) < range->width)
        *--p = '0';
    return (struct str){ p, (size_t)(end - p) };
}

/* Puts what begins at 'i' with a brace, a '$' or a backslash; returns its length.  */
static size_t put_special(struct work *w, struct value v, size_t i, uint32_t element)
{
    struct str text = value_text(v);
    struct range range;
    char c = text.p[i], digits[DIGITS];
    size_t len = 1;
    enum piece piece = PIECE_PLAIN;
    if (c == '\\' && v.kind == VALUE_STRING && i + 1 < text.n) {
        buf_char(w->out, text.p[i + 1]);
        return 2;
    }
    if (c == '$' || (c == '{' && v.kind == VALUE_WORD))
        piece = piece_at(text.p + i, text.n - i, &len, &range);
    struct str whole = str_sub(text, i, len);
    if (piece == PIECE_VARIABLE)
        put_variable(w, v, str_sub(whole, 2, len - 3), part_span(v, i, len));
    else if (piece == PIECE_RANGE)
        buf_put(w->out, element_of(&range, element, digits));
    else if (piece == PIECE_UNCLOSED)
        unclosed_variable(w, part_span(v, i, 2));
    else
        buf_put(w->out, piece == PIECE_LITERAL ? str_sub(whole, 1, len) : whole);
    return len;
}

/* Where in 's', from 'i' on, something begins that may not stand for itself; s.n: nowhere.  */
static size_t next_special(struct str s, size_t i)
{
    while (i < s.n && s.p[i] != '{' && s.p[i] != '$' && s.p[i] != '\\')
        i++;
    return i;
}

static void put_value(struct work *w, struct value v, uint32_t element)
{
    struct str text = value_text(v);
    for (size_t i = 0; i < text.n && !w->bad;) {
        size_t end = v.special ? next_special(text, i) : text.n;
        buf_put(w->out, str_sub(text, i, end - i));
        i = end < text.n ? end + put_special(w, v, end, element) : end;
    }
}

/* A value whose place counts from 'lo'.  Most are words that stand alone.  */
static struct arg as_written(const struct value *v, uint32_t lo)
{
    struct arg arg = { .text = value_text(*v), .span = { v->lo + lo, v->lo + lo + v->len } };
    if (v->kind == VALUE_WORD && !v->joined && !v->bad && !v->made)
        return arg;
    struct span span = value_span(*v);
    arg.span = (struct span){ span.lo + lo, span.hi + lo };
    arg.joined = v->joined;
    arg.pattern = v->kind == VALUE_PATTERN;
    arg.string = v->kind == VALUE_STRING;
    arg.bad = v->bad;
    return arg;
}

struct arg expand_value(struct env *e, struct value v, uint32_t i)
{
    struct arg arg = as_written(&v, 0);
    if (v.made && e->literal)
        arg.text = arena_str(e->arena, arg.text);
    if (!v.special || e->literal || v.kind == VALUE_PATTERN || v.bad)
        return arg;
    struct buf *text = &e->scratch->text;
    struct work w = { .env = e, .out = text, .span = arg.span, .left = SUBSTITUTIONS };
    text->arena = e->arena;
    text->n = 0;
    put_value(&w, v, i);
    arg.text = arena_str(e->arena, buf_str(text));
    if (arg.text.n > AST_WORD && !w.bad) {
        diag(e->diags, CHECK_syntax, arg.span, "a value of more than %d bytes", AST_WORD);
        w.bad = true;
    }
    arg.bad = w.bad;
    return arg;
}

/* Value 'i' is an element of a list.  */
static bool in_list(const struct stmt *s, uint32_t i, enum expand_lists lists)
{
    if (lists == EXPAND_APART)
        return false;
    if (lists != EXPAND_JOINED)
        return i > 0;
    return s->words->v[i].joined || (i + 1 < s->words->n && s->words->v[i + 1].joined);
}

bool expand_spend(struct env *e, struct span span, size_t n)
{
    if (n > *e->budget) {
        diag(e->diags, CHECK_range_length, span, "the ranges have more than %d elements in all",
             EXPAND_TOTAL);
        return false;
    }
    *e->budget -= n;
    return true;
}

/* Under a header with ranges, 'count' elements must be its own number.  */
static bool fits_header(struct env *e, struct value v, uint32_t count)
{
    if (count == e->count)
        return true;
    struct diag *m = diag(e->diags, CHECK_range_length, value_span(v),
                          "a range of %u elements under a header of %u", count, e->count);
    diag_also(e->diags, m, e->header, "the header has %u elements", e->count);
    diag_help(e->diags, m, "ranges in a block advance with its header and have the same length");
    return false;
}

uint32_t expand_repeats(struct env *e, const struct stmt *s, enum expand_lists lists)
{
    uint32_t repeats = 0;
    for (uint32_t i = 0; s->words->special && i < s->words->n; i++) {
        uint32_t count;
        if (!s->words->v[i].special)
            continue;
        if (!expand_count(e, stmt_value(s, i), &count))
            return 0;
        if (!count)
            continue;
        if (e->count) {
            if (!fits_header(e, stmt_value(s, i), count))
                return 0;
            continue;
        }
        if (!expand_spend(e, value_span(stmt_value(s, i)), count))
            return 0;
        if (in_list(s, i, lists))
            continue;
        if (repeats && repeats != count) {
            diag(e->diags, CHECK_range_length, value_span(stmt_value(s, i)),
                 "a range of %u elements in a statement whose other range has %u", count, repeats);
            return 0;
        }
        repeats = count;
    }
    return repeats ? repeats : 1;
}

/* Elements that value 'i' gives in its place.  */
static uint32_t in_place(struct env *e, const struct stmt *s, uint32_t i, enum expand_lists lists)
{
    uint32_t count = 0;
    if (e->count || !s->words->v[i].special || !in_list(s, i, lists))
        return 1;
    expand_count(e, stmt_value(s, i), &count);
    return count ? count : 1;
}

/* Room for 'n' arguments.  */
static struct args new_args(struct env *e, size_t n)
{
    struct scratch *scratch = e->scratch;
    if (scratch->args.cap < n) {
        scratch->args.cap = n < 64 ? 64 : n;
        scratch->args.v = arena_alloc(e->arena, scratch->args.cap * sizeof(struct arg));
    }
    return (struct args){ scratch->args.v, 0 };
}

/* Most statements hold neither ranges nor variables.  */
static struct args plain_args(struct env *e, const struct stmt *s)
{
    struct args args = new_args(e, s->words->n);
    for (; args.n < s->words->n; args.n++)
        args.v[args.n] = as_written(&s->words->v[args.n], s->lo);
    return args;
}

/* A word with one range, and nothing else that is special.  */
struct ranged {
    struct str before, behind;
    struct range range;
};

static bool take_apart(struct value v, struct ranged *word)
{
    struct str text = value_text(v);
    size_t at = str_find(text, '{'), n = 0;
    if (v.kind != VALUE_WORD || v.bad || text.n > AST_WORD - DIGITS || at == text.n ||
        str_find(text, '$') < text.n ||
        piece_at(text.p + at, text.n - at, &n, &word->range) != PIECE_RANGE)
        return false;
    word->before = str_sub(text, 0, at);
    word->behind = str_sub(text, at + n, text.n);
    return str_find(word->behind, '{') == word->behind.n;
}

static struct str element_word(struct env *e, const struct ranged *word, uint32_t i)
{
    char digits[DIGITS];
    const struct str parts[] = { word->before, element_of(&word->range, i, digits), word->behind };
    size_t n = parts[0].n + parts[1].n + parts[2].n;
    char *const text = arena_alloc(e->arena, n + 1), *p = text;
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; p += parts[k++].n)
        memcpy(p, parts[k].p, parts[k].n);
    *p = '\0';
    return (struct str){ text, n };
}

/* Appends all 'n' elements of 'v' to 'args', which has room.  */
static void put_elements(struct env *e, struct value v, uint32_t n, enum expand_lists lists,
                         struct args *args)
{
    struct ranged word;
    struct arg arg = as_written(&v, 0);
    bool plain = take_apart(v, &word);
    for (uint32_t i = 0; i < n; i++) {
        if (plain)
            arg.text = element_word(e, &word, i);
        else
            arg = expand_value(e, v, i);
        arg.joined = v.joined || (i > 0 && lists != EXPAND_EACH);
        args->v[args->n++] = arg;
    }
}

struct args expand_args(struct env *e, const struct stmt *s, enum expand_lists lists, uint32_t i)
{
    if (!s->words->special)
        return plain_args(e, s);
    size_t n = 0;
    for (uint32_t k = 0; k < s->words->n; k++)
        n += in_place(e, s, k, lists);
    struct args args = new_args(e, n);
    for (uint32_t k = 0; k < s->words->n; k++) {
        uint32_t here = in_place(e, s, k, lists);
        if (here > 1)
            put_elements(e, stmt_value(s, k), here, lists, &args);
        else
            args.v[args.n++] = expand_value(e, stmt_value(s, k), e->count ? e->index : i);
    }
    return args;
}

bool expand_header(struct env *outer, const struct stmt *s, uint32_t n, struct env *inner)
{
    *inner = *outer;
    for (uint32_t i = 1; i <= n; i++) {
        uint32_t count;
        struct value v = stmt_value(s, i);
        if (!v.special)
            continue;
        if (!expand_count(outer, v, &count))
            return false;
        if (!count)
            continue;
        if (outer->count) {
            if (!fits_header(outer, v, count))
                return false;
            continue;
        }
        if (inner->count && inner->count != count) {
            diag(outer->diags, CHECK_range_length, value_span(v),
                 "a range of %u elements in a header whose other range has %u", count,
                 inner->count);
            return false;
        }
        if (!inner->count && !expand_spend(outer, value_span(v), count))
            return false;
        inner->count = count;
        inner->header = value_span(v);
    }
    return true;
}
