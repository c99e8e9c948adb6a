#include <config.h>

#include "parse.h"

static uint32_t here(const struct source *source, const char *p)
{
    return source->base + (uint32_t)(p - source->text.p);
}

static struct span at(const struct source *source, const char *p, size_t n)
{
    return (struct span){ here(source, p), here(source, p) + (uint32_t)n };
}

enum { RUN = 64 };

/* The RUN bytes at 'p' are printable ASCII, tabs and line ends.  Without a branch, so that the
   machine looks at many at once.  */
static bool is_printable(const char *p)
{
    signed char odd = 0;
    for (int i = 0; i < RUN; i++) {
        signed char c = (signed char)p[i]; /* below zero: no ASCII */
        odd |= (signed char)((c < 0x20) & (c != '\t') & (c != '\n'));
        odd |= (signed char)(c == 0x7f);
    }
    return !odd;
}

/* Two NUL bytes stand behind the text.  */
static bool is_plain(struct str text)
{
    for (size_t i = 0; i < text.n;) {
        size_t n = text.n - i < RUN ? text.n - i : RUN;
        if (n == RUN && is_printable(text.p + i)) {
            i += RUN;
            continue;
        }
        for (size_t end = i + n; i < end; i++) {
            unsigned char c = (unsigned char)text.p[i];
            bool line_end = c == '\n' || (c == '\r' && text.p[i + 1] == '\n');
            if (c >= 0x7f || (c < 0x20 && c != '\t' && !line_end))
                return false;
        }
    }
    return true;
}

/* UTF-16 as Windows tools write it: a mark, or a NUL beside a letter.  */
static bool looks_like_utf16(struct str t)
{
    if (t.n < 2)
        return false;
    return !memcmp(t.p, "\xff\xfe", 2) || !memcmp(t.p, "\xfe\xff", 2) ||
           (t.n >= 4 &&
            ((t.p[0] && !t.p[1] && t.p[2] && !t.p[3]) || (!t.p[0] && t.p[1] && !t.p[2] && t.p[3])));
}

bool text_check(struct diags *d, const struct source *source, size_t *start, bool *clean)
{
    struct str t = source->text;
    *start = 0;
    *clean = is_plain(t);
    if (*clean)
        return true;
    if (looks_like_utf16(t)) {
        struct diag *m = diag(d, CHECK_encoding, at(source, t.p, 1), "the file looks like UTF-16");
        diag_help(d, m, "save it as UTF-8");
        return false;
    }
    size_t nul = str_find(t, '\0');
    if (nul < t.n) {
        diag(d, CHECK_encoding, at(source, t.p + nul, 1),
             "a NUL byte, at offset %zu: the file is not read any further", nul);
        return false;
    }
    if (str_starts(t, STR("\xef\xbb\xbf")))
        *start = 3;
    return true;
}

/* A quote that a word processor made.  */
static bool is_curly(uint32_t rune)
{
    return rune == 0x201c || rune == 0x201d || rune == 0x201e || rune == 0x00ab || rune == 0x00bb ||
           rune == 0x2018 || rune == 0x2019 || rune == 0x201a;
}

/* Reports the character at 'p' if a text cannot hold it; '*len' is what it takes.  */
static bool check_rune(struct diags *d, const struct source *source, const char *p, size_t n,
                       enum level level, enum level hidden, size_t *len)
{
    uint32_t rune;
    *len = utf8_rune(p, n, &rune);
    if (!*len) {
        *len = 1;
        while (*len < n && ((unsigned char)p[*len] & 0xc0) == 0x80)
            ++*len;
        struct diag *m = diag_at(d, CHECK_encoding, level, at(source, p, 1), "byte \\x%02x is not UTF-8",
                                 (unsigned char)*p);
        diag_cause(d, m, at(source, source->text.p, 1)); /* one code page for all of it */
        diag_help(d, m, "save the file as UTF-8");
        return false;
    }
    if (rune == '\r' || (rune < 0x20 && rune != '\t') || rune == 0x7f) {
        diag_at(d, CHECK_encoding, level, at(source, p, 1), "control character \\x%02x", (unsigned)rune);
        return false;
    }
    if (rune >= 0x80 && rune_is_invisible(rune)) {
        struct diag *m = diag_at(d, CHECK_encoding, hidden, at(source, p, *len),
                                 "invisible character U+%04X", (unsigned)rune);
        diag_help(d, m, "remove it, or write a plain blank");
        return false;
    }
    return true;
}

bool text_check_word(struct diags *d, const struct source *source, struct span span)
{
    struct str t = str_sub(source->text, span.lo - source->base, span.hi - span.lo);
    for (size_t i = 0, len; i < t.n; i += len) {
        uint32_t rune = 0;
        if (!check_rune(d, source, t.p + i, t.n - i, LEVEL_ERROR, LEVEL_ERROR, &len))
            return false;
        utf8_rune(t.p + i, t.n - i, &rune);
        if (is_curly(rune)) {
            struct span place = at(source, t.p + i, len);
            struct diag *m =
                diag(d, CHECK_curly_quote, place, "a typographic quote (U+%04X)", (unsigned)rune);
            diag_help(d, m, "write \"; typographic quotes come from web pages and word processors");
            return false;
        }
    }
    return true;
}

void text_check_comment(struct diags *d, const struct source *source, struct span span,
                        enum level level)
{
    struct str t = str_sub(source->text, span.lo - source->base, span.hi - span.lo);
    for (size_t i = 0, len; i < t.n; i += len)
        check_rune(d, source, t.p + i, t.n - i, level, LEVEL_WARNING, &len);
}
