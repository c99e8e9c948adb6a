#include <config.h>

#include "ast.h"

enum { INDENT = 4, WIDTH = 100 };

struct printer {
    const struct source *source; /* NULL: no comments, and nothing to keep blank lines from */
    const struct span *comments;
    size_t n_comments;
    size_t next; /* comment */
    struct buf *out;
    size_t line; /* where the current line begins in 'out' */
    /* A word that begins with a slash reads as a pattern if another slash ends it further on in its
       line.  */
    size_t slash; /* behind that first slash, or 0 */
    size_t seen;  /* looked at so far */
    size_t comma; /* behind the last comma of the line, or 0 */
};

/* Values.  */

/* The length of the group '{name}' at 'p', or 0.  */
static size_t group_length(const char *p, size_t n)
{
    size_t i = 1;
    while (i < n && (is_alnum(p[i]) || p[i] == '.' || p[i] == '_' || p[i] == '-'))
        i++;
    return i > 1 && i < n && p[0] == '{' && p[i] == '}' ? i + 1 : 0;
}

/* The place of the slash that ends a pattern begun in front of 's', or s.n.  */
static size_t closing_slash(struct str s)
{
    size_t i = 0;
    while (i < s.n && s.p[i] != '/')
        i += s.p[i] == '\\' ? 2 : 1;
    return i < s.n ? i : s.n;
}

/* The scanner reads 's' back as the one word that it is.  */
static bool is_word(struct str s)
{
    if (!s.n)
        return false;
    for (size_t i = 0, len; i < s.n; i += len) {
        len = 1;
        if (s.p[i] == '{')
            len = group_length(s.p + i, s.n - i);
        if (!len || (unsigned char)s.p[i] <= ' ' || memchr("\"#;,}", s.p[i], 5))
            return false;
    }
    if (s.p[0] != '/')
        return true;
    struct str rest = str_sub(s, 1, s.n);
    size_t close = closing_slash(rest);
    return close == rest.n || (close + 1 < rest.n && rest.p[close + 1] != '{');
}

static void put_quoted(struct str s, struct buf *out)
{
    buf_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_char(out, '\\');
        buf_char(out, s.p[i]);
    }
    buf_char(out, '"');
}

void ast_print_value(struct value v, struct buf *out)
{
    char quote = v.kind == VALUE_STRING ? '"' : v.kind == VALUE_PATTERN ? '/' : '\0';
    if (v.kind == VALUE_WORD && !v.bad && !is_word(value_text(v))) {
        put_quoted(value_text(v), out);
        return;
    }
    if (quote)
        buf_char(out, quote);
    buf_put(out, value_text(v));
    if (quote)
        buf_char(out, quote);
}

/* Places.  */

/* The source between two positions.  */
static struct str between(const struct printer *p, uint32_t from, uint32_t to)
{
    if (!p->source || from < p->source->base || from >= to)
        return STR("");
    return str_sub(p->source->text, from - p->source->base, to - from);
}

static bool same_line(const struct printer *p, uint32_t from, uint32_t to)
{
    struct str s = between(p, from, to);
    return from <= to && str_find(s, '\n') == s.n;
}

/* There is an empty line between two positions.  */
static bool has_blank(const struct printer *p, uint32_t from, uint32_t to)
{
    struct str s = between(p, from, to);
    size_t n_ends = 0;
    for (size_t i = 0; i < s.n && n_ends < 2; i++) {
        if (s.p[i] == '\n')
            n_ends++;
        else if (!is_blank(s.p[i]) && s.p[i] != '\r')
            n_ends = 0;
    }
    return n_ends == 2;
}

static uint32_t start_of(const struct stmt *s)
{
    return value_span(stmt_value(s, 0)).lo;
}

/* Where the next statement of the walk begins, or 'limit'.  */
static uint32_t start_of_next(const struct walk *w, uint32_t limit)
{
    struct walk ahead = *w;
    const struct stmt *s = walk_next(&ahead);
    return s ? start_of(s) : limit;
}

static uint32_t end_of_values(const struct stmt *s)
{
    return value_span(stmt_value(s, s->words->n - 1)).hi;
}

/* The next comment stands before 'end'.  */
static bool comment_before(const struct printer *p, uint32_t end)
{
    return p->next < p->n_comments && p->comments[p->next].lo < end;
}

/* Lines.  */

static void new_line(struct printer *p, size_t indent)
{
    buf_char(p->out, '\n');
    p->line = p->out->n;
    p->slash = p->comma = 0;
    buf_fill(p->out, ' ', indent);
}

static void put_comment(struct printer *p, size_t i)
{
    struct span c = p->comments[i];
    buf_put(p->out, str_trim(between(p, c.lo, c.hi)));
}

/* The next comment goes behind what stands at 'end' if it stands on its line there, and before
   'limit'.  */
static void put_trailing(struct printer *p, uint32_t end, uint32_t limit)
{
    if (!comment_before(p, limit) || p->comments[p->next].lo < end ||
        !same_line(p, end, p->comments[p->next].lo))
        return;
    buf_char(p->out, ' ');
    put_comment(p, p->next++);
}

/* Breaks the line behind its last comma if a slash has turned the word that began with one into a
   pattern.  In what somebody wrote there is such a comma: it stood in one line otherwise.  */
static void keep_slash(struct printer *p, size_t indent)
{
    if (!p->slash)
        return;
    struct str rest = { p->out->p + p->seen, p->out->n - p->seen };
    size_t close = closing_slash(rest);
    if (close == rest.n) {
        p->seen = p->out->n - (rest.n && rest.p[rest.n - 1] == '\\');
        return;
    }
    bool ends_value = close + 1 == rest.n || memchr(" \t,;{}", rest.p[close + 1], 6);
    size_t comma = p->comma;
    p->slash = 0;
    if (!ends_value || !comma)
        return;
    size_t tail = p->out->n - comma - 1; /* behind the comma's blank */
    buf_fill(p->out, ' ', indent);
    char *at = p->out->p + comma;
    memmove(at + 1 + indent, at + 1, tail);
    *at = '\n';
    memset(at + 1, ' ', indent);
    p->line = comma + 1;
    p->comma = 0;
}

/* A comma and what stands between it and the value 'v'.  */
static void put_comma(struct printer *p, struct value v, size_t indent)
{
    size_t width = (size_t)v.len + (v.kind == VALUE_WORD ? 0 : 2);
    buf_char(p->out, ',');
    bool wrap = p->out->n - p->line + 1 + width + 1 > WIDTH;
    if (!v.made && comment_before(p, v.lo)) {
        buf_char(p->out, ' ');
        put_comment(p, p->next++);
        while (comment_before(p, v.lo)) {
            new_line(p, indent);
            put_comment(p, p->next++);
        }
        wrap = true;
    }
    if (wrap) {
        new_line(p, indent);
        return;
    }
    p->comma = p->out->n;
    buf_char(p->out, ' ');
}

static void put_values(struct printer *p, const struct stmt *s, size_t indent)
{
    p->slash = p->comma = 0;
    for (uint32_t i = 0; i < s->words->n; i++) {
        struct value v = stmt_value(s, i);
        if (i && v.joined)
            put_comma(p, v, indent);
        else if (i)
            buf_char(p->out, ' ');
        size_t at = p->out->n;
        ast_print_value(v, p->out);
        size_t len = p->out->n - at;
        keep_slash(p, indent);
        at = p->out->n - len;
        if (!p->slash && len && v.kind == VALUE_WORD && p->out->p[at] == '/')
            p->slash = p->seen = at + 1;
    }
}

/* A backslash must not end a line.  */
static void end_values(struct printer *p, const struct stmt *s)
{
    struct value last = stmt_value(s, s->words->n - 1);
    if (last.kind == VALUE_WORD && last.len && p->out->p[p->out->n - 1] == '\\')
        buf_char(p->out, ';');
}

void ast_print_words(const struct words *words, size_t indent, struct buf *out)
{
    struct printer p = { .out = out, .line = out->n };
    struct stmt s = { .words = words };
    buf_fill(out, ' ', indent);
    put_values(&p, &s, indent + INDENT);
    end_values(&p, &s);
}

/* Statements.  */

static void put_stmts(struct printer *p, struct walk w, size_t level, uint32_t from,
                      uint32_t limit);

/* Comments between a header and the brace on a line below it go above the header: there they still
   belong to this statement, and to it alone.  */
static void put_early(struct printer *p, const struct stmt *s, size_t indent)
{
    for (size_t i = p->next; s->block && i < p->n_comments && p->comments[i].lo < stmt_open(s);
         i++) {
        if (p->comments[i].lo < end_of_values(s))
            continue;
        put_comment(p, i);
        new_line(p, indent);
    }
}

static void put_stmt(struct printer *p, const struct stmt *s, size_t level, uint32_t limit)
{
    size_t indent = level * INDENT;
    put_early(p, s, indent);
    put_values(p, s, indent + INDENT);
    if (!s->block) {
        end_values(p, s);
        put_trailing(p, end_of_values(s), limit);
        return;
    }
    struct walk body = walk_block(s);
    while (comment_before(p, stmt_open(s)))
        p->next++;
    buf_text(p->out, " {");
    put_trailing(p, stmt_open(s) + 1, start_of_next(&body, stmt_close(s)));
    put_stmts(p, body, level + 1, stmt_open(s) + 1, stmt_close(s));
    new_line(p, indent);
    buf_char(p->out, '}');
    put_trailing(p, stmt_close(s) + 1, limit);
}

/* A blank line belongs between blocks at the top, in front of the comments that belong to one.  */
static bool wants_blank(const struct printer *p, const struct stmt *s)
{
    if (!s || !s->block)
        return false;
    for (size_t i = p->next; i < p->n_comments && p->comments[i].lo < start_of(s); i++) {
        uint32_t below = i + 1 < p->n_comments ? p->comments[i + 1].lo : start_of(s);
        if (has_blank(p, p->comments[i].hi, below < start_of(s) ? below : start_of(s)))
            return false;
    }
    return true;
}

/* Prints statements and the comments between them, from position 'from' to 'limit'; each begins a
   line, except the first one of the file.  */
static void put_stmts(struct printer *p, struct walk w, size_t level, uint32_t from, uint32_t limit)
{
    bool first = true, after_block = false, fresh = true;
    const struct stmt *s = walk_next(&w);
    for (;;) {
        bool is_comment = comment_before(p, s ? start_of(s) : limit);
        if (!is_comment && !s)
            return;
        uint32_t item = is_comment ? p->comments[p->next].lo : start_of(s);
        bool forced = level == 0 && (after_block || (fresh && wants_blank(p, s)));
        if (!first && (forced || has_blank(p, from, item)))
            buf_char(p->out, '\n');
        if (!first || level)
            new_line(p, level * INDENT);
        first = false;
        if (is_comment) {
            put_comment(p, p->next);
            from = p->comments[p->next++].hi;
            fresh = after_block = false;
            continue;
        }
        put_stmt(p, s, level, start_of_next(&w, limit));
        from = s->block ? stmt_close(s) + 1 : end_of_values(s);
        if (p->next && p->comments[p->next - 1].lo >= from)
            from = p->comments[p->next - 1].hi;
        after_block = s->block;
        fresh = true;
        s = walk_next(&w);
    }
}

void ast_print(const struct ast_file *file, struct buf *out)
{
    /* Where something was made, its places say what it comes from and nothing about layout.  */
    const struct stmt *s = file->stmts.first;
    bool made = s && s->words->v[0].made;
    const struct source *source = made ? NULL : file->source;
    struct printer p = { .source = source,
                         .comments = file->comments.v,
                         .n_comments = source ? file->comments.n : 0,
                         .out = out,
                         .line = out->n };
    size_t start = out->n;
    put_stmts(&p, walk_stmts(s), 0, source ? source->base : 0, UINT32_MAX);
    if (out->n > start)
        buf_char(out, '\n');
}
