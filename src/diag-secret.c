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

struct str hide_by_looks(struct diags *d, struct span span, struct str text)
{
    const struct source *source = span.hi ? source_of(d->sources, span.lo) : NULL;
    if (!source || source->rows)
        return text;
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
