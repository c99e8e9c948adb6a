#include <config.h>

#include "explain.h"

enum { WIDTH = 78 };

/* In the order of the table; what begins a chapter is a row with nothing else.  */
static const struct explanation rows[] = {
#define CHAPTER(TITLE) { .chapter = TITLE, .check = N_CHECKS },
#define EXPLAIN(ID, WAY, MEANING, WHY, CURE, BAD, GOOD)                                            \
    { CHECK_##ID, EXPLAIN_##WAY, NULL, MEANING, WHY, CURE, BAD, GOOD },
#include "../grammar/explain.def"
#undef CHAPTER
#undef EXPLAIN
};

enum { N_ROWS = sizeof rows / sizeof rows[0] };

const struct explanation *explain_row(enum check check)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (rows[i].check == check)
            return &rows[i];
    return NULL;
}

/* Appends 'text' in lines of at most WIDTH bytes.  A word of a topology stays in one piece.  */
static void put_filled(struct buf *out, struct str text)
{
    size_t column = 0;
    for (size_t i = 0; i < text.n;) {
        size_t n = 0;
        for (bool quoted = false; i + n < text.n && (quoted || text.p[i + n] != ' '); n++)
            quoted ^= text.p[i + n] == '`';
        bool fits = column + (column > 0) + n <= WIDTH;
        if (column)
            buf_char(out, fits ? ' ' : '\n');
        column = (fits && column ? column + 1 : 0) + n;
        buf_put(out, str_sub(text, i, n));
        i += n + 1;
    }
    buf_char(out, '\n');
}

static void put_paragraph(struct buf *out, const char *title, const char *text)
{
    put_filled(out, arena_printf(out->arena, "%s%s", title, text));
    buf_char(out, '\n');
}

static void put_example(struct buf *out, const char *title, const struct explanation *x,
                        const char *text)
{
    static const char *const ways[] = {
        [EXPLAIN_WHOLE] = "",
        [EXPLAIN_FRAGMENT] = ", with --fragment",
        [EXPLAIN_ROWS] = ", as pipe rows and with --fragment",
        [EXPLAIN_READ] = ", in a configuration that is read with -x powermta",
    };
    buf_printf(out, "%s%s:\n\n", title, ways[x->way]);
    struct str rest = str_of(text);
    while (rest.n) {
        size_t end = str_find(rest, '\n');
        buf_text(out, end ? "    " : "");
        diag_escape(out, str_sub(rest, 0, end));
        buf_char(out, '\n');
        rest = str_sub(rest, end + 1, rest.n);
    }
    buf_char(out, '\n');
}

/* What holds for errors of the check alone, and the beginning of what holds for all else.  */
static void put_lowering(struct buf *out, const struct check_row *row)
{
    switch (row->lowered) {
    case LOWERED_ANYWHERE:
        buf_text(out, "It");
        return;
    case LOWERED_CALL:
        buf_printf(out,
                   "A comment does not allow an error of this check, unless the call makes a "
                   "warning of it by `-W no-error=%s`. A warning or note",
                   row->name);
        return;
    case LOWERED_NEVER:
        buf_text(out, "An error of this check has to be mended. A warning or note");
        return;
    }
}

/* Where the message can be silenced.  */
static void put_allowing(struct buf *out, const struct check_row *row)
{
    struct buf text = { .arena = out->arena };
    put_lowering(&text, row);
    buf_printf(&text,
               " is allowed in one place by `# pmtac: allow %s REASON`, in a whole call by "
               "`-W no-%s`.",
               row->name, row->name);
    put_filled(out, buf_str(&text));
}

void explain_check(struct buf *out, enum check check)
{
    const struct check_row *row = check_row(check);
    const struct explanation *x = explain_row(check);
    buf_printf(out, "%s (%s): %s\n\n", row->name, level_name(row->level), row->about);
    if (x) {
        put_paragraph(out, "", x->meaning);
        put_paragraph(out, "Why it matters: ", x->why);
        put_paragraph(out, "What to do: ", x->cure);
        put_example(out, "This is reported", x, x->bad);
        put_example(out, "This is not", x, x->good);
    }
    put_allowing(out, row);
}

void explain_list(struct buf *out)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        if (rows[i].chapter) {
            buf_printf(out, "%s%s\n", i ? "\n" : "", rows[i].chapter);
            continue;
        }
        const struct check_row *row = check_row(rows[i].check);
        buf_printf(out, "  %-21s %-8s %s\n", row->name, level_name(row->level), row->about);
    }
}
