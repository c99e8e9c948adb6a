/* round.h - the round trip: what was built is read back, comes to the same, and is built again.

   For tests of the library.  From the second generation on the text is the same to the byte; the
   first one may write in another way what means the same.  */

#ifndef PMTAC_TESTS_ROUND_H
#define PMTAC_TESTS_ROUND_H

#include "compare.h"
#include "compile.h"

static inline int round_read(void *context, struct arena *arena, const char *path, size_t limit,
                             struct str *text, struct io_identity *identity, const char **why)
{
    const struct str *given = context;
    *identity = (struct io_identity){ 0, 0 };
    *why = "is not there";
    if (strcmp(path, "again.conf") != 0 || given->n > limit)
        return 2;
    char *p = arena_alloc(arena, given->n + 2);
    if (given->n)
        memcpy(p, given->p, given->n);
    p[given->n] = p[given->n + 1] = '\0';
    *text = (struct str){ p, given->n };
    return 0;
}

/* Reads 'text' as PowerMTA's own configuration.  'c' is to be freed in any case.  */
static inline bool round_open(struct compilation *c, const struct str *text, int version)
{
    static struct str name = STR_INIT("again.conf");
    struct io io = { (void *)(uintptr_t)text, round_read, io_nothing.glob, io_nothing.environment,
                     NULL };
    struct options o = { .format = FORMAT_POWERMTA, .version = version, .secrets = true };
    o.inputs.v = &name;
    o.inputs.n = 1;
    return compile(c, &o, &io, COMPILE_COMPARE) == COMPILE_FINE && c->outputs.n == 1;
}

/* Appends what differs between an output of 'a' and one of 'b' to 'why'.  True where nothing does.
 */
static inline bool round_same(struct compilation *a, size_t i, struct compilation *b, size_t k,
                              struct buf *why)
{
    struct facts x, y;
    struct comparison c;
    struct compare_side sides[COMPARE_SIDES] = { { &a->diags }, { &b->diags } };
    if (compile_facts(a, i, &x) != COMPILE_FINE || compile_facts(b, k, &y) != COMPILE_FINE) {
        buf_text(why, "no facts");
        return false;
    }
    compare(&c, why->arena, &x, &y);
    compare_print(&c, sides, STR(""), why);
    return c.list.n == 0;
}

/* 'text', which a build made, in its next generation; 'before' is what it was made of.  The result
   is in the arena of 'why'; its 'p' is NULL where the trip fails, and 'why' says why.  */
static inline struct str round_next(struct compilation *before, size_t output, struct str text,
                                    int version, struct buf *why)
{
    struct compilation c;
    struct str next = { NULL, 0 };
    if (!round_open(&c, &text, version))
        buf_text(why, "what was built cannot be read");
    else if (round_same(before, output, &c, 0, why))
        next = arena_str(why->arena, compile_text(&c, 0));
    compile_free(&c);
    return next;
}

/* Sends output number 'output' of 'c' on its trip.  True where it comes back.  */
static inline bool round_trip(struct compilation *c, size_t output, struct buf *why)
{
    int version = c->outputs.v[output].model->version;
    struct str first = arena_str(why->arena, compile_text(c, output)), second, third;
    struct compilation again;
    second = round_next(c, output, first, version, why);
    if (!second.p)
        return false;
    bool fine = round_open(&again, &second, version);
    third = fine ? round_next(&again, 0, second, version, why) : second;
    if (!fine)
        buf_text(why, "the second generation cannot be read");
    else if (third.p && !str_eq(second, third))
        buf_printf(why, "the third generation is another:\n%.*s\n", STR_ARG(third));
    compile_free(&again);
    return fine && third.p && str_eq(second, third);
}

#endif
