/* fuzz.h - what the fuzz targets have in common: one input in memory and what must hold of it.

   Each target reads one input with one front end, in a world without files.  Always: no crash, no
   leak, every message has a place inside the input, and all ways of printing the messages work.  */

#ifndef PMTAC_FUZZ_H
#define PMTAC_FUZZ_H

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include "diag.h"

/* Of each target: from one prefix of an input to the next, where files are replayed.  */
extern const size_t fuzz_step;

struct fuzz {
    struct arena arena;
    struct sources sources;
    struct diags diags;
    struct source *source;
};

/* A fault that an engine sees as a crash.  */
static inline void fuzz_hold(bool fine)
{
    if (!fine)
        abort();
}

/* Sets up one compilation of 'data' under 'name'.  */
static inline void fuzz_open(struct fuzz *f, struct str name, const uint8_t *data, size_t size)
{
    char *text = arena_alloc(&f->arena, size + 2);
    if (size)
        memcpy(text, data, size);
    text[size] = text[size + 1] = '\0';
    sources_init(&f->sources, &f->arena, &io_nothing);
    diags_init(&f->diags, &f->arena, &f->sources);
    f->source = source_add(&f->sources, name, (struct str){ text, size },
                           (struct span){ 0, 0 });
    fuzz_hold(f->source != NULL);
}

/* Checks and prints the messages.  */
static inline void fuzz_messages(struct fuzz *f)
{
    struct buf out = { .arena = &f->arena };
    diags_sort(&f->diags);
    for (size_t i = 0; i < f->diags.list.n; i++) {
        const struct diag *m = f->diags.list.v[i];
        fuzz_hold(m->span.lo <= m->span.hi);
        fuzz_hold(!m->span.hi || m->span.lo >= f->source->base);
        fuzz_hold(!m->span.hi || m->span.hi - f->source->base <= f->source->text.n + 1);
    }
    diags_print_text(&f->diags, &out, 0, true);
    diags_print_gcc(&f->diags, &out, 0);
    diags_print_json(&f->diags, STR(""), &out);
}

#endif
