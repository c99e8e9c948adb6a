#include <config.h>

#include "report.h"

enum { GAP = 2 };

void report_host(const struct model *m, struct buf *out)
{
    if (out->n)
        buf_char(out, '\n');
    if (m->host.n)
        buf_printf(out, "host %.*s\n\n", STR_ARG(m->host));
}

/* Where to cut a text that is longer than 'width' bytes: at a blank, else behind a slash, else
   between two characters.  */
static size_t cut(struct str text, size_t width)
{
    size_t blank = width, slash = width;
    while (blank && text.p[blank] != ' ')
        blank--;
    while (slash && text.p[slash - 1] != '/')
        slash--;
    if (blank || slash > 1)
        return blank ? blank : slash;
    while (width > 1 && ((unsigned char)text.p[width] & 0xc0) == 0x80)
        width--;
    return width;
}

/* The first part of 'text' for a line of 'width' bytes; '*rest' is what goes on below.  */
static struct str first_line(struct str text, size_t width, struct str *rest)
{
    size_t end = text.n > width ? cut(text, width) : text.n;
    *rest = str_trim(str_sub(text, end, text.n));
    return str_sub(text, 0, end);
}

static void find_widths(const struct report_table *t, size_t *widths)
{
    for (size_t i = 0; i < t->rows.n; i++)
        for (size_t k = 0; k < t->n_columns; k++) {
            size_t n = t->rows.v[i][k].n;
            n = n < t->limits[k] ? n : t->limits[k];
            widths[k] = n > widths[k] ? n : widths[k];
        }
    size_t last = t->n_columns - 1, used = 0;
    for (size_t k = 0; k < last; k++)
        used += widths[k] + GAP;
    widths[last] = t->limits[last] - used;
}

static void put_row(const struct report_table *t, const size_t *widths, const struct str *cells,
                    struct buf *out)
{
    struct str *left = NEW_ARRAY(t->arena, struct str, t->n_columns);
    bool more = true;
    for (size_t k = 0; k < t->n_columns; k++)
        left[k] = cells[k];
    while (more) {
        size_t owed = 0; /* blanks that are due if something follows on this line */
        more = false;
        for (size_t k = 0; k < t->n_columns; k++) {
            struct str part = first_line(left[k], widths[k], &left[k]);
            if (part.n && owed)
                buf_fill(out, ' ', owed);
            owed = part.n ? 0 : owed;
            buf_put(out, part);
            owed += widths[k] - part.n + GAP;
            more |= left[k].n > 0;
        }
        buf_char(out, '\n');
    }
}

void report_table(const struct report_table *t, struct buf *out)
{
    size_t *widths = NEW_ARRAY(t->arena, size_t, t->n_columns);
    find_widths(t, widths);
    for (size_t i = 0; i < t->rows.n; i++)
        put_row(t, widths, t->rows.v[i], out);
}
