#include <config.h>

#include "bind-internal.h"

/* Hexadecimal for '#', also where a backslash escapes it: PowerMTA cuts the line all the same.  In
   a \Q...\E it would be text.  */
static void mend_hashes(struct bind *b, struct diag *m, const struct arg *arg)
{
    struct str s = arg->text;
    bool escaped = false, quotes = false;
    for (size_t i = 0; i < s.n; i++)
        quotes |= s.p[i] == 'Q' && i && s.p[i - 1] == '\\';
    for (size_t i = 0; i < s.n && !quotes; i++) {
        if (s.p[i] == '#')
            diag_fix(b->diags, m, pattern_span(arg, i - escaped, i + 1), STR("\\x23"));
        escaped = !escaped && s.p[i] == '\\';
    }
}

static bool holds_hash(struct bind *b, const struct arg *arg)
{
    size_t at = str_find(arg->text, '#');
    if (at == arg->text.n)
        return false;
    struct diag *m = diag(b->diags, CHECK_regex_hash, pattern_span(arg, at, at + 1),
                          "PowerMTA cuts the line at this `#`, also inside a pattern");
    mend_hashes(b, m, arg);
    diag_help(b->diags, m, "write \\x23 for it");
    return true;
}

/* The place of the fault: a character, or the closing slash where something is missing.  */
static struct span fault_span(const struct arg *arg, const struct regexp_fault *fault)
{
    size_t lo = fault->at, hi;
    while (lo > 0 && lo < arg->text.n && ((unsigned char)arg->text.p[lo] & 0xc0) == 0x80)
        lo--;
    hi = lo + 1;
    while (hi < arg->text.n && ((unsigned char)arg->text.p[hi] & 0xc0) == 0x80)
        hi++;
    return pattern_span(arg, lo, hi);
}

static bool has_fault(struct bind *b, const struct arg *arg)
{
    const struct regexp_fault *fault = regexp_fault(&b->program->regexps, arg->text);
    if (!fault)
        return false;
    struct diag *m = diag(b->diags, CHECK_regex_syntax, fault_span(arg, fault),
                          "the pattern does not compile: %.*s", STR_ARG(fault->why));
    diag_help(b->diags, m,
              fault->limit ? "make two of it"
                           : "a sign such as `(`, `[`, `*` or `\\` that stands for "
                             "itself has a `\\` before it");
    return true;
}

void bind_check_patterns(struct bind *b, struct line *line)
{
    for (uint32_t i = 0; i < line->what->n_args; i++) {
        const struct arg arg = line_arg(line, i);
        if (arg.pattern && (holds_hash(b, &arg) || has_fault(b, &arg)))
            line->bad = true;
    }
}

/* A comment that holds a slash begins behind 'span' in its line: puts its '#' into '*hash'.  */
static bool has_cut_behind(struct bind *b, struct span span, struct span *hash)
{
    const struct source *source = source_of(b->program->sources, span.lo);
    if (!source || span.hi - source->base > source->text.n)
        return false;
    struct str rest = str_sub(source->text, span.hi - source->base, source->text.n);
    rest = str_sub(rest, 0, str_find(rest, '\n'));
    struct str comment = str_trim(rest);
    uint32_t at = span.hi + (uint32_t)str_find(rest, '#');
    *hash = (struct span){ at, at + 1 };
    return str_starts(comment, STR("#")) && str_find(comment, '/') < comment.n;
}

bool bind_is_cut(struct bind *b, struct span word, struct span line)
{
    struct span hash;
    if (!str_starts(source_text(b->program->sources, word), STR("/")) ||
        !has_cut_behind(b, line, &hash))
        return false;
    struct diag *m = diag(b->diags, CHECK_regex_hash, hash,
                          "a comment begins inside of the pattern, and PowerMTA cuts the line");
    diag_also(b->diags, m, word, "the pattern begins here");
    diag_help(b->diags, m, "write \\x23 for a `#` in a pattern");
    return true;
}
