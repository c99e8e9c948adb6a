/* fuzz_pmta.c - PowerMTA's own configuration as an input, from its reader to what is built of it.

   Always: no crash, no promise broken, places inside of the input, the same facts twice and no
   difference between them; what is built of it can be read, and is the same to the byte from then
   on; where nothing had to be said of the input it comes to the same as what is built of it.  A
   first byte above 0x7f is not part of the input but says for which version it is.  */

#include <config.h>

#include "fuzz.h"
#include "round.h"

const size_t fuzz_step = 37;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Beyond this an input is slow, and nothing else.  */
enum { LONG_INPUT = 1 << 16 };

static void hold_span(const struct compilation *c, struct span span)
{
    if (!span.hi) {
        fuzz_hold(!span.lo);
        return;
    }
    const struct source *source = source_of(&c->sources, span.lo);
    fuzz_hold(source != NULL && span.lo <= span.hi);
    fuzz_hold(span.hi - source->base <= source->text.n + 1);
}

static void hold_messages(struct compilation *c, struct buf *out)
{
    for (size_t i = 0; i < c->diags.list.n; i++) {
        const struct diag *m = c->diags.list.v[i];
        hold_span(c, m->span);
        for (const struct diag_also *also = m->also; also; also = also->next)
            hold_span(c, also->span);
        for (const struct diag_fix *fix = m->fixes; fix; fix = fix->next)
            hold_span(c, fix->span);
    }
    diags_print_text(&c->diags, out, 0, true);
    diags_print_json(&c->diags, STR(""), out);
    out->n = 0;
}

/* Nobody has been told that something of it is wrong, or left out.  */
static bool is_clean(const struct compilation *c)
{
    return !c->diags.n_errors && !c->diags.n_warnings && !c->diags.n_dropped;
}

static void hold_trip(struct compilation *c, int version, struct buf *why)
{
    struct compilation again;
    struct str text = arena_str(why->arena, compile_text(c, 0));
    fuzz_hold(round_same(c, 0, c, 0, why));
    fuzz_hold(round_open(&again, &text, version));
    fuzz_hold(!is_clean(c) || round_same(c, 0, &again, 0, why));
    fuzz_hold(round_trip(&again, 0, why));
    compile_free(&again);
}

static void run(const uint8_t *data, size_t size, struct arena *arena)
{
    static const int versions[] = { 0, PMTA_4_0, PMTA_4_5, PMTA_5_0 };
    bool marked = size && data[0] > 0x7f;
    int version = marked ? versions[data[0] & 3] : 0;
    struct str text = str_sub((struct str){ (const char *)data, size }, marked, size);
    struct buf why = { .arena = arena };
    struct compilation c;
    bool readable = round_open(&c, &text, version);
    fuzz_hold(c.arena.bug == NULL);
    hold_messages(&c, &why);
    if (readable)
        hold_trip(&c, version, &why);
    compile_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    jmp_buf handler;
    if (size > LONG_INPUT)
        return 0;
    arena_init(&arena, &handler);
    switch (setjmp(handler)) {
    case ARENA_FINE:
        break;
    case ARENA_NO_MEMORY:
        arena_free(&arena);
        return 0;
    default:
        abort();
    }
    run(data, size, &arena);
    arena_free(&arena);
    return 0;
}
