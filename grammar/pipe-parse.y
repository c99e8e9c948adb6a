/* pipe-parse.y - the shape of legacy rows: fields between bars, one row a line.

   A field is what stands between two bars without the blanks around it, and may be empty; behind
   the fifth bar it is the rest of the line.  */

%require "3.8"
%define api.pure full
%define api.prefix {pipe_}
%define api.token.prefix {TOK_}
%define api.header.include {"grammar/pipe-parse.h"}
%expect 0
%param {struct pipe *pipe} {void *yyscanner}

%code top {
#include <config.h>
}

%code requires {
#include "pipe.h"
}

%code provides {
#define PIPE_DECL int pipe_lex(PIPE_STYPE *lval, struct pipe *pipe, void *yyscanner)
PIPE_DECL;
}

%code {
#define YYMALLOC(SIZE) arena_alloc(pipe->arena, SIZE)
#define YYFREE(P) ((void)(P))

static void pipe_error(struct pipe *pipe, void *yyscanner, const char *what);
static void add_fields(struct pipe *t, struct str text, bool plain);
static void add_row(struct pipe *t, const char *end);
}

%union {
    struct str text;
}

%token <text> PLAIN "a row of nothing but plain bytes"
%token <text> ROW "a row"
%token <text> END "the end of the line"

%%

file:
  %empty
| file row END                      { add_row(pipe, $3.p); }
;

row:
  PLAIN                             { add_fields(pipe, $1, true); }
| ROW                               { add_fields(pipe, $1, false); }
;

%%

/* Never reached: every sequence of tokens that the scanner hands out has a rule.  */
static void pipe_error(struct pipe *pipe, void *yyscanner, const char *what)
{
    (void)yyscanner;
    arena_bug(pipe->arena, what);
}

struct shape_row {
    const char *about;
    const char *fields[PIPE_FIELDS];
};

static const struct shape_row shapes[] = {
#define SHAPE(ID, ABOUT, ...) [ROW_##ID] = { ABOUT, { __VA_ARGS__ } },
#include "legacy.def"
};

/* Field 'i' of the row that is being read.  */
static struct str field(const struct pipe *t, size_t i)
{
    return row_field(t->rows, &t->row, i);
}

/* Keeps a field and looks at its characters.  */
static void add_field(struct pipe *t, struct str text)
{
    struct row *row = &t->row;
    struct span span = pipe_span(t, text.p, text.n);
    row->span[row->n_fields++] = span;
    if (t->bad)
        return;
    if (text.n > AST_WORD) {
        diag(t->diags, CHECK_legacy_shape, pipe_span(t, text.p, 1),
             "a field of %zu bytes: %d is the limit", text.n, AST_WORD);
        t->bad = true;
    } else if (!t->clean && !text_check_word(t->diags, t->source, span)) {
        t->bad = true;
    }
}

/* Cuts a row at its bars.  There is no blank in one that is plain.  */
static void add_fields(struct pipe *t, struct str text, bool plain)
{
    const char *p = text.p, *end = p + text.n;
    t->row.plain = plain;
    for (size_t i = 0; p <= end && i < PIPE_FIELDS; i++) {
        const char *bar = i < PIPE_FIELDS - 1 ? memchr(p, '|', (size_t)(end - p)) : NULL;
        struct str field = { p, (size_t)((bar ? bar : end) - p) };
        add_field(t, plain ? field : str_trim(field));
        p += field.n + 1;
    }
}

/* What is meant as an address, well written or not: a bad one must not make another row of it.  A
   selector may be a number, or have a dot in it ("20230601", "2024.01").  */
static bool looks_like_address(struct str s)
{
    size_t n_dots = 0, n_colons = 0, n_digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (is_digit(c))
            n_digits++;
        else if (c == '.')
            n_dots++;
        else if (c == ':')
            n_colons++;
        else if (!is_alpha(c) || to_lower(c) > 'f')
            return false;
    }
    return n_colons >= 2 || (n_dots == 3 && n_digits && n_dots + n_digits == s.n);
}

/* "IP | selector | ..." of each shape.  */
static void help_shapes(struct pipe *t, struct diag *m)
{
    struct buf b = { .arena = t->arena };
    size_t n = sizeof shapes / sizeof *shapes;
    buf_text(&b, "a row is ");
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_text(&b, i + 1 < n ? ", " : ", or ");
        buf_char(&b, '`');
        for (size_t k = 0; k < PIPE_FIELDS && *shapes[i].fields[k]; k++)
            buf_printf(&b, "%s%s", k ? "|" : "", shapes[i].fields[k]);
        buf_char(&b, '`');
    }
    diag_help(t->diags, m, "%.*s", STR_ARG(buf_str(&b)));
}

static bool wrong_shape(struct pipe *t, struct span span, const char *what)
{
    help_shapes(t, diag(t->diags, CHECK_legacy_shape, span, "%s", what));
    return false;
}

/* Says which kind of row it is, by the number of fields and the addresses in it.  */
static bool find_shape(struct pipe *t)
{
    struct row *row = &t->row;
    bool first = looks_like_address(field(t, 0));
    bool second = row->n_fields > 1 && looks_like_address(field(t, 1));
    row->shape = ROW_BAD;
    if (row->n_fields < 5) {
        struct diag *m = diag(t->diags, CHECK_legacy_shape, row->line,
                              "a row of %u field%s: rows have 5 or 6", row->n_fields,
                              row->n_fields == 1 ? "" : "s");
        help_shapes(t, m);
        return false;
    }
    if (second && !first)
        return wrong_shape(t, row->span[0], "field 1 is no address, but field 2 is");
    if (row->n_fields == 5) {
        if (second)
            return wrong_shape(t, row->line, "a row of 5 fields that begins with two addresses");
        if (str_find(field(t, 3), '@') < field(t, 3).n)
            return wrong_shape(t, row->span[3],
                               "a user in place of the hostname: a field is missing");
        row->shape = ROW_NON_TLS;
        return true;
    }
    if (second && str_find(field(t, 5), '|') < field(t, 5).n)
        return wrong_shape(t, row->line, "a client-delivery row of more than 6 fields");
    row->shape = second ? ROW_CLIENT_DELIVERY : ROW_SUBMISSION;
    return true;
}

/* A place to show for field 'i', which is empty: the blanks in it, or the bar beside it.  */
static struct span empty_place(const struct pipe *t, size_t i)
{
    const char *p = t->text + (t->row.span[i].lo - t->source->base);
    if (*p == '|' || i == 0)
        return pipe_span(t, p, 1);
    while (p[-1] != '|')
        p--;
    return pipe_span(t, p - 1, 1);
}

/* Reports the empty fields, all in one message.  */
static bool find_empty(struct pipe *t)
{
    const struct row *row = &t->row;
    struct buf names = { .arena = t->arena };
    size_t n = 0, first = 0;
    for (size_t i = 0; i < row->n_fields; i++) {
        if (row->span[i].hi > row->span[i].lo)
            continue;
        if (!n++)
            first = i;
        bool either = i == 1 && row->n_fields == PIPE_FIELDS;
        buf_printf(&names, "%s%zu (%s%s%s)", n > 1 ? ", " : "", i + 1, shapes[row->shape].fields[i],
                   either ? " or " : "", either ? shapes[ROW_CLIENT_DELIVERY].fields[i] : "");
    }
    if (!n)
        return true;
    struct diag *m = diag(t->diags, CHECK_legacy_shape, empty_place(t, first),
                          "field%s %.*s %s empty", n > 1 ? "s" : "", STR_ARG(buf_str(&names)),
                          n > 1 ? "are" : "is");
    help_shapes(t, m);
    return false;
}

/* Where a password may stand in a row, up to 'end'.  In a row of no shape it may be the last field,
   and whatever follows a user.  */
static void hide_password(struct pipe *t, const char *end)
{
    const struct row *row = &t->row;
    size_t from = row->n_fields - 1;
    if (row->shape == ROW_CLIENT_DELIVERY || row->shape == ROW_NON_TLS)
        return;
    for (size_t i = 0; row->shape == ROW_BAD && i < from; i++)
        if (str_find(field(t, i), '@') < field(t, i).n)
            from = i + 1;
    if (from && field(t, from).p < end)
        diag_secret(t->diags, (struct span){ row->span[from].lo, pipe_place(t, end) });
}

/* The end of a line: keeps its row if it is one.  */
static void add_row(struct pipe *t, const char *end)
{
    struct row *row = &t->row;
    const char *start = t->text + (row->span[0].lo - t->source->base), *stop = end;
    while (stop > start && (is_blank(stop[-1]) || stop[-1] == '\r'))
        stop--;
    row->line = pipe_span(t, start, (size_t)(stop - start));
    row->shape = ROW_BAD;
    bool fine = !t->bad && find_shape(t);
    hide_password(t, stop);
    if (fine && find_empty(t))
        VEC_PUSH(t->arena, &t->rows->list, *row);
    t->row = (struct row){ .shape = ROW_BAD };
    t->bad = false;
}
