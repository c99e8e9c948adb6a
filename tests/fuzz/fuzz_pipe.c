/* fuzz_pipe.c - the reader of the legacy rows, and the converter behind it: what rows without an
   error become is printed and reads back as the same tree without an error.  */

#include <config.h>

#include "fuzz.h"
#include "legacy.h"
#include "tree.h"

const size_t fuzz_step = 1;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void convert(struct fuzz *f, const struct rows *rows, const struct ast_file *file)
{
    struct buf out = { .arena = &f->arena };
    struct ast_file again;
    legacy_print(rows, file, &out);
    buf_put(&out, (struct str){ "\0", 2 });
    out.n -= 2;
    struct source *source = source_add(&f->sources, STR("again"), buf_str(&out), NOWHERE);
    parse_topo(&f->arena, &f->diags, source, &again);
    fuzz_hold(f->diags.n_errors == 0);
    fuzz_hold(tree_same(file->stmts.first, again.stmts.first));
    fuzz_hold(again.comments.n == rows->comments.n + rows->list.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct str name = STR_INIT("input");
    struct fuzz f;
    jmp_buf handler;
    arena_init(&f.arena, &handler);
    switch (setjmp(handler)) {
    case ARENA_FINE:
        break;
    case ARENA_NO_MEMORY:
        arena_free(&f.arena);
        return 0;
    default:
        abort();
    }
    struct rows rows;
    struct ast_file file;
    fuzz_open(&f, name, data, size);
    parse_pipe(&f.arena, &f.diags, f.source, &rows);
    struct legacy *legacy = legacy_new(&f.arena, &f.arena, &f.arena, &f.diags);
    legacy_lower(legacy, &rows, NULL, &file);
    legacy_finish(legacy);
    fuzz_messages(&f);
    if (!f.diags.n_errors)
        convert(&f, &rows, &file);
    arena_free(&f.arena);
    return 0;
}
