/* reader.h - a small reader of PowerMTA configuration, for tests of what is written.

   Made from what is known of the format alone: one directive a line, '#' ends a line wherever it
   stands, sections by tags, values split by blanks and commas, quotes with \" inside, patterns
   between slashes.  Shares nothing with the program that writes.  A configuration becomes facts,
   one a line, in the order of the text:

     SECTION ARGUMENT > SECTION ARGUMENT | directive value value,value

   A section alone is a fact too, with nothing behind the bar.  */

#ifndef PMTAC_TESTS_READER_H
#define PMTAC_TESTS_READER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Text that grows.  */
struct text {
    char *p;
    size_t n, cap;
};

static inline void text_add(struct text *t, const char *p, size_t n)
{
    if (t->n + n + 1 > t->cap) {
        t->cap = 2 * (t->n + n + 1);
        t->p = realloc(t->p, t->cap);
        if (!t->p)
            abort();
    }
    memcpy(t->p + t->n, p, n);
    t->n += n;
    t->p[t->n] = '\0';
}

__attribute__((format(printf, 2, 3))) static inline void text_put(struct text *t,
                                                                  const char *format, ...)
{
    char piece[4096];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof piece)
        abort();
    text_add(t, piece, (size_t)n);
}

enum { READER_DEPTH = 8, READER_PATH = 1024 };

struct reader_state {
    struct text *facts;
    char path[READER_DEPTH][READER_PATH]; /* of each open section, with those around it */
    char tag[READER_DEPTH][64];
    int depth;
};

/* Where the pattern at 'p' ends (behind its last slash), or NULL if it is a path.  */
static inline const char *reader_pattern_end(const char *p, const char *end)
{
    for (const char *q = p + 1; q < end; q++) {
        if (*q == '\\' && q + 1 < end)
            q++;
        else if (*q == '/' && (q + 1 == end || strchr(" \t,", q[1])))
            return q + 1;
    }
    return NULL;
}

/* Adds the value at 'p' to 'out'; returns what is behind it, or NULL on a fault.  */
static inline const char *reader_value(const char *p, const char *end, struct text *out)
{
    const char *q = *p == '/' ? reader_pattern_end(p, end) : NULL;
    if (*p == '"') {
        for (q = p + 1; q < end && *q != '"'; q++) {
            q += *q == '\\' && q + 1 < end && q[1] == '"';
            text_add(out, q, 1);
        }
        return q < end && (q + 1 == end || strchr(" \t,", q[1])) ? q + 1 : NULL;
    }
    if (!q)
        for (q = p; q < end && !strchr(" \t,\"", *q); q++)
            ;
    if (q == p || (q < end && *q == '"'))
        return NULL;
    text_add(out, p, (size_t)(q - p));
    return q;
}

/* A directive and its values.  */
static inline bool reader_line(struct reader_state *r, const char *p, const char *end)
{
    const char *section = r->depth ? r->path[r->depth - 1] : "";
    text_put(r->facts, "%s | ", section);
    for (bool first = true; p < end; first = false) {
        bool comma = false;
        for (; p < end && strchr(" \t,", *p); p++) {
            if (*p == ',' && (comma || first))
                return false;
            comma |= *p == ',';
        }
        if (p == end)
            return false;
        text_add(r->facts, comma ? "," : " ", first ? 0 : 1);
        p = reader_value(p, end, r->facts);
        if (!p)
            return false;
    }
    text_add(r->facts, "\n", 1);
    return true;
}

/* Opens the section whose tag goes from 'p' to 'end'.  */
static inline bool reader_open(struct reader_state *r, const char *p, const char *end)
{
    size_t n = (size_t)(end - p) - 2, tag = 0;
    while (tag < n && p[1 + tag] != ' ')
        tag++;
    if (r->depth == READER_DEPTH || tag >= sizeof r->tag[0] || memchr(p + 1, '>', n) ||
        memchr(p + 1, '<', n))
        return false;
    snprintf(r->tag[r->depth], sizeof r->tag[0], "%.*s", (int)tag, p + 1);
    const char *outer = r->depth ? r->path[r->depth - 1] : "";
    int put = snprintf(r->path[r->depth], READER_PATH, "%s%s%.*s", outer, *outer ? " > " : "",
                       (int)n, p + 1);
    text_put(r->facts, "%s |\n", r->path[r->depth++]);
    return put < READER_PATH;
}

static inline bool reader_tag(struct reader_state *r, const char *p, const char *end)
{
    if (p[1] == '/') {
        size_t n = (size_t)(end - p) - 3;
        r->depth--;
        return r->depth >= 0 && strlen(r->tag[r->depth]) == n &&
               strncmp(r->tag[r->depth], p + 2, n) == 0;
    }
    return reader_open(r, p, end);
}

/* The tag of a nested list that is the last value of a line, or NULL.  */
static inline const char *reader_nested(const char *p, const char *end)
{
    const char *tag = NULL;
    for (; p + 2 < end && end[-1] == '>'; p++)
        if (p[0] == ' ' && p[1] == '<')
            tag = p + 1;
    return tag;
}

/* Adds the facts of 'text' to 'facts'.  Returns NULL, or the line that is no configuration.  */
static inline const char *reader_read(const char *text, struct text *facts)
{
    struct reader_state r = { .facts = facts };
    const char *next;
    for (const char *p = text; *p; p = next) {
        const char *line = p, *end = p + strcspn(p, "\n");
        next = end + (*end == '\n');
        const char *comment = memchr(p, '#', (size_t)(end - p));
        end = comment ? comment : end;
        while (p < end && (*p == ' ' || *p == '\t'))
            p++;
        while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
            end--;
        if (p == end)
            continue;
        bool tag = *p == '<' && end[-1] == '>' && end - p > 2;
        const char *nested = tag ? NULL : reader_nested(p, end);
        if (!(tag ? reader_tag(&r, p, end) : reader_line(&r, p, end)) ||
            (nested && !reader_open(&r, nested, end)))
            return line;
    }
    return r.depth ? "(the end)" : NULL;
}

#endif
