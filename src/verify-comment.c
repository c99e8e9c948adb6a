#include <config.h>

#include "verify-vars.h"

/* comment-differs.  A comment behind a duration that is nothing but a length of time, such as
   "# 4 days, 12 hours", was right when it was written; the value was changed since, or copied.  */

static const struct {
    struct str word;
    uint64_t seconds;
} time_words[] = {
#define TIME_WORD(WORD, SECONDS) { STR_INIT(WORD), SECONDS },
#include "../grammar/timewords.def"
#undef TIME_WORD
};

static size_t letters_at(struct str s, size_t at)
{
    size_t n = 0;
    while (at + n < s.n && is_alnum(s.p[at + n]) && !is_digit(s.p[at + n]))
        n++;
    return n;
}

/* The seconds that 'word' stands for, or 0.  */
static uint64_t unit_of(struct str word)
{
    for (size_t i = 0; i < sizeof time_words / sizeof *time_words; i++) {
        struct str unit = time_words[i].word;
        bool plural = word.n == unit.n + 1 && to_lower(word.p[unit.n]) == 's';
        if (str_ieq(word, unit) || (plural && str_ieq(str_sub(word, 0, unit.n), unit)))
            return time_words[i].seconds;
    }
    return 0;
}

/* Numbers with units, with blanks and commas between them and nothing else: their sum, else 0.  */
static uint64_t said_in(struct str s)
{
    enum { LONG = 1000000 };
    uint64_t sum = 0;
    for (size_t i = 0; i < s.n;) {
        uint64_t n = 0;
        if (is_blank(s.p[i]) || s.p[i] == ',' || s.p[i] == '.') {
            i++;
            continue;
        }
        if (!is_digit(s.p[i]))
            return 0;
        while (i < s.n && is_digit(s.p[i]) && n < LONG)
            n = n * 10 + (uint64_t)(s.p[i++] - '0');
        while (i < s.n && is_blank(s.p[i]))
            i++;
        size_t letters = letters_at(s, i);
        uint64_t unit = unit_of(str_sub(s, i, letters));
        if (!unit || n >= LONG)
            return 0;
        sum += n * unit;
        i += letters;
    }
    return sum;
}

/* The words of 's': the first, and the last where there are two.  */
static bool two_words(struct str s, struct str *first, struct str *second)
{
    size_t end = 0;
    while (end < s.n && !is_blank(s.p[end]))
        end++;
    *first = str_sub(s, 0, end);
    *second = str_trim(str_sub(s, end, s.n));
    for (size_t i = 0; i < second->n; i++)
        if (is_blank(second->p[i]))
            return false;
    return second->n > 0;
}

static bool is_duration(const struct directive *dir)
{
    return dir && (dir->type == TYPE_DURATION || dir->type == TYPE_DURATION_OR_NEVER ||
                   dir->type == TYPE_DURATIONS || dir->type == TYPE_DAYS_OR_NEVER ||
                   dir->type == TYPE_BOOL_OR_DURATION);
}

static void judge(const struct program *p, const struct source *source, struct span comment)
{
    size_t at = comment.lo - source->base, start = at;
    struct str text = str_sub(source->text, at + 1, comment.hi - comment.lo - 1), word, value;
    struct fault fault;
    uint64_t seconds, said = is_digit(*str_trim(text).p) ? said_in(str_trim(text)) : 0;
    if (!said)
        return;
    while (start && source->text.p[start - 1] != '\n')
        start--;
    struct str line = str_trim(str_sub(source->text, start, at - start));
    if (!two_words(line, &word, &value) || !is_duration(dict_any(p->dict, word)) ||
        !value_duration(value, &seconds, &fault) || seconds == said)
        return;
    struct diag *d = diag(p->diags, CHECK_comment_differs, comment,
                          "this says another time than `%.*s %.*s`", STR_ARG(word), STR_ARG(value));
    diag_help(p->diags, d, "mend the one that is wrong");
}

/* secret-cut.  To PowerMTA a `#` begins a comment wherever it stands, and to whoever chose the
   password it was a sign like others.  Other values have comments right behind them and are fine.
 */
static void judge_secret(const struct program *p, const struct source *source, struct span comment)
{
    size_t at = comment.lo - source->base, start = at, end;
    while (start && source->text.p[start - 1] != '\n')
        start--;
    struct str line = str_trim(str_sub(source->text, start, at - start));
    for (end = 0; end < line.n && !is_blank(line.p[end]);)
        end++;
    const struct directive *dir = end < line.n ? dict_any(p->dict, str_sub(line, 0, end)) : NULL;
    if (!dir || dict_secret_arg(dir) < 0)
        return;
    struct diag *d =
        diag(p->diags, CHECK_secret_cut, (struct span){ comment.lo, comment.lo + 1 },
             "a comment begins right behind the secret: PowerMTA does not see the rest");
    diag_secret(p->diags, comment);
    diag_help(p->diags, d, "a secret cannot hold a `#`; for a comment, put a blank before it");
}

static bool is_glued(const struct source *source, struct span comment)
{
    size_t at = comment.lo - source->base;
    return at && !is_blank(source->text.p[at - 1]) && source->text.p[at - 1] != '\n';
}

void verify_comments(const struct program *p)
{
    for (size_t i = 0; i < p->files.n; i++) {
        const struct ast_file *file = p->files.v[i];
        for (size_t k = 0; file->source && k < file->comments.n; k++)
            if (file->comments.v[k].hi > file->comments.v[k].lo + 1) {
                judge(p, file->source, file->comments.v[k]);
                if (p->raw && is_glued(file->source, file->comments.v[k]))
                    judge_secret(p, file->source, file->comments.v[k]);
            }
    }
}
