#include <config.h>

#include "load-internal.h"

/* A configuration of PowerMTA's own.  What it includes is read in its place, since PowerMTA reads
   it as text; what cannot be read stays as it is written.  */

enum {
    INCLUDE_DEPTH = 64,
    INCLUDES = 1000000 /* files that include others twice would double without end */
};

/* A file that was read; several places may include it.  */
struct raw_file {
    struct ast_file *file;
    bool open; /* its statements are being read: it may not include itself */
};

static void add_stmts(struct loader *, struct walk, struct stmts *out, enum scope around,
                      uint32_t lo);

static struct raw_file *parse(struct loader *l, struct source *source)
{
    struct raw_file *raw = NEW(l->p->arena, struct raw_file);
    raw->file = NEW(l->p->arena, struct ast_file);
    parse_pmta(l->p->tree, l->p->diags, source, raw->file);
    VEC_PUSH(l->p->arena, &l->p->files, raw->file);
    return raw;
}

/* The file 'path', or NULL where it cannot be read, which is reported.  */
static struct raw_file *file_at(struct loader *l, struct str path, struct span span)
{
    struct program *p = l->p;
    int error;
    const char *why;
    p->raw_files.arena = p->arena;
    p->raw_files.exact = true;
    struct raw_file **slot = (struct raw_file **)map_add(&p->raw_files, path);
    if (*slot)
        return *slot;
    struct source *source = source_open(p->sources, path, path, span, &error, &why);
    if (source) {
        struct raw_file *raw = parse(l, source);
        *map_add(&p->raw_files, path) = raw;
        return raw;
    }
    struct diag *m =
        diag(p->diags, CHECK_include_missing, span, "`%.*s`: %s", STR_ARG(path), why);
    if (!p->options->root.n)
        diag_help(p->diags, m,
                  "for files that were copied from a server, say where: `--root DIR`");
    return NULL;
}

/* Where 'path' of the line at 'span' lies on this machine.  */
static struct str place_of(struct program *p, struct span span, struct str path)
{
    if (path.p[0] == '/' && p->options->root.n)
        return arena_printf(p->arena, "%.*s%.*s", STR_ARG(p->options->root), STR_ARG(path));
    return load_beside(p, span, path);
}

static bool include_one(struct loader *l, struct str path, struct span span, struct stmts *out,
                        enum scope around, uint32_t lo)
{
    struct raw_file *raw = file_at(l, path, span);
    if (!raw)
        return false;
    if (raw->open || l->depth == INCLUDE_DEPTH) {
        diag(l->p->diags, CHECK_include_cycle, span,
             raw->open ? "`%.*s` includes itself" : "`%.*s` is included too deep", STR_ARG(path));
        return true;
    }
    if (l->spliced++ >= INCLUDES) {
        if (l->spliced == INCLUDES + 1)
            diag(l->p->diags, CHECK_include_cycle, span,
                 "files are included more than %d times: the rest is left out", INCLUDES);
        return true;
    }
    l->depth++;
    raw->open = true;
    add_stmts(l, walk_stmts(raw->file->stmts.first), out, around, lo);
    raw->open = false;
    l->depth--;
    return true;
}

static bool is_url(struct str path)
{
    return str_find(path, ':') + 2 < path.n && path.p[str_find(path, ':') + 1] == '/';
}

/* The files that 's' includes stand in its place.  False where it stays: it is not for us, or is
   wrong.  */
static bool include(struct loader *l, const struct stmt *s, struct stmts *out, enum scope around,
                    uint32_t lo)
{
    struct program *p = l->p;
    struct str path = s->words->n == 2 ? value_text(value_word(stmt_value(s, 1))) : STR(""), *found;
    struct span span = stmt_span(s);
    if (!path.n || s->block || path.n > 4096 || !dict_find(p->dict, stmt_text(s, 0), around))
        return false;
    if (is_url(path)) {
        diag_at(p->diags, CHECK_include_missing, LEVEL_NOTE, span,
                "what the server reads from an URL is not looked at");
        return false;
    }
    path = place_of(p, span, path);
    if (!load_is_glob(path))
        return include_one(l, path, span, out, around, lo);
    const struct io *io = p->sources->io;
    size_t n = io->glob(io->context, p->arena, arena_str(p->arena, path).p, &found);
    for (size_t i = 0; i < n; i++)
        include_one(l, found[i], span, out, around, lo);
    if (!n)
        diag(p->diags, CHECK_include_missing, span, "`%.*s` matches no file", STR_ARG(path));
    return n > 0;
}

/* 's' with all that is included in it.  */
static struct stmt *with_includes(struct loader *l, const struct stmt *s)
{
    struct stmts body = { NULL, NULL };
    struct stmt *copy = NEW(l->p->tree, struct stmt);
    *copy = *s;
    copy->next = NULL;
    if (!s->block)
        return copy;
    struct braces *block = NEW(l->p->tree, struct braces);
    add_stmts(l, walk_block(s), &body, dict_section(l->p->dict, stmt_text(s, 0)), s->lo);
    *block = *s->block;
    block->body = body.first;
    copy->block = block;
    return copy;
}

/* Adds what the walk meets in a section 'around' it, with places that count from 'lo'.  */
static void add_stmts(struct loader *l, struct walk all, struct stmts *out, enum scope around,
                      uint32_t lo)
{
    const struct stmt *s;
    while ((s = walk_next(&all))) {
        if (load_is_include(l, s) && include(l, s, out, around, lo))
            continue;
        struct stmt *copy = with_includes(l, s);
        copy->lo -= lo;
        stmts_add(out, copy);
    }
}

void load_raw(struct loader *l, struct source *source)
{
    struct raw_file *raw = parse(l, source);
    struct stmts all = raw->file->stmts;
    if (raw->file->includes) {
        all = (struct stmts){ NULL, NULL };
        raw->open = true;
        add_stmts(l, walk_stmts(raw->file->stmts.first), &all, SCOPE_global, 0);
        raw->open = false;
    }
    for (const struct stmt *s = all.first; s; s = s->next)
        VEC_PUSH(l->p->arena, &l->p->items, (struct item){ s, NULL });
}
