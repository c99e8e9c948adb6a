#include <config.h>

#include "emit.h"

struct emit {
    struct sources *sources;
    const struct emit_options *options;
    struct buf *out;
};

/* A file's name as it may stand in a comment: no path of this machine, nothing that ends the
   line.  */
static void put_file(struct emit *e, struct str name)
{
    size_t from = 0;
    for (size_t i = 0; name.n && name.p[0] == '/' && i < name.n; i++)
        if (name.p[i] == '/')
            from = i + 1;
    diag_escape(e->out, str_sub(name, from, name.n));
}

static void end_line(struct emit *e, struct span origin)
{
    if (e->options->annotate && origin.hi) {
        struct place at = source_place(e->sources, origin.lo);
        buf_text(e->out, "  # ");
        put_file(e, at.source->name);
        buf_printf(e->out, ":%u", at.line);
    }
    buf_char(e->out, '\n');
}

static bool needs_quotes(const struct directive *dir, const struct arg *arg)
{
    struct str s = arg->text;
    bool list = dir->type == TYPE_SMTP_HOSTS;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i]; /* a blank, a quote and a comma come before all that is usual */
        if (c <= ',' && (is_blank(c) || c == '"' || (c == ',' && !list)))
            return true;
    }
    return s.n == 0;
}

static void put_quoted(struct buf *out, struct str s)
{
    buf_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_char(out, '\\');
        buf_char(out, s.p[i]);
    }
    buf_char(out, '"');
}

static void put_value(struct buf *out, const struct directive *dir, const struct arg *arg,
                      bool redact)
{
    if (arg->secret && redact) {
        buf_text(out, "********");
    } else if (arg->pattern) {
        buf_char(out, '/');
        buf_put(out, arg->text);
        buf_char(out, '/');
    } else if (needs_quotes(dir, arg)) {
        put_quoted(out, arg->text);
    } else {
        buf_put(out, arg->text);
    }
}

/* Lists are written without blanks, as in nearly all files that are known to work; only the three
   parts of a key stand apart, for they are long.  */
static const char *comma(const struct directive *dir)
{
    return dir->type == TYPE_DOMAIN_KEY ? ", " : ",";
}

static void indent(struct emit *e, size_t depth)
{
    for (; depth; depth--)
        buf_put(e->out, STR("    "));
}

/* What was put behind 'from' is also what is put from now on, in memory that lasts.  */
static void keep(struct emit *e, struct str *printed, size_t from)
{
    *printed = arena_str(e->out->arena, str_sub(buf_str(e->out), from, e->out->n));
}

void emit_values(struct buf *out, const struct directive *dir, const struct arg *args, uint32_t n,
                 bool redact)
{
    for (uint32_t i = 0; i < n; i++) {
        if (args[i].joined)
            buf_text(out, comma(dir));
        else if (i)
            buf_char(out, ' ');
        put_value(out, dir, &args[i], redact);
    }
}

static void put_end(struct emit *e, const struct conf_section *s, size_t depth);

static void put_new_line(struct emit *e, const struct conf_line *line, size_t depth)
{
    bool bare = line->dir->name[0] == '/'; /* a line that begins with its pattern */
    indent(e, depth);
    if (!bare)
        buf_text(e->out, line->dir->name);
    for (uint32_t i = 0; i < line->n_args; i++) {
        const struct arg *arg = &line->args[i];
        if (arg->joined)
            buf_text(e->out, comma(line->dir));
        else if (i || !bare)
            buf_char(e->out, ' ');
        if (line->plain && !(arg->secret && e->options->redact))
            buf_put(e->out, arg->text);
        else
            put_value(e->out, line->dir, arg, e->options->redact);
    }
    end_line(e, line->origin);
    if (line->nested) /* its tag is the line's last value */
        put_end(e, line->nested, depth);
}

/* What stands in many places is printed once: always as deep, for it has one kind of parent.  */
static void put_line(struct emit *e, const struct conf_line *line, size_t depth)
{
    size_t from = e->out->n;
    if (line->printed && line->printed->p) {
        buf_put(e->out, *line->printed);
        return;
    }
    put_new_line(e, line, depth);
    if (line->printed)
        keep(e, line->printed, from);
}

static void put_section(struct emit *e, const struct conf_section *s, size_t depth);

static void put_body(struct emit *e, const struct conf_section *s, size_t depth)
{
    for (const struct conf_line *l = s->lines; l; l = l->next)
        put_line(e, l, depth);
    for (const struct conf_section *c = s->children; c; c = c->next)
        put_section(e, c, depth);
}

/* What stands in the section, and its closing tag.  */
static void put_end(struct emit *e, const struct conf_section *s, size_t depth)
{
    put_body(e, s, depth + 1);
    indent(e, depth);
    buf_text(e->out, "</");
    buf_text(e->out, dict_scope(s->scope)->name);
    buf_text(e->out, ">\n");
}

static void put_new_section(struct emit *e, const struct conf_section *s, size_t depth)
{
    const char *tag = dict_scope(s->scope)->name;
    indent(e, depth);
    buf_char(e->out, '<');
    buf_text(e->out, tag);
    if (s->arg.n) {
        buf_char(e->out, ' ');
        buf_put(e->out, s->arg);
    }
    buf_char(e->out, '>');
    end_line(e, s->origin);
    put_end(e, s, depth);
}

static void put_section(struct emit *e, const struct conf_section *s, size_t depth)
{
    size_t from = e->out->n;
    if (s->printed && s->printed->p) {
        buf_put(e->out, *s->printed);
        return;
    }
    put_new_section(e, s, depth);
    if (s->printed)
        keep(e, s->printed, from);
}

static void put_comment(struct emit *e, struct str text)
{
    while (text.n) {
        size_t end = str_find(text, '\n');
        buf_text(e->out, "# ");
        buf_put(e->out, str_sub(text, 0, end));
        buf_char(e->out, '\n');
        text = str_sub(text, end + 1, text.n);
    }
}

void emit_header(const struct emit_options *options, struct buf *out)
{
    struct emit e = { .options = options, .out = out };
    put_comment(&e, options->header);
}

void emit(const struct conf *c, struct sources *sources, const struct emit_options *options,
          struct buf *out)
{
    struct emit e = { sources, options, out };
    for (const struct conf_section *s = c->first; s; s = s->next) {
        if (s->scope == SCOPE_global && !s->lines)
            continue;
        buf_char(out, '\n');
        if (s->comment)
            put_comment(&e, str_of(s->comment));
        if (s->scope == SCOPE_global)
            put_body(&e, s, 0);
        else
            put_section(&e, s, 0);
    }
}
