#include <config.h>

#include "diag-secret.h"

/* Texts of this length are hidden wherever they are; shorter ones, and those that are one word of
   letters, only where they stand by themselves.  */
enum { SHORTEST_SECRET = 4, SHORT_SECRET = 8, LONG_SECRET = 16, LONGEST_SECRET = 4096 };

/* Numbers up to this length are ports and limits before they are secrets.  */
enum { LONGEST_PORT = 5 };

/* So many beginnings of secrets are told apart before they are looked up.  */
enum { START_BITS = 1 << 19 };

/* How far around its span a message is about a line, how many secrets it may name, and what of a
   long word stays in a message at least.  */
enum { AROUND = 64, LONGEST_SPAN = 1024, NAMED = 16, CUT = 64 };

static const struct str stars = STR_INIT("********");

/* 'text' is no word of anybody's: it is hidden within others too.  */
static bool is_strong(struct str text)
{
    bool digit = false, letter = false;
    for (size_t i = 0; i < text.n; i++) {
        digit |= is_digit(text.p[i]);
        letter |= is_alpha(text.p[i]);
    }
    return text.n >= LONG_SECRET || (text.n >= SHORT_SECRET && digit && letter);
}

static bool is_small_number(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!is_digit(text.p[i]))
            return false;
    return text.n <= LONGEST_PORT;
}

/* The 'n' bytes at 'at' stand by themselves.  */
static bool is_apart(struct str text, size_t at, size_t n)
{
    return (!at || !is_alnum(text.p[at - 1]) || !is_alnum(text.p[at])) &&
           (at + n >= text.n || !is_alnum(text.p[at + n]) || !is_alnum(text.p[at + n - 1]));
}

void diag_secret_text(struct diags *d, struct str text)
{
    if (text.n >= SHORTEST_SECRET && text.n <= LONGEST_SECRET)
        VEC_PUSH(d->arena, &d->secret_list, text);
}

/* The name of a variable is no secret.  */
static bool is_variable(struct str text)
{
    return str_starts(text, STR("${")) && text.p[text.n - 1] == '}';
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

/* The bit that says whether a secret begins like 'text'.  */
static size_t start_bit(const struct diags *d, struct str text)
{
    return map_hash(d->arena, str_sub(text, 0, SHORTEST_SECRET), false) % START_BITS;
}

void index_secret(struct diags *d, struct str text)
{
    size_t bit = start_bit(d, text), n = d->secret_texts.n;
    if (text.n < SHORTEST_SECRET || text.n > LONGEST_SECRET || is_variable(text))
        return;
    if (!d->secret_starts) {
        d->secret_starts = arena_alloc(d->arena, START_BITS / 8);
        memset(d->secret_starts, 0, START_BITS / 8);
    }
    map_add(&d->secret_texts, text);
    if (d->secret_texts.n == n)
        return;
    d->secret_starts[bit / 8] |= (unsigned char)(1u << bit % 8);
    if (text.n > CUT)
        map_add(&d->long_secrets, str_sub(text, 0, CUT));
    add_size(d, text.n);
}

void index_secrets(struct diags *d)
{
    for (; d->n_indexed < d->secret_list.n; d->n_indexed++)
        index_secret(d, d->secret_list.v[d->n_indexed]);
}

/* Everybody uses that text: hiding it would make messages unreadable.  */
static bool is_common(struct diags *d, struct str text)
{
    return is_small_number(text) || is_known_word(d, text);
}

/* A secret that was registered, or the beginning of one where a long word was cut.  'quoted': the
   text is the user's, not ours.  */
static size_t registered_text(struct diags *d, struct str text, size_t at, bool quoted)
{
    struct str rest = str_sub(text, at, text.n);
    size_t bit = start_bit(d, rest);
    if (!d->secret_starts || !(d->secret_starts[bit / 8] >> bit % 8 & 1))
        return 0;
    for (size_t i = 0; i < d->secret_sizes.n; i++) {
        struct str piece = str_sub(rest, 0, d->secret_sizes.v[i]);
        if (piece.n == d->secret_sizes.v[i] && map_find(&d->secret_texts, piece) &&
            (is_strong(piece) || (quoted && is_apart(text, at, piece.n))) && !is_common(d, piece))
            return piece.n;
    }
    bool cut = rest.n > CUT && map_find(&d->long_secrets, str_sub(rest, 0, CUT));
    for (size_t i = CUT; cut && i < rest.n && !is_blank(rest.p[i]); i++)
        if (str_starts(str_sub(rest, i, rest.n), STR("...")))
            return i;
    return 0;
}

/* The end of the secret that covers position 'at', or 0.  Secrets are sorted and do not overlap,
   but for one that is registered twice.  */
static uint32_t registered_span(const struct diags *d, uint32_t at)
{
    size_t lo = 0, hi = d->secrets.n;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (d->secrets.v[middle].lo <= at)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo && at < d->secrets.v[lo - 1].hi ? d->secrets.v[lo - 1].hi : 0;
}

/* The end of the mask that covers byte 'at', or 0.  */
static size_t masked_to(const struct masked_line *line, size_t at)
{
    size_t lo = 0, hi = line->masks.n;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (line->masks.v[middle].lo <= at)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo && at < line->masks.v[lo - 1].hi ? line->masks.v[lo - 1].hi : 0;
}

size_t hidden_at(struct diags *d, const struct masked_line *line, size_t at)
{
    uint32_t place = line->base + (uint32_t)at, end = registered_span(d, place);
    size_t masked = masked_to(line, at);
    if (end && end - line->base > masked)
        masked = end - line->base < line->text.n ? end - line->base : line->text.n;
    if (masked > at)
        return masked - at;
    if (at >= line->text.n)
        return 0;
    size_t n = registered_text(d, line->text, at, true);
    return n || line->source->rows ? n : secret_by_looks(line->text, at);
}

struct str diag_masked(struct diags *d, struct span span)
{
    struct buf out = { .arena = d->arena };
    index_secrets(d);
    const struct masked_line *line = masked_line(d, span.lo);
    if (!line)
        return source_text(d->sources, span);
    size_t end = span.hi - line->base < line->text.n ? span.hi - line->base : line->text.n;
    for (size_t at = span.lo - line->base, n; at < end; at += n ? n : 1) {
        n = hidden_at(d, line, at);
        if (n)
            buf_put(&out, stars);
        else
            buf_char(&out, line->text.p[at]);
    }
    return buf_str(&out);
}

/* What is hidden in the lines that a message is about.  */
struct named {
    struct str texts[NAMED];
    size_t n;
};

static bool is_between(char c)
{
    return (unsigned char)c <= ' ' || strchr("\",;{}|", c);
}

/* Behind a user and his domain, in 'word' of a row.  */
static struct str behind_user(struct str word)
{
    size_t at = str_find(word, '@');
    while (at < word.n && word.p[at] != ':')
        at++;
    return str_find(word, '@') < word.n ? str_sub(word, at + 1, word.n) : word;
}

/* Keeps 'text', which is hidden, and the words in it.  */
static void name_words(struct diags *d, struct named *named, struct str text, bool row)
{
    if (is_variable(text))
        return;
    if (!row && named->n < NAMED && text.n > 2 && !is_known_word(d, text))
        named->texts[named->n++] = text;
    for (size_t at = 0, end; at < text.n; at = end + 1) {
        for (end = at; end < text.n && !is_between(text.p[end]);)
            end++;
        struct str word = str_sub(text, at, end - at);
        word = row ? behind_user(word) : word;
        if (word.n && word.n < text.n + row && named->n < NAMED && !is_known_word(d, word))
            named->texts[named->n++] = word;
    }
}

static void find_named(struct diags *d, struct named *named, struct span span)
{
    const struct masked_line *line = span.hi ? masked_line(d, span.lo) : NULL;
    if (!line)
        return;
    size_t lo = span.lo - line->base, hi = span.hi - line->base;
    hi = hi < lo + LONGEST_SPAN ? hi : lo + LONGEST_SPAN;
    lo = lo < AROUND ? 0 : lo - AROUND;
    for (size_t i = lo, n; i < hi + AROUND && i < line->text.n; i += n ? n : 1) {
        n = hidden_at(d, line, i);
        if (n && named->n < NAMED)
            name_words(d, named, str_sub(line->text, i, n), line->source->rows);
    }
}

/* The 'n' bytes at 'at' stand by themselves; if they are few, nothing else is in those quotes.  */
static bool is_name(struct str text, size_t at, size_t n)
{
    bool all = at && text.p[at - 1] == '`' && at + n < text.n && text.p[at + n] == '`';
    return all || (n >= SHORTEST_SECRET && is_apart(text, at, n));
}

/* The length of one of 'named' at byte 'at' of 'text', or of the beginning of a long one.  */
static size_t named_at(const struct named *named, struct str text, size_t at, bool quoted)
{
    for (size_t i = 0; i < named->n; i++) {
        struct str word = named->texts[i];
        size_t n = 0;
        while (n < word.n && at + n < text.n && text.p[at + n] == word.p[n])
            n++;
        bool whole = n == word.n && (is_strong(word) || (quoted && is_name(text, at, n)));
        if (whole || n >= CUT)
            return n;
    }
    return 0;
}

/* The length of what is to be hidden at byte 'at' of a message; 'quoted' as above.  */
static size_t hidden_in_text(struct diags *d, const struct named *named, struct str text, size_t at,
                             bool quoted)
{
    size_t n = named_at(named, text, at, quoted);
    if (!n)
        n = registered_text(d, text, at, quoted);
    return n ? n : secret_by_looks(text, at);
}

/* 'text' about a row, which may have made names of passwords.  */
static size_t hidden_of_name(struct str text, size_t at)
{
    struct str name = str_sub(text, at, text.n);
    name = str_sub(name, 0, str_find(name, '`'));
    return at && text.p[at - 1] == '`' && is_no_name(name) ? name.n : 0;
}

struct str hide_in_text(struct diags *d, struct span span, struct str text)
{
    struct named named = { .n = 0 };
    const struct source *source = span.hi ? source_of(d->sources, span.lo) : NULL;
    struct buf out = { .arena = d->arena };
    bool quoted = str_find(text, '`') == text.n;
    find_named(d, &named, span);
    for (size_t i = 0, n; i < text.n; i += n ? n : 1) {
        n = hidden_in_text(d, &named, text, i, quoted);
        if (!n && source && source->rows)
            n = hidden_of_name(text, i);
        quoted ^= text.p[i] == '`';
        if (n)
            buf_put(&out, stars);
        else
            buf_char(&out, text.p[i]);
    }
    return buf_str(&out);
}
