#include <config.h>

#include "conf.h"

/* What a byte means to whoever writes a value; most mean nothing.  */
enum { BYTE_NEVER = 1, BYTE_QUOTE = 2, BYTE_BACKSLASH = 4, BYTE_COMMA = 8, BYTE_TAG = 16 };

static const unsigned char classes[256] = {
    [0] = 1,   [1] = 1,   [2] = 1,   [3] = 1,   [4] = 1,    [5] = 1,   [6] = 1,    [7] = 1,
    [8] = 1,   [9] = 3,   [10] = 1,  [11] = 1,  [12] = 1,   [13] = 1,  [14] = 1,   [15] = 1,
    [16] = 1,  [17] = 1,  [18] = 1,  [19] = 1,  [20] = 1,   [21] = 1,  [22] = 1,   [23] = 1,
    [24] = 1,  [25] = 1,  [26] = 1,  [27] = 1,  [28] = 1,   [29] = 1,  [30] = 1,   [31] = 1,
    [127] = 1, ['#'] = 1, [' '] = 2, ['"'] = 2, ['\\'] = 4, [','] = 8, ['<'] = 16, ['>'] = 16,
};

static unsigned classes_of(struct str s)
{
    unsigned found = 0;
    for (size_t i = 0; i < s.n; i++)
        found |= classes[(unsigned char)s.p[i]];
    return found;
}

/* What can be written nowhere: control characters, a '#', which starts a comment even inside
   quotes, a '\' at the end.  Returns it in words, or NULL.  */
static const char *unwritable(struct str s)
{
    for (size_t i = 0; classes_of(s) & BYTE_NEVER && i < s.n; i++) {
        if (s.p[i] == '\n' || s.p[i] == '\r')
            return "a line end";
        if (s.p[i] == '#')
            return "a `#`, which starts a comment even inside quotes";
        if (classes[(unsigned char)s.p[i]] & BYTE_NEVER)
            return "a control character";
    }
    return s.n && s.p[s.n - 1] == '\\' ? "a backslash at its end" : NULL;
}

/* The same for a value in quotes: there "\"" is a quote, and what another backslash means is not
   documented.  */
static const char *unquotable(struct str s)
{
    unsigned found = classes_of(s);
    return found & BYTE_QUOTE && found & BYTE_BACKSLASH ? "a backslash beside a blank or a quote"
                                                        : NULL;
}

static bool report(struct conf *c, struct span span, const char *what, bool secret)
{
    struct diag *m = diag(c->diags, CHECK_value_unwritable, span,
                          "PowerMTA has no way to write this value: it holds %s", what);
    if (secret)
        diag_help(c->diags, m, "choose a secret of letters, digits and other signs");
    return false;
}

static bool check_value(struct conf *c, const struct arg *arg, uint32_t at)
{
    const char *what = unwritable(arg->text);
    if (!what && !arg->pattern)
        what = unquotable(arg->text);
    struct span span = { arg->span.lo + at, arg->span.hi + at };
    return !what || report(c, span, what, arg->secret);
}

/* What stands in a tag is written bare.  A command has blanks and quotes.  */
static bool check_tag(struct conf *c, enum scope scope, struct str arg, struct span span)
{
    bool command = scope == SCOPE_acct_file && arg.n && arg.p[0] == '|';
    if (!classes_of(arg))
        return true;
    const char *what = unwritable(arg);
    for (size_t i = 0; i < arg.n && !what; i++) {
        if (arg.p[i] == '"' && command)
            continue;
        if (arg.p[i] == '<' || arg.p[i] == '>' || arg.p[i] == '"')
            what = "a character that a section's tag cannot hold";
        else if (is_blank(arg.p[i]) && !command)
            what = "a blank in a section's tag";
    }
    if (!what && arg.n && (is_blank(arg.p[0]) || is_blank(arg.p[arg.n - 1])))
        what = "a blank at an end of a section's tag";
    return !what || report(c, span, what, false);
}

static void append(struct conf *c, struct conf_section *parent, struct conf_section *s)
{
    struct conf_section **first = parent ? &parent->children : &c->first;
    struct conf_section **last = parent ? &parent->last_child : &c->last;
    if (*last)
        (*last)->next = s;
    else
        *first = s;
    *last = s;
}

struct conf_section *conf_section(struct conf *c, struct conf_section *parent, enum scope scope,
                                  struct str arg, struct span arg_span, struct span origin)
{
    struct conf_section *s = arena_alloc(c->arena, sizeof *s);
    *s = (struct conf_section){ .scope = scope, .arg = arg, .origin = origin };
    if (parent && !(dict_scope(scope)->parents & (uint64_t)1 << parent->scope))
        arena_bug(c->arena, "a section that may not stand in its parent");
    check_tag(c, scope, arg, arg_span);
    append(c, parent, s);
    return s;
}

void conf_again(struct conf *c, struct conf_section *parent, const struct conf_section *section)
{
    struct conf_section *s = arena_alloc(c->arena, sizeof *s);
    *s = *section;
    s->next = NULL;
    append(c, parent, s);
}

/* Every value is written just as it is.  */
static bool all_plain(const struct arg *args, uint32_t n)
{
    unsigned found = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (args[i].pattern || !args[i].text.n)
            return false;
        found |= classes_of(args[i].text);
    }
    return !found;
}

static void append_line(struct conf_section *section, struct conf_line *line)
{
    if (section->last_line)
        section->last_line->next = line;
    else
        section->lines = line;
    section->last_line = line;
}

struct conf_line *conf_line(struct conf *c, struct conf_section *section,
                            const struct directive *dir, const struct arg *args, uint32_t n,
                            uint32_t at, struct span origin)
{
    bool plain = all_plain(args, n);
    if (!(dir->scopes & (uint64_t)1 << section->scope))
        arena_bug(c->arena, "a directive that may not stand in its section");
    for (uint32_t i = 0; !plain && i < n; i++)
        if (!check_value(c, &args[i], at))
            return NULL;
    struct conf_line *line = arena_alloc(c->arena, sizeof *line);
    *line = (struct conf_line){
        .dir = dir, .args = args, .n_args = n, .plain = plain, .origin = origin
    };
    append_line(section, line);
    return line;
}

void conf_line_again(struct conf *c, struct conf_section *section, const struct conf_line *line)
{
    struct conf_line *again = arena_alloc(c->arena, sizeof *again);
    *again = *line;
    again->next = NULL;
    append_line(section, again);
}

void conf_done(struct conf *c)
{
    if (c->done && c->first)
        c->done(c, c->context);
    c->first = c->last = NULL;
    arena_reset(c->arena);
}

bool conf_has(const struct conf_section *s, const struct directive *dir)
{
    for (const struct conf_line *l = s->lines; l; l = l->next)
        if (l->dir == dir)
            return true;
    return false;
}
