#include <config.h>

#include "load-internal.h"

/* Inputs: what is named on the command line, by 'include' and by 'legacy'.  */

enum { INCLUDE_DEPTH = 64 };

static struct str base_name(struct str path)
{
    size_t n = path.n;
    while (n && path.p[n - 1] != '/')
        n--;
    return str_sub(path, n, path.n);
}

/* What the file 'path' is written in.  The main file of a server has no extension.  */
static enum format format_of(const struct program *p, struct str path, bool main_input)
{
    struct str name = base_name(path);
    if (main_input && p->options->format != FORMAT_GUESS)
        return p->options->format;
    if (str_ends(path, STR(".psv")))
        return FORMAT_PIPE;
    bool raw = str_ends(path, STR(".conf")) || str_eq(name, STR("config")) ||
               str_eq(name, STR("config-defaults"));
    return main_input && raw ? FORMAT_POWERMTA : FORMAT_TOPOLOGY;
}

static void load_rows(struct loader *l, struct source *source, const struct stmt *block)
{
    struct program *p = l->p;
    struct legacy **legacy = l->host ? &l->host->legacy : &p->legacy;
    struct rows_file *rows = NEW(p->arena, struct rows_file);
    if (!*legacy)
        *legacy = legacy_new(p->arena, p->tree, p->scratch, p->diags);
    rows->file = NEW(p->arena, struct ast_file);
    source->rows = true;
    parse_pipe(p->tree, p->diags, source, &rows->rows);
    rows->file->source = source;
    legacy_lower(*legacy, &rows->rows, block, rows->file);
    VEC_PUSH(p->arena, &p->rows, rows);
    load_stmts(l, rows->file, walk_stmts(rows->file->stmts.first));
}

void load_forget_rows(struct program *p)
{
    for (size_t i = 0; i < p->rows.n; i++) {
        struct rows *rows = &p->rows.v[i]->rows;
        arena_drop(p->tree, rows->list.v, rows->list.cap * sizeof *rows->list.v);
    }
    p->rows.n = 0;
}

/* Reads 'source'; returns what it holds, or NULL for rows.  */
static struct ast_file *load_source(struct loader *l, struct source *source, enum format format,
                                    const struct stmt *block)
{
    struct program *p = l->p;
    if (format == FORMAT_PIPE) {
        load_rows(l, source, block);
        return NULL;
    }
    struct ast_file *file = NEW(p->arena, struct ast_file);
    parse_topo(p->tree, p->diags, source, file);
    VEC_PUSH(p->arena, &p->files, file);
    load_stmts(l, file, walk_stmts(file->stmts.first));
    return file;
}

/* The readings of one file: the first, and the first by another statement.  */
struct readings {
    const struct source *first, *other;
};

/* The readings of the file that 'source' is, whatever it is called.  */
static struct readings *readings_of(struct loader *l, const struct source *source)
{
    struct arena *arena = l->p->arena;
    struct io_identity id = source->identity;
    struct str key = { (const char *)&id, sizeof id };
    struct map *map = id.inode ? &l->by_identity : &l->by_name;
    void **slot = map_find(map, id.inode ? key : source->name);
    if (slot)
        return *slot;
    struct readings *made = NEW(arena, struct readings);
    *map_add(map, id.inode ? arena_str(arena, key) : source->name) = made;
    return made;
}

/* 'source' was read by the statement at 'span'; returns an earlier reading by another one.  The
   same statement reads again for the next of several hosts.  */
static const struct source *enter_reading(struct loader *l, const struct source *source,
                                          struct span span)
{
    struct readings *r = readings_of(l, source);
    bool again = r->first && span.hi && r->first->included.lo == span.lo;
    const struct source *earlier = again ? r->other : r->first;
    if (!r->first)
        r->first = source;
    else if (!again && !r->other)
        r->other = source;
    return earlier;
}

/* 'source' has been read before: as one of those that include it, or beside them.  */
static bool read_before(struct loader *l, const struct source *source, struct span span)
{
    struct program *p = l->p;
    const struct source *other = enter_reading(l, source, span);
    bool cycle = false;
    if (!other)
        return false;
    for (const struct source *up = source_of(p->sources, span.lo); up && !cycle;
         up = up->included.hi ? source_of(p->sources, up->included.lo) : NULL)
        cycle = up == other;
    struct diag *m =
        diag(p->diags, CHECK_include_cycle, span,
             cycle ? "`%.*s` includes itself" : "`%.*s` is read twice", STR_ARG(source->name));
    if (!cycle && other->included.hi)
        diag_also(p->diags, m, other->included, "first read here");
    return true;
}

struct str load_beside(struct program *p, struct span span, struct str path)
{
    const struct source *source = source_of(p->sources, span.lo);
    if (str_eq(path, STR("-")))
        return STR("./-"); /* a file of that name: standard input is for the command line */
    size_t n = source ? source->name.n : 0;
    while (n && source->name.p[n - 1] != '/')
        n--;
    if (!n || (path.n && path.p[0] == '/'))
        return path;
    return arena_printf(p->arena, "%.*s%.*s", (int)n, source->name.p, STR_ARG(path));
}

/* Opens 'path', or what the statement says in one of the folders for that; NULL: reported.  */
static struct source *open_included(struct loader *l, struct str path, const struct arg *arg)
{
    int error;
    const char *why, *other;
    struct program *p = l->p;
    struct source *source = source_open(p->sources, path, path, arg->span, &error, &why);
    for (size_t i = 0; !source && i < p->options->include_dirs.n; i++) {
        struct str at = arena_printf(p->arena, "%.*s/%.*s", STR_ARG(p->options->include_dirs.v[i]),
                                     STR_ARG(arg->text));
        source = source_open(p->sources, at, at, arg->span, &error, &other);
    }
    if (!source)
        diag(p->diags, CHECK_include_missing, arg->span, "`%.*s`: %s", STR_ARG(path), why);
    return source;
}

/* What an 'include' in the block of several hosts stands for: read for the first, kept for all.  */
struct inclusion {
    struct ast_file *file; /* NULL: rows, which each host reads, or nothing */
    bool bad;              /* cannot be read, which has been reported */
};

static struct inclusion *inclusion_of(struct loader *l, struct str path, const struct arg *arg)
{
    struct str key = arena_printf(l->p->arena, "%zu %.*s", (size_t)arg->span.lo, STR_ARG(path));
    void **slot = map_add(&l->inclusions, key);
    if (!*slot)
        *slot = NEW(l->p->arena, struct inclusion);
    return *slot;
}

/* Reads 'path'; what it holds goes to 'kept' too, unless that is NULL.  */
static void include_first(struct loader *l, struct str path, const struct arg *arg,
                          const struct stmt *block, bool rows, struct inclusion *kept)
{
    struct source *source = open_included(l, path, arg);
    bool bad = !source || read_before(l, source, arg->span);
    enum format format = rows ? FORMAT_PIPE : format_of(l->p, path, false);
    struct ast_file *file = bad ? NULL : load_source(l, source, format, block);
    if (kept)
        *kept = (struct inclusion){ file, bad };
}

static void include_one(struct loader *l, struct str path, const struct arg *arg,
                        const struct stmt *block, bool rows)
{
    struct program *p = l->p;
    if (str_eq(path, STR("-")))
        path = STR("./-"); /* a file: the standard input is named on the command line only */
    if (l->depth == INCLUDE_DEPTH) {
        diag(p->diags, CHECK_include_cycle, arg->span, "files include each other more than %d deep",
             INCLUDE_DEPTH);
        return;
    }
    struct inclusion *kept = l->host ? inclusion_of(l, path, arg) : NULL;
    l->depth++;
    if (kept && kept->file)
        load_stmts(l, kept->file, walk_stmts(kept->file->stmts.first));
    else if (!kept || !kept->bad)
        include_first(l, path, arg, block, rows, kept);
    l->depth--;
}

bool load_is_glob(struct str path)
{
    return str_find(path, '*') < path.n || str_find(path, '?') < path.n ||
           str_find(path, '[') < path.n;
}

void load_include(struct loader *l, struct ast_file *file, const struct stmt *s)
{
    (void)file;
    struct program *p = l->p;
    struct arg arg;
    if (!load_one_value(l, s, "PATH", &arg))
        return;
    bool optional = str_ends(stmt_text(s, 0), STR("?"));
    if (!arg.text.n || str_find(arg.text, '\0') < arg.text.n || arg.text.n > 4096) {
        diag(p->diags, CHECK_include_missing, arg.span, "no path to include");
        return;
    }
    struct str path = load_beside(l->p, arg.span, arg.text), *found = NULL;
    if (!load_is_glob(path) && !optional) {
        include_one(l, path, &arg, NULL, false);
        return;
    }
    struct str terminated = arena_str(p->arena, path);
    const struct io *io = p->sources->io;
    size_t n = io->glob(io->context, p->arena, terminated.p, &found);
    for (size_t i = 0; i < n; i++)
        include_one(l, found[i], &arg, NULL, false);
    if (!n && !optional) {
        struct diag *m = diag(p->diags, CHECK_include_missing, arg.span, "`%.*s` matches no file",
                              STR_ARG(path));
        diag_help(p->diags, m, "write `include? %.*s` if that is fine", STR_ARG(arg.text));
    }
}

void load_legacy(struct loader *l, struct ast_file *file, const struct stmt *s)
{
    (void)file;
    struct stmt head = *s;
    struct arg arg;
    head.block = NULL;
    if (load_one_value(l, &head, "PATH { ... }", &arg))
        include_one(l, load_beside(l->p, arg.span, arg.text), &arg, s, true);
}

void load_input(struct loader *l, struct str path)
{
    struct program *p = l->p;
    int error;
    const char *why;
    struct str name = str_eq(path, STR("-")) ? STR("<stdin>") : path;
    struct source *source = source_open(p->sources, path, name, NOWHERE, &error, &why);
    if (!source) {
        p->diags->raw = false; /* the caller named it, and not the configuration */
        diag(p->diags, CHECK_include_missing, NOWHERE, "`%.*s`: %s", STR_ARG(name), why);
        p->broken = true;
        return;
    }
    if (read_before(l, source, NOWHERE))
        return;
    if (p->raw)
        load_raw(l, source);
    else
        load_source(l, source, format_of(p, path, true), NULL);
}

bool load_are_raw(struct program *p)
{
    const struct options *o = p->options;
    size_t raw = 0;
    for (size_t i = 0; i < o->inputs.n; i++)
        raw += format_of(p, o->inputs.v[i], true) == FORMAT_POWERMTA;
    if (raw && raw < o->inputs.n) {
        diag(p->diags, CHECK_syntax, NOWHERE,
             "a configuration of PowerMTA's own is read by itself, not beside a topology");
        p->broken = true;
    }
    return raw > 0;
}
