#include <config.h>

#include "relay-internal.h"

/* What a part of an expression wants to see, as a text of the characters that must be there and of
   marks for whatever may be.  Long parts are cut: what is missing then only makes it look wider by
   nothing, since a name has been seen by then.  */
enum { WANTED_SIZE = 256, DEPTH = 32 };
enum mark { MARK_ANY = 1, MARK_END = 2 };

struct wanted {
    char p[WANTED_SIZE];
    size_t n;
};

struct reader {
    struct str s;
    size_t at;
    unsigned depth;
};

static void want(struct wanted *w, char c)
{
    if (w->n < WANTED_SIZE)
        w->p[w->n++] = c;
}

static bool is_name(char c)
{
    return is_alnum(c) || (unsigned char)c >= 0x80;
}

static size_t names_in(const struct wanted *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++)
        n += is_name(w->p[i]);
    return n;
}

static bool take(struct reader *r, const char *text)
{
    struct str rest = str_sub(r->s, r->at, r->s.n);
    bool there = str_starts(rest, str_of(text));
    r->at += there ? strlen(text) : 0;
    return there;
}

static char peek(const struct reader *r)
{
    return r->at < r->s.n ? r->s.p[r->at] : '\0';
}

/* Goes behind a class in brackets; a bracket that comes first belongs to it.  */
static void skip_class(struct reader *r)
{
    r->at++;
    take(r, "^");
    take(r, "]");
    while (r->at < r->s.n && r->s.p[r->at] != ']')
        r->at += r->s.p[r->at] == '\\' ? 2 : 1;
    r->at += r->at < r->s.n;
}

/* Behind a backslash: classes and codes are marks, places in the text are nothing.  */
static void read_escape(struct reader *r, struct wanted *w)
{
    char c = r->at < r->s.n ? r->s.p[r->at++] : '\0';
    if (c == 'Z' || c == 'z')
        want(w, MARK_END);
    else if (!is_alnum(c))
        want(w, c);
    else if (c != 'b' && c != 'B' && c != 'A' && c != 'G' && c != 'K')
        want(w, MARK_ANY);
    for (int i = 0; c == 'x' && i < 2 && is_alnum(peek(r)); i++)
        r->at++;
}

static struct wanted read_choice(struct reader *);

/* A group, whose opening parenthesis is behind us.  What must not be there is nothing to want.  */
static struct wanted read_group(struct reader *r)
{
    bool denied = take(r, "?!") || take(r, "?<!");
    bool plain = denied || take(r, "?=") || take(r, "?<=") || take(r, "?>") || take(r, "?|");
    if (!plain && (take(r, "?<") || take(r, "?P<") || take(r, "?'")))
        while (r->at < r->s.n && r->s.p[r->at] != '>' && r->s.p[r->at] != '\'')
            r->at++;
    else if (!plain && take(r, "?"))
        while (r->at < r->s.n && peek(r) != ')' && r->s.p[r->at++] != ':')
            ;
    struct wanted inner = read_choice(r);
    take(r, ")");
    if (denied)
        inner.n = 0;
    return inner;
}

/* One atom, without what says how often.  */
static struct wanted read_atom(struct reader *r)
{
    struct wanted w = { .n = 0 };
    char c = r->s.p[r->at];
    if (c == '[') {
        skip_class(r);
        want(&w, MARK_ANY);
        return w;
    }
    r->at++;
    if (c == '(')
        return read_group(r);
    if (c == '\\')
        read_escape(r, &w);
    else if (c == '$')
        want(&w, MARK_END);
    else if (c != '^')
        want(&w, c == '.' ? MARK_ANY : c);
    return w;
}

/* How often: false where it may be never.  */
static bool read_often(struct reader *r)
{
    bool must = true;
    for (;; r->at++) {
        char c = peek(r);
        if (c == '{') {
            must &= !str_starts(str_sub(r->s, r->at, r->s.n), STR("{0")) &&
                    !str_starts(str_sub(r->s, r->at, r->s.n), STR("{,"));
            while (r->at < r->s.n && r->s.p[r->at] != '}')
                r->at++;
        } else if (c == '*' || c == '?') {
            must = false;
        } else if (c != '+') {
            return must;
        }
    }
}

static struct wanted read_sequence(struct reader *r)
{
    struct wanted w = { .n = 0 };
    while (r->at < r->s.n && peek(r) != '|' && peek(r) != ')') {
        size_t from = r->at;
        struct wanted atom = read_atom(r);
        bool must = read_often(r);
        for (size_t i = 0; must && i < atom.n; i++)
            want(&w, atom.p[i]);
        if (!must)
            want(&w, MARK_ANY);
        r->at += r->at == from;
    }
    return w;
}

/* Between alternatives the one that wants the fewest names counts: whoever wants to get through
   takes that.  */
static struct wanted read_choice(struct reader *r)
{
    struct wanted least = { .n = 0 };
    if (++r->depth > DEPTH) {
        r->at = r->s.n;
        return least;
    }
    for (bool first = true; first || take(r, "|"); first = false) {
        struct wanted w = read_sequence(r);
        if (first || names_in(&w) < names_in(&least))
            least = w;
    }
    r->depth--;
    return least;
}

/* The first byte of the domain in 'w': behind the last at sign, or all of it.  */
static size_t domain_start(const struct wanted *w)
{
    size_t start = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->p[i] == '@')
            start = i + 1;
    return start;
}

/* What is wanted is one label at the very end and something before it: all of a top-level domain.
 */
static bool is_top_level(const struct wanted *w)
{
    size_t start = domain_start(w), at = w->n;
    while (at > start && w->p[at - 1] == MARK_END)
        at--;
    bool ends = at < w->n;
    size_t end = at;
    while (at > start && (is_name(w->p[at - 1]) || w->p[at - 1] == '-'))
        at--;
    if (!ends || at == end || at == start || (w->p[at - 1] != '.' && w->p[at - 1] != MARK_ANY))
        return false;
    for (size_t i = 0; i < at; i++)
        if (is_name(w->p[i]))
            return false;
    return true;
}

/* A domain of one label from its at sign to the end, however short.  */
static bool is_whole_domain(const struct wanted *w)
{
    size_t start = domain_start(w), at = start;
    while (at < w->n && is_name(w->p[at]))
        at++;
    return start && at > start && at < w->n && w->p[at] == MARK_END;
}

bool relay_pattern_takes_all(struct str pattern)
{
    struct reader r = { .s = pattern };
    /* One letter is in nearly every address.  */
    for (bool more = true; more; more = take(&r, "|")) {
        struct wanted w = read_sequence(&r);
        if ((names_in(&w) < 2 && !is_whole_domain(&w)) || is_top_level(&w))
            return true;
        take(&r, ")");
    }
    return false;
}
