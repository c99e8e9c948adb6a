#include <config.h>

#include "diag-secret.h"

void diag_json_string(struct buf *out, struct str text)
{
    struct buf clean = { .arena = out->arena };
    diag_escape(&clean, text);
    struct str s = buf_str(&clean);
    buf_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_char(out, '\\');
        buf_char(out, s.p[i]);
    }
    buf_char(out, '"');
}

/* What was said of 'span', without secrets.  */
static void put_string(struct diags *d, struct buf *out, struct span span, struct str text)
{
    diag_json_string(out, hide_in_text(d, span, text));
}

static void put_position(struct diags *d, struct buf *out, const char *key, uint32_t at)
{
    struct place place = source_place(d->sources, at);
    size_t offset = at - place.source->base;
    uint32_t before =
        source_characters(d->sources, place.source, offset - (place.column - 1), offset);
    buf_printf(out, "\"%s\": {\"line\": %u, \"column\": %u, \"byteColumn\": %u}", key, place.line,
               before + 1, place.column);
}

/* "file", "start" and "end" of 'span', or "file": null.  */
static void put_span(struct diags *d, struct buf *out, struct span span)
{
    const struct source *source = span.hi ? source_of(d->sources, span.lo) : NULL;
    buf_text(out, "\"file\": ");
    if (!source) {
        buf_text(out, "null");
        return;
    }
    diag_json_string(out, source->name);
    buf_text(out, ", ");
    put_position(d, out, "start", span.lo);
    buf_text(out, ", ");
    put_position(d, out, "end", span.hi);
}

static void put_notes(struct diags *d, struct buf *out, const struct diag *m)
{
    const char *comma = "";
    buf_text(out, ", \"notes\": [");
    for (const struct diag_also *also = m->also; also; also = also->next, comma = ", ") {
        buf_printf(out, "%s{\"message\": ", comma);
        put_string(d, out, also->span, hide_in_text(d, m->span, also->text));
        buf_text(out, ", ");
        put_span(d, out, also->span);
        buf_char(out, '}');
    }
    if (m->context.kind) {
        struct str in =
            arena_printf(d->arena, "in %s `%.*s`", m->context.kind, STR_ARG(m->context.name));
        buf_printf(out, "%s{\"message\": ", comma);
        put_string(d, out, m->context.span, in);
        buf_text(out, ", ");
        put_span(d, out, m->context.span);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static void put_fixes(struct diags *d, struct buf *out, const struct diag *m)
{
    buf_text(out, ", \"fixes\": [");
    for (const struct diag_fix *fix = m->fixes; fix; fix = fix->next) {
        buf_text(out, fix == m->fixes ? "{\"text\": " : ", {\"text\": ");
        put_string(d, out, fix->span, fix->text);
        buf_text(out, ", ");
        put_span(d, out, fix->span);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static void put_diag(struct diags *d, struct buf *out, const struct diag *m)
{
    buf_printf(out, "    {\"check\": \"%s\", \"level\": \"%s\", \"message\": ",
               check_row(m->check)->name, level_name(m->level));
    put_string(d, out, m->span, m->text);
    buf_printf(out, ", \"more\": %zu, ", m->more);
    put_span(d, out, m->span);
    if (m->help.n) {
        buf_text(out, ", \"help\": ");
        put_string(d, out, m->span, m->help);
    }
    put_notes(d, out, m);
    put_fixes(d, out, m);
    buf_char(out, '}');
}

void diags_print_json(struct diags *d, struct str more, struct buf *out)
{
    const char *comma = "";
    buf_text(out, "{\n  \"version\": 1,\n  \"diagnostics\": [");
    for (size_t i = 0; i < d->list.n; i++) {
        if (d->list.v[i]->level == LEVEL_OFF)
            continue;
        buf_printf(out, "%s\n", comma);
        put_diag(d, out, d->list.v[i]);
        comma = ",";
    }
    buf_printf(out, "%s],\n  \"omitted\": %zu,\n", *comma ? "\n  " : "", d->n_dropped);
    buf_printf(out, "  \"errors\": %zu,\n  \"warnings\": %zu,\n  \"failed\": %s", d->n_errors,
               d->n_warnings, diags_forbid(d) ? "true" : "false");
    buf_put(out, more);
    buf_text(out, "\n}\n");
}
