#include <config.h>

#include "relay-internal.h"

#include <limits.h>

/* What a part of an expression wants to see, as a text of the characters that must be there and of
   marks for whatever may be.  Long parts are cut: what is missing then only makes it look wider by
   nothing, since a name has been seen by then.  */
enum { WANTED_SIZE = 256, DEPTH = 32 };
enum mark { MARK_ANY = 1, MARK_END = 2, MARK_START = 3 };

struct wanted {
    char p[WANTED_SIZE];
    size_t n;
};

struct reader {
    struct str s;
    size_t at;
    unsigned depth;
    bool extended; /* blanks mean nothing: (?x) */
    bool accepted; /* behind (*ACCEPT), where nothing more is asked for */
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

/* The text behind 'r' up to the first 'c', which is skipped.  */
static struct str take_until(struct reader *r, char c)
{
    struct str rest = str_sub(r->s, r->at, r->s.n);
    struct str text = str_sub(rest, 0, str_find(rest, c));
    r->at += text.n + (text.n < rest.n);
    return text;
}

/* Goes behind a class in brackets, which is the character that is alone in it, or both forms of a
   letter.  A bracket that comes first belongs to it.  */
static char read_class(struct reader *r)
{
    size_t from = ++r->at;
    take(r, "^");
    take(r, "]");
    while (r->at < r->s.n && r->s.p[r->at] != ']')
        r->at += r->s.p[r->at] == '\\' ? 2 : 1;
    struct str in = str_sub(r->s, from, r->at - from);
    r->at += r->at < r->s.n;
    if (in.n == 1 && in.p[0] != '\\')
        return in.p[0];
    if (in.n == 2 && in.p[0] == '\\' && !is_alnum(in.p[1]))
        return in.p[1];
    return in.n == 2 && is_alnum(in.p[0]) && to_lower(in.p[0]) == to_lower(in.p[1]) ? in.p[0]
                                                                                    : MARK_ANY;
}

/* The character whose number stands behind \x, two digits or any number of them in braces.  */
static char read_hex(struct reader *r)
{
    static const struct str digits = STR_INIT("0123456789abcdef");
    bool braces = take(r, "{");
    unsigned value = 0;
    for (int i = 0; braces || i < 2; i++) {
        size_t digit = str_find(digits, to_lower(peek(r)));
        if (digit == digits.n || value > UCHAR_MAX)
            break;
        value = value * 16 + (unsigned)digit;
        r->at++;
    }
    if (braces)
        take_until(r, '}');
    return value > ' ' && value <= UCHAR_MAX ? (char)value : MARK_ANY;
}

/* Behind a backslash: classes and codes are marks, places in the text are nothing.  */
static void read_escape(struct reader *r, struct wanted *w)
{
    char c = r->at < r->s.n ? r->s.p[r->at++] : '\0';
    if (c == 'Z' || c == 'z')
        want(w, MARK_END);
    else if (c == 'A')
        want(w, MARK_START);
    else if (c == 'x')
        want(w, read_hex(r));
    else if (!is_alnum(c))
        want(w, c);
    else if (c != 'b' && c != 'B' && c != 'G' && c != 'K')
        want(w, MARK_ANY);
}

static struct wanted read_choice(struct reader *);

/* Behind "(?", where options are set: for the group that follows, or for the rest where there is
   none.  */
static void read_options(struct reader *r)
{
    bool on = true;
    for (; is_alpha(peek(r)) || peek(r) == '-' || peek(r) == '^'; r->at++) {
        on = on && peek(r) != '-';
        if (peek(r) == 'x')
            r->extended = on;
    }
    while (r->at < r->s.n && peek(r) != ')' && r->s.p[r->at++] != ':')
        ;
}

/* Behind "(*": a verb in capitals stands for no text, and anything else is a group with a name for
   its kind.  */
static bool read_verb(struct reader *r)
{
    if (is_alpha(peek(r)) && peek(r) == to_lower(peek(r))) {
        take_until(r, ':');
        return false;
    }
    struct str verb = take_until(r, ')');
    r->accepted |= str_starts(verb, STR("ACCEPT"));
    return true;
}

/* A group, whose opening parenthesis is behind us.  What must not be there is nothing to want.  */
static struct wanted read_group(struct reader *r)
{
    static const struct wanted nothing = { .n = 0 };
    bool extended = r->extended, options = false;
    if (take(r, "*")) {
        if (read_verb(r))
            return nothing;
    } else if (take(r, "?#")) {
        take_until(r, ')');
        return nothing;
    }
    bool denied = take(r, "?!") || take(r, "?<!");
    bool plain = denied || take(r, "?=") || take(r, "?<=") || take(r, "?>") || take(r, "?|");
    if (!plain && (take(r, "?<") || take(r, "?P<") || take(r, "?'"))) {
        while (r->at < r->s.n && r->s.p[r->at] != '>' && r->s.p[r->at] != '\'')
            r->at++;
    } else if (!plain && take(r, "?")) {
        read_options(r);
        options = peek(r) == ')';
    }
    struct wanted inner = read_choice(r);
    take(r, ")");
    if (!options)
        r->extended = extended;
    return denied ? nothing : inner;
}

/* One atom, without what says how often.  */
static struct wanted read_atom(struct reader *r)
{
    struct wanted w = { .n = 0 };
    char c = r->s.p[r->at];
    if (c == '[') {
        want(&w, read_class(r));
        return w;
    }
    r->at++;
    if (c == '(')
        return read_group(r);
    if (c == '\\')
        read_escape(r, &w);
    else if (!r->extended || !is_blank(c))
        want(&w, c == '.' ? MARK_ANY : c == '$' ? MARK_END : c == '^' ? MARK_START : c);
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
        bool asked = !r->accepted;
        struct wanted atom = read_atom(r);
        bool must = read_often(r);
        for (size_t i = 0; asked && must && i < atom.n; i++)
            want(&w, atom.p[i]);
        /* The bracket that may close an address is no text that may be any.  */
        if (asked && !must && !(atom.n == 1 && atom.p[0] == '>'))
            want(&w, MARK_ANY);
        r->at += r->at == from;
    }
    return w;
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
   Where more may follow, or nothing tells where the label begins, it counts if it is known as one:
   that is met in every address there.  */
static bool is_top_level(const struct wanted *w)
{
    size_t start = domain_start(w), at = w->n;
    bool ends = false;
    for (; at > start && (w->p[at - 1] <= MARK_END || w->p[at - 1] == '>'); at--)
        ends = w->p[at - 1] == MARK_ANY ? false : ends || w->p[at - 1] == MARK_END;
    size_t end = at;
    while (at > start && (is_name(w->p[at - 1]) || w->p[at - 1] == '-'))
        at--;
    char before = at > start ? w->p[at - 1] : '\0';
    bool known = relay_is_top_level((struct str){ w->p + at, end - at });
    if (at == end || (before ? before != '.' && before != MARK_ANY : start > 0))
        return false;
    for (size_t i = 0; i < at; i++)
        if (is_name(w->p[i]))
            return false;
    return known || (ends && before);
}

/* How little 'w' asks for, the least first: nothing; a single label at its end; more.  */
static int rank(const struct wanted *w)
{
    struct wanted ended = *w;
    want(&ended, MARK_END);
    return !names_in(w) ? 0 : is_top_level(&ended) ? 1 : 2;
}

static bool is_less(const struct wanted *a, const struct wanted *b)
{
    int rank_a = rank(a), rank_b = rank(b);
    return rank_a != rank_b ? rank_a < rank_b : names_in(a) < names_in(b);
}

/* Between alternatives the one that asks for least counts: whoever wants to get through takes
   that.  */
static struct wanted read_choice(struct reader *r)
{
    struct wanted least = { .n = 0 };
    bool before = r->accepted, accepted = false;
    if (++r->depth > DEPTH) {
        r->at = r->s.n;
        return least;
    }
    for (bool first = true; first || take(r, "|"); first = false) {
        r->accepted = before;
        struct wanted w = read_sequence(r);
        accepted |= r->accepted;
        if (first || is_less(&w, &least))
            least = w;
    }
    r->accepted = accepted;
    r->depth--;
    return least;
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
        r.accepted = false;
        struct wanted w = read_sequence(&r);
        if ((names_in(&w) < 2 && !is_whole_domain(&w)) || is_top_level(&w))
            return true;
        take(&r, ")");
    }
    return false;
}
