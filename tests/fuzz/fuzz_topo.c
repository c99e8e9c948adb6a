/* fuzz_topo.c - the reader of the topology language, and the printer behind it: what has no error
   is printed, reads back as the same tree without an error, and prints the same again.  */

#include <config.h>

#include "fuzz.h"
#include "parse.h"
#include "tree.h"

const size_t fuzz_step = 1;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(struct fuzz *f, const struct ast_file *file)
{
    struct buf once = { .arena = &f->arena }, twice = { .arena = &f->arena };
    struct ast_file again;
    ast_print(file, &once);
    buf_put(&once, (struct str){ "\0", 2 });
    once.n -= 2;
    struct source *source = source_add(&f->sources, STR("again"), buf_str(&once), NOWHERE);
    parse_topo(&f->arena, &f->diags, source, &again);
    fuzz_hold(f->diags.n_errors == 0);
    fuzz_hold(tree_same(file->stmts.first, again.stmts.first));
    fuzz_hold(file->comments.n == again.comments.n);
    ast_print(&again, &twice);
    fuzz_hold(str_eq(buf_str(&once), buf_str(&twice)));
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
    struct ast_file file;
    fuzz_open(&f, name, data, size);
    parse_topo(&f.arena, &f.diags, f.source, &file);
    fuzz_messages(&f);
    if (!f.diags.n_errors)
        round_trip(&f, &file);
    arena_free(&f.arena);
    return 0;
}
