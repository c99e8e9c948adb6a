#include <config.h>

#include "regexp.h"

/* The syntax is that of pcre2pattern(3), as far as it can be told without doubt.  */

/* Letters of escapes that stand for one of several characters.  */
static const char class_escapes[] = "dDwWsShHvVN";

/* Options that can be set for the rest of a group and change nothing about how it is read: all but
   'x', which lets blanks mean nothing.  */
static const char plain_options[] = "imsnUJ-";

static bool is_one_of(const char *set, char c)
{
    return c && strchr(set, c);
}

static int hex_digit(char c)
{
    c = to_lower(c);
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte of 's' at 'i', or NUL behind its end; a NUL stands in no source text.  */
static char at(struct str s, size_t i)
{
    return i < s.n ? s.p[i] : '\0';
}

/* Behind the escape at 'i', which becomes 'piece'.  */
static size_t cut_escape(struct str s, size_t i, struct regexp_piece *piece)
{
    char c = at(s, i + 1);
    int high = hex_digit(at(s, i + 2)), low = hex_digit(at(s, i + 3));
    piece->kind = REGEXP_OTHER;
    if (c && !is_alnum(c)) {
        piece->kind = REGEXP_BYTE;
        piece->byte = c;
    } else if (c == 'x' && high >= 0 && low >= 0) {
        piece->kind = REGEXP_BYTE;
        piece->byte = (char)(high * 16 + low);
        return i + 4;
    } else if (is_one_of(class_escapes, c) && !(c == 'N' && at(s, i + 2) == '{')) {
        piece->kind = REGEXP_CLASS;
    } else if (c == 'A') {
        piece->kind = REGEXP_START;
    } else if (c == 'z' || c == 'Z') {
        piece->kind = REGEXP_END;
        piece->byte = c == 'z' ? c : '\0';
    } else if (c == 'b' || c == 'B') {
        piece->kind = REGEXP_EDGE;
    }
    return i + 2;
}

/* Behind the class that opens at 'i', or 'i' where it does not end.  A ']' that comes first is a
   member, and so is one in [:alpha:].  */
static size_t cut_class(struct str s, size_t i)
{
    size_t k = i + 1;
    k += at(s, k) == '^';
    k += at(s, k) == ']';
    for (; k < s.n && s.p[k] != ']'; k++) {
        if (s.p[k] == '\\' && at(s, k + 1) == 'Q')
            return i;
        if (s.p[k] == '\\') {
            k++;
        } else if (s.p[k] == '[' && at(s, k + 1) == ':') {
            size_t end = k + 2;
            while (is_alpha(at(s, end)) || at(s, end) == '^')
                end++;
            if (at(s, end) == ':' && at(s, end + 1) == ']')
                k = end + 1;
        }
    }
    return k < s.n ? k + 1 : i;
}

/* Behind the name of a group whose end is 'close', or 'i'.  */
static size_t cut_name(struct str s, size_t i, char close)
{
    size_t k = i;
    while (is_alnum(at(s, k)) || at(s, k) == '_')
        k++;
    return k > i && at(s, k) == close ? k + 1 : i;
}

/* Behind the "(" at 'i' and what belongs to it.  Lookaround and its kind are REGEXP_OTHER.  */
static size_t cut_open(struct str s, size_t i, struct regexp_piece *piece)
{
    size_t k = i + 2, end;
    piece->kind = at(s, i + 1) == '*' ? REGEXP_OTHER : REGEXP_OPEN;
    if (at(s, i + 1) != '?')
        return i + 1;
    while (is_one_of(plain_options, at(s, k)))
        k++;
    if (at(s, k) == ':')
        return k + 1;
    if (at(s, k) == ')' && k > i + 2) {
        piece->kind = REGEXP_OPTIONS;
        return k + 1;
    }
    k = i + 2 + (at(s, i + 2) == 'P');
    end = at(s, k) == '<'    ? cut_name(s, k + 1, '>')
          : at(s, k) == '\'' ? cut_name(s, k + 1, '\'')
                             : k + 1;
    if (end == k + 1)
        piece->kind = REGEXP_OTHER;
    return end;
}

/* Behind the quantifier at 'i', or 'i' where there is none.  "{" that begins none is a byte.  */
static size_t cut_count(struct str s, size_t i, struct regexp_piece *piece)
{
    size_t k = i + 1;
    bool none = is_one_of("*?", at(s, i));
    if (at(s, i) == '{' && is_digit(at(s, k))) {
        none = at(s, k) == '0' && !is_digit(at(s, k + 1));
        while (is_digit(at(s, k)) || at(s, k) == ',')
            k++;
        if (at(s, k) != '}')
            return i;
        k++;
    } else if (!is_one_of("*+?", at(s, i))) {
        return i;
    }
    piece->counted = true;
    piece->optional = none;
    return k + is_one_of("?+", at(s, k));
}

/* Behind the piece at 'i', without its quantifier.  */
static size_t cut_one(struct str s, size_t i, struct regexp_piece *piece)
{
    size_t end;
    switch (s.p[i]) {
    case '\\':
        return cut_escape(s, i, piece);
    case '[':
        end = cut_class(s, i);
        piece->kind = end > i ? REGEXP_CLASS : REGEXP_OTHER;
        return end;
    case '(':
        return cut_open(s, i, piece);
    case ')':
        piece->kind = REGEXP_CLOSE;
        break;
    case '|':
        piece->kind = REGEXP_BAR;
        break;
    case '.':
        piece->kind = REGEXP_ANY;
        break;
    case '^':
        piece->kind = REGEXP_START;
        break;
    case '$':
        piece->kind = REGEXP_END;
        break;
    case '*':
    case '+':
    case '?':
        piece->kind = REGEXP_OTHER; /* with nothing to repeat */
        break;
    case '{':
        piece->kind = REGEXP_BYTE;
        piece->byte = '{';
        if (is_one_of(", \t", at(s, i + 1))) /* nothing, or for newer libraries a quantifier */
            piece->kind = REGEXP_OTHER;
        break;
    default:
        piece->kind = REGEXP_BYTE;
        piece->byte = s.p[i];
    }
    return i + 1;
}

void regexp_cut(struct arena *arena, struct str pattern, struct regexp_pieces *pieces)
{
    pieces->n = 0;
    for (size_t i = 0; i < pattern.n;) {
        struct regexp_piece piece = { .kind = REGEXP_OTHER, .lo = (uint32_t)i };
        i = cut_one(pattern, i, &piece);
        piece.hi = (uint32_t)i;
        bool last = piece.kind == REGEXP_OTHER;
        if (!last && piece.kind != REGEXP_OPEN && piece.kind != REGEXP_BAR)
            i = cut_count(pattern, i, &piece);
        VEC_PUSH(arena, pieces, piece);
        if (last)
            return;
    }
}

bool regexp_is_literal(struct arena *arena, const struct regexp_pieces *pieces,
                       struct regexp_literal *literal)
{
    size_t from = 0, to = pieces->n;
    bool at_start = to > from && pieces->v[0].kind == REGEXP_START;
    from += at_start;
    bool at_end = to > from && pieces->v[to - 1].kind == REGEXP_END && !pieces->v[to - 1].byte;
    to -= at_end;
    for (size_t i = 0; i < pieces->n; i++)
        if (pieces->v[i].counted || (i >= from && i < to && pieces->v[i].kind != REGEXP_BYTE))
            return false;
    char *text = arena_alloc(arena, to - from + 1);
    for (size_t i = from; i < to; i++)
        text[i - from] = pieces->v[i].byte;
    *literal = (struct regexp_literal){ { text, to - from }, at_start, at_end };
    return true;
}

/* An end of the text at one side of ".*" is always found; at both sides it may not be, since a dot
   stops at a line end.  */
bool regexp_is_everything(const struct regexp_pieces *pieces)
{
    size_t anchors = 0;
    for (size_t i = 0; i < pieces->n; i++) {
        const struct regexp_piece *p = &pieces->v[i];
        bool anchor =
            (p->kind == REGEXP_START && i == 0) || (p->kind == REGEXP_END && i + 1 == pieces->n);
        anchors += anchor;
        if (anchor ? p->counted : p->kind != REGEXP_ANY || !p->optional)
            return false;
    }
    return anchors < 2;
}
