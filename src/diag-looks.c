#include <config.h>

#include "diag-secret.h"

/* Pieces of this length may be secrets, longer ones look like them sooner, up to what is no
   password any more.  */
enum {
    SHORT_SECRET = 8,
    MIDDLE_SECRET = 12,
    LONG_SECRET = 16,
    LONG_NAME = 64,
    LONGEST_SECRET = 4096
};

/* How far back the beginning of a word is looked for.  */
enum { WORD_BEGINS = 256 };

/* What a text is made of.  */
struct looks {
    size_t runs;  /* of digits */
    size_t inner; /* of digits between letters */
    bool letter, lower, upper, sign, time;
};

static bool is_upper(char c)
{
    return to_lower(c) != c;
}

static struct looks look(struct str s)
{
    struct looks l = { .time = s.n && is_digit(s.p[0]) };
    bool led = false; /* a letter stands before these digits */
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (is_digit(c) && (!i || !is_digit(s.p[i - 1]))) {
            l.runs++;
            led = i && is_alpha(s.p[i - 1]);
        }
        l.inner += is_digit(c) && led && i + 1 < s.n && is_alpha(s.p[i + 1]);
        l.letter |= is_alpha(c);
        l.lower |= is_alpha(c) && !is_upper(c);
        l.upper |= i && is_upper(c);
        l.sign |= strchr("!^&%~", c) != NULL;
        l.time &= is_digit(c) || strchr("wdhms", c) != NULL;
    }
    return l;
}

/* Letters and digits that change too often for a name.  */
static bool looks_secret(struct str s)
{
    struct looks l = look(s);
    if (s.n < SHORT_SECRET || s.n > LONGEST_SECRET || !l.letter || !l.runs || l.time)
        return false;
    bool mixed = l.lower && l.upper && (l.inner > 1 || (l.inner && s.n >= MIDDLE_SECRET));
    return (l.runs > 2 && l.inner > 1) || (l.runs > 1 && s.n >= LONG_SECRET && s.n <= LONG_NAME) ||
           mixed || l.sign;
}

bool looks_quoted_secret(struct str s)
{
    struct looks l = look(s);
    if (s.n < SHORT_SECRET || s.n > LONGEST_SECRET)
        return false;
    for (size_t i = 0; i < s.n; i++) /* paths, hosts, addresses, patterns */
        if (is_blank(s.p[i]) || strchr("./:@$*,[]<>|", s.p[i]))
            return false;
    return s.n >= LONG_SECRET || (l.runs && l.letter);
}

bool is_no_name(struct str s)
{
    bool plain = str_find(s, '.') == s.n && str_find(s, '-') == s.n;
    struct looks l = look(s);
    return plain && s.n >= SHORT_SECRET && (l.upper || (s.n && is_upper(s.p[0]))) && l.runs;
}

/* Between pieces of words: what names are joined by, and what stands around them.  */
static bool is_piece(char c)
{
    return (unsigned char)c > ' ' && !strchr("-_.,;:=/@$*?\\'\"`(){}[]<>|", c);
}

static bool ends_word(char c)
{
    return (unsigned char)c <= ' ' || c == '"' || c == '`';
}

/* Where the word of byte 'at' begins.  */
static size_t word_start(struct str text, size_t at)
{
    size_t start = at;
    while (start && at - start < WORD_BEGINS && !ends_word(text.p[start - 1]))
        start--;
    return start;
}

/* The piece from 'at' to 'end' is a part of a host, an address or a path.  */
static bool is_in_name(struct str text, size_t at, size_t end)
{
    char before = at ? text.p[at - 1] : ' ', after = end < text.n ? text.p[end] : ' ';
    bool sentence = after == '.' && (end + 1 == text.n || ends_word(text.p[end + 1]));
    char first = text.p[word_start(text, at)];
    return before == '.' || before == '@' || after == '@' || (after == '.' && !sentence) ||
           first == '/' || first == '.' || first == '~' || (before == '\\' && after == '\\');
}

/* The place in front of 'at' is the first ':' of a word that is neither a path nor has a scheme. */
static bool is_behind_user(struct str text, size_t at)
{
    size_t start = word_start(text, at);
    if (start + 1 >= at || text.p[start] == '/' || text.p[at] == '/')
        return false;
    return str_find(str_sub(text, start, at - start), ':') == at - start - 1;
}

static bool has_scheme(struct str word)
{
    for (size_t i = 0; i + 3 <= word.n; i++)
        if (str_eq(str_sub(word, i, 3), STR("://")))
            return true;
    return false;
}

/* The login or the query of an address: what stands between '://', or a user and ':', and the last
   '@' of the word, or behind its '?'.  */
static size_t secret_in_address(struct str text, size_t at)
{
    char before = at && at < text.n ? text.p[at - 1] : ' ';
    size_t start = before == '?' ? word_start(text, at) : at, end = at, sign = at;
    bool query = before == '?' && has_scheme(str_sub(text, start, at - start));
    bool login = before == '/' && at > 2 && has_scheme(str_sub(text, at - 3, 3));
    if (!query && !login && !(before == ':' && is_behind_user(text, at)))
        return 0;
    for (; end < text.n && end - at < LONGEST_SECRET && !ends_word(text.p[end]); end++)
        sign = text.p[end] == '@' ? end : sign;
    return (query ? end : sign) - at;
}

/* The length of a word with '@' in it, and behind that neither a host with a dot nor a name: a
   letter was replaced by a sign.  */
static size_t secret_with_sign(struct str text, size_t at)
{
    size_t end = at, sign = SIZE_MAX;
    for (; end < text.n && end - at <= LONG_NAME && !ends_word(text.p[end]); end++) {
        if (strchr("{};,", text.p[end]))
            break;
        if (strchr("./:\\$*=", text.p[end]))
            return 0;
        if (text.p[end] == '@')
            sign = end;
    }
    if (sign >= end || end - at < SHORT_SECRET || end - at > LONG_NAME)
        return 0;
    struct looks l = look(str_sub(text, sign + 1, end - sign - 1));
    return l.inner || l.sign ? end - at : 0;
}

size_t secret_by_looks(struct str text, size_t at)
{
    size_t end = at, n = secret_in_address(text, at);
    if (!n && (!at || ends_word(text.p[at - 1])))
        n = secret_with_sign(text, at);
    if (n || at >= text.n || (at && is_piece(text.p[at - 1])))
        return n;
    while (end < text.n && end - at <= LONGEST_SECRET && is_piece(text.p[end]))
        end++;
    struct str piece = str_sub(text, at, end - at);
    return looks_secret(piece) && !is_in_name(text, at, end) ? piece.n : 0;
}
