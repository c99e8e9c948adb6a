#include <config.h>

#include "diag-secret.h"

/* Words of this length are secrets if they hold digits and letters, longer ones anyway, up to what
   is no password any more.  */
enum { SHORT_SECRET = 8, LONG_SECRET = 16, LONGEST_SECRET = 4096 };

/* How far back the beginning of a path is looked for.  */
enum { PATH_BEGINS = 256 };

/* Secrets hold other signs too, but so do paths, hosts, addresses and patterns.  */
static bool is_part(char c)
{
    return (unsigned char)c > ' ' && !strchr("\"./:@$*{};,[]<>|", c);
}

static bool looks_secret(struct str word)
{
    bool digit = false, letter = false;
    if (word.n < SHORT_SECRET || word.n > LONGEST_SECRET)
        return false;
    for (size_t i = 0; i < word.n; i++) {
        digit |= is_digit(word.p[i]);
        letter |= is_alpha(word.p[i]);
    }
    return word.n >= LONG_SECRET || (digit && letter);
}

/* What goes from 'at' to 'end' belongs to a path, or to a host, an address or a time.  */
static bool is_in_name(struct str line, size_t at, size_t end)
{
    size_t start = at;
    if ((at && strchr(".:@", line.p[at - 1])) || (end < line.n && strchr(".:@", line.p[end])))
        return true;
    while (start && at - start < PATH_BEGINS && !is_blank(line.p[start - 1]) &&
           line.p[start - 1] != '"')
        start--;
    return line.p[start] == '/' || line.p[start] == '$';
}

size_t secret_by_looks(struct str line, size_t at)
{
    size_t end = at;
    bool quoted = at && line.p[at - 1] == '"';
    if (at && !quoted && is_part(line.p[at - 1]))
        return 0;
    while (end < line.n && is_part(line.p[end]))
        end++;
    /* One of the quotes may be what is missing.  */
    quoted |= end < line.n && line.p[end] == '"';
    bool secret = quoted && looks_secret(str_sub(line, at, end - at));
    return secret && !is_in_name(line, at, end) ? end - at : 0;
}

/* 'text' without 'word'.  */
static struct str replace(struct arena *arena, struct str text, struct str word)
{
    struct buf out = { .arena = arena };
    for (size_t i = 0; i < text.n;) {
        if (str_starts(str_sub(text, i, text.n), word)) {
            buf_text(&out, "********");
            i += word.n;
        } else {
            buf_char(&out, text.p[i++]);
        }
    }
    return buf_str(&out);
}

/* Fields of a row: what it holds between 'separator' and the next one.  */
static size_t count_fields(struct str line, char separator)
{
    size_t n = 1;
    for (size_t i = 0; i < line.n; i++)
        n += line.p[i] == separator;
    return n;
}

/* Where field 'n' begins; it exists.  */
static size_t field_start(struct str line, char separator, size_t n)
{
    size_t i = 0;
    for (; n; i++)
        n -= line.p[i] == separator;
    return i;
}

static struct str field(struct str line, char separator, size_t n)
{
    struct str rest = str_sub(line, field_start(line, separator, n), line.n);
    return str_sub(rest, 0, str_find(rest, separator));
}

static bool has(struct str s, bool (*is)(char))
{
    for (size_t i = 0; i < s.n; i++)
        if (is(s.p[i]))
            return true;
    return false;
}

static bool has_sign(struct str s)
{
    return str_find(s, '@') < s.n;
}

static bool is_upper(char c)
{
    return to_lower(c) != c;
}

/* Names of VMTAs are rarely like that: capitals and digits, no '.', no '-'; nor do they hold '@',
   as a user and his password in one field do.  */
static bool is_no_name(struct str s)
{
    s = str_trim(s);
    bool plain = str_find(s, '.') == s.n && str_find(s, '-') == s.n;
    return has_sign(s) || (plain && s.n >= SHORT_SECRET && has(s, is_upper) && has(s, is_digit));
}

size_t secret_in_row(struct str line)
{
    enum { WHOLE = 6 };
    char separator = str_find(line, '|') < line.n ? '|' : ',';
    size_t n = count_fields(line, separator);
    if (n + 1 < WHOLE)
        return SIZE_MAX;
    struct str last = field(line, separator, n - 1), before = field(line, separator, n - 2);
    bool user = n == WHOLE && has(field(line, separator, 1), is_alpha);
    if (n > WHOLE)
        return field_start(line, separator, WHOLE - 1);
    if (separator == ',' || (user && has_sign(last) && !has_sign(before)))
        return field_start(line, separator, n - 2);
    return user || is_no_name(last) ? field_start(line, separator, n - 1) : SIZE_MAX;
}

/* What may be shown of 'name', which a row brought in: not what is no name, and of a user with more
   in the same field the user alone.  */
static size_t shown_of_name(struct str name)
{
    size_t n = str_find(name, '@');
    while (n < name.n && !is_blank(name.p[n]) && !strchr(":;,/", name.p[n]))
        n++;
    return !has_sign(name) && is_no_name(name) ? 0 : n;
}

/* 'text' about a row, which may have made names of passwords.  */
static struct str hide_names(struct arena *arena, struct str text)
{
    struct buf out = { .arena = arena };
    for (size_t at = 0; at < text.n;) {
        struct str rest = str_sub(text, at, text.n);
        size_t open = str_find(rest, '`');
        struct str name = str_sub(rest, open + 1, rest.n);
        name = str_sub(name, 0, str_find(name, '`'));
        size_t shown = shown_of_name(name);
        buf_put(&out, str_sub(rest, 0, open + 1));
        buf_put(&out, str_sub(name, 0, shown));
        buf_text(&out, shown < name.n ? "********" : "");
        if (open + 1 + name.n < rest.n)
            buf_char(&out, '`');
        at += open + 1 + name.n + 1;
    }
    return buf_str(&out);
}

struct str hide_by_looks(struct diags *d, struct span span, struct str text)
{
    const struct source *source = span.hi ? source_of(d->sources, span.lo) : NULL;
    if (!source)
        return text;
    if (source->rows)
        return hide_names(d->arena, text);
    /* A word and the quotes around it.  */
    size_t lo = span.lo - source->base, hi = span.hi - source->base;
    struct str all = source->text;
    lo -= lo && all.p[lo - 1] == '"';
    hi = hi < all.n ? hi + 1 : all.n;
    struct str around = str_sub(all, lo, hi > lo ? hi - lo : 0);
    for (size_t i = 0; i < around.n; i++) {
        size_t n = secret_by_looks(around, i);
        if (n)
            text = replace(d->arena, text, str_sub(around, i, n));
        i += n;
    }
    return text;
}

/* Keeps the sizes sorted, the longest first.  */
static void add_size(struct diags *d, size_t n)
{
    size_t i = 0;
    while (i < d->secret_sizes.n && d->secret_sizes.v[i] > n)
        i++;
    if (i < d->secret_sizes.n && d->secret_sizes.v[i] == n)
        return;
    VEC_PUSH(d->arena, &d->secret_sizes, n);
    for (size_t k = d->secret_sizes.n - 1; k > i; k--)
        d->secret_sizes.v[k] = d->secret_sizes.v[k - 1];
    d->secret_sizes.v[i] = n;
}

void diag_secret_text(struct diags *d, struct str text)
{
    if (text.n < SHORT_SECRET || text.n > LONGEST_SECRET || map_find(&d->secret_texts, text))
        return;
    struct str *kept = NEW(d->arena, struct str);
    *kept = arena_str(d->arena, text);
    *map_add(&d->secret_texts, *kept) = kept;
    void **start = map_add(&d->secret_starts, str_sub(*kept, 0, SHORT_SECRET));
    const struct str *other = *start;
    if (!other || other->n < text.n)
        *start = kept;
    add_size(d, text.n);
}

/* A secret that was registered, or the beginning of one where a long word was cut.  */
static size_t registered_text(const struct diags *d, struct str rest)
{
    const struct str *longest = map_get(&d->secret_starts, str_sub(rest, 0, SHORT_SECRET));
    size_t n = SHORT_SECRET;
    if (!longest)
        return 0;
    for (size_t i = 0; i < d->secret_sizes.n; i++)
        if (d->secret_sizes.v[i] <= rest.n &&
            map_find(&d->secret_texts, str_sub(rest, 0, d->secret_sizes.v[i])))
            return d->secret_sizes.v[i];
    while (n < longest->n && n < rest.n && to_lower(rest.p[n]) == to_lower(longest->p[n]))
        n++;
    return str_starts(str_sub(rest, n, rest.n), STR("...")) ? n : 0;
}

static bool ends_url(char c)
{
    return is_blank(c) || c == '"' || c == '`';
}

/* What stands between '://' and the last '@' of the word, or behind its '?'.  */
static size_t secret_in_url(struct str text, size_t at)
{
    bool query = at && text.p[at - 1] == '?';
    bool login = at > 2 && str_eq(str_sub(text, at - 3, 3), STR("://"));
    size_t start = at, end = at, sign = at;
    if (!query && !login)
        return 0;
    for (; end < text.n && end - at < LONGEST_SECRET && !ends_url(text.p[end]); end++)
        sign = text.p[end] == '@' ? end : sign;
    if (login)
        return sign - at;
    while (start && at - start < PATH_BEGINS && !ends_url(text.p[start - 1]))
        start--;
    struct str before = str_sub(text, start, at - start);
    for (size_t i = 0; i < before.n; i++)
        if (str_starts(str_sub(before, i, before.n), STR("://")))
            return end - at;
    return 0;
}

size_t secret_anywhere(const struct diags *d, struct str text, size_t at)
{
    size_t n = 0;
    if (d->secret_texts.n && text.n - at >= SHORT_SECRET)
        n = registered_text(d, str_sub(text, at, text.n));
    return n ? n : secret_in_url(text, at);
}

struct str hide_anywhere(const struct diags *d, struct str text)
{
    struct buf out = { .arena = d->arena };
    for (size_t i = 0, n; i < text.n; i += n ? n : 1) {
        n = secret_anywhere(d, text, i);
        if (n)
            buf_text(&out, "********");
        else
            buf_char(&out, text.p[i]);
    }
    return buf_str(&out);
}
