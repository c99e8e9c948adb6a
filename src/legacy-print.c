#include <config.h>

#include "legacy.h"

/* Which rows stand above which statement.  */
struct homes {
    const struct rows *rows;
    size_t *of_row; /* the statement, or the number of statements */
    size_t n_stmts;
};

/* The row that holds position 'at', or the number of rows.  */
static size_t row_at(const struct rows *rows, uint32_t at)
{
    size_t lo = 0, hi = rows->list.n;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (rows->list.v[middle].line.lo <= at)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo && at < rows->list.v[lo - 1].line.hi ? lo - 1 : rows->list.n;
}

/* Notes that statement 'index' came from the rows of the values in 's'.  */
static void note_values(struct homes *h, const struct stmt *s, size_t index)
{
    for (uint32_t i = 0; i < s->words->n; i++) {
        size_t row = row_at(h->rows, value_span(stmt_value(s, i)).lo);
        if (row < h->rows->list.n && h->of_row[row] == h->n_stmts)
            h->of_row[row] = index;
    }
}

/* A row that says nothing new stands with the row in front of it.  */
static void find_homes(struct homes *h, const struct ast_file *file, struct arena *arena)
{
    size_t n = h->rows->list.n, index = 0;
    for (const struct stmt *s = file->stmts.first; s; s = s->next)
        h->n_stmts++;
    h->of_row = NEW_ARRAY(arena, size_t, n + 1);
    for (size_t i = 0; i < n; i++)
        h->of_row[i] = h->n_stmts;
    for (const struct stmt *s = file->stmts.first; s; s = s->next, index++) {
        note_values(h, s, index);
        const struct stmt *inner;
        for (struct walk w = walk_block(s); (inner = walk_next(&w));)
            note_values(h, inner, index);
    }
    for (size_t i = 0; i < n; i++)
        if (h->of_row[i] == h->n_stmts)
            h->of_row[i] = i ? h->of_row[i - 1] : 0;
}

/* Prints the comments from 'from' on that stand before position 'end'; returns the next one.  */
static size_t put_comments(const struct rows *rows, size_t from, uint32_t end, struct buf *out)
{
    for (; from < rows->comments.n && rows->comments.v[from].lo < end; from++) {
        struct span c = rows->comments.v[from];
        buf_put(out, str_trim(str_sub(rows->source->text, c.lo - rows->source->base, c.hi - c.lo)));
        buf_char(out, '\n');
    }
    return from;
}

/* A row as a comment.  The statement below it holds its password; once is enough.  */
static void put_row(const struct rows *rows, const struct row *row, struct buf *out)
{
    bool secret = row->shape == ROW_SUBMISSION;
    uint32_t end = secret ? row->span[5].lo : row->line.hi;
    buf_text(out, "# ");
    buf_put(out,
            str_sub(rows->source->text, row->line.lo - rows->source->base, end - row->line.lo));
    buf_text(out, secret ? "***\n" : "\n");
}

/* Rows in the order of their statements, and where the comments above each begin.  */
struct order {
    size_t *row;
    size_t *comments;
    size_t at, n;
};

/* Returns the comment behind the last row.  */
static size_t sort_rows(const struct homes *h, struct order *o, struct arena *arena)
{
    const struct rows *rows = h->rows;
    size_t comment = 0, *start = NEW_ARRAY(arena, size_t, h->n_stmts + 2);
    *o = (struct order){ .n = rows->list.n };
    o->row = NEW_ARRAY(arena, size_t, o->n + 1);
    o->comments = NEW_ARRAY(arena, size_t, o->n + 1);
    for (size_t i = 0; i < o->n; i++) {
        o->comments[i] = comment;
        while (comment < rows->comments.n && rows->comments.v[comment].lo < rows->list.v[i].line.lo)
            comment++;
        start[h->of_row[i] + 1]++;
    }
    for (size_t i = 0; i <= h->n_stmts; i++)
        start[i + 1] += start[i];
    for (size_t i = 0; i < o->n; i++)
        o->row[start[h->of_row[i]]++] = i;
    return comment;
}

/* Prints the rows above statement 'index'.  */
static void put_rows(const struct homes *h, struct order *o, size_t index, struct buf *out)
{
    for (; o->at < o->n && h->of_row[o->row[o->at]] == index; o->at++) {
        size_t i = o->row[o->at];
        const struct row *row = &h->rows->list.v[i];
        put_comments(h->rows, o->comments[i], row->line.lo, out);
        put_row(h->rows, row, out);
    }
}

/* Where an earlier input says all that these rows do, there is no statement.  */
void legacy_print(const struct rows *rows, const struct ast_file *file, struct buf *out)
{
    struct homes h = { .rows = rows };
    struct order o;
    size_t index = 0;
    find_homes(&h, file, out->arena);
    size_t comment = sort_rows(&h, &o, out->arena);
    for (const struct stmt *s = file->stmts.first; s; s = s->next, index++) {
        struct stmt copy = *s;
        copy.next = NULL;
        if (index)
            buf_char(out, '\n');
        put_rows(&h, &o, index, out);
        ast_print(&(struct ast_file){ .stmts = { &copy, &copy } }, out);
    }
    put_rows(&h, &o, 0, out);
    if (comment < rows->comments.n && index)
        buf_char(out, '\n');
    put_comments(rows, comment, UINT32_MAX, out);
}
