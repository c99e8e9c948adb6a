#include <config.h>

#include "facts-internal.h"

#include "defaults.h"

/* Lines that change nothing, by the rules of 'defaults'.  */

struct silence {
    struct facts *f;
    struct defaults defaults;
    size_t *disputed; /* of each directive: the last section that sets it otherwise */
};

static struct defaults_place place_of(struct facts_section *s)
{
    struct facts_section *parent = s->parent;
    return (struct defaults_place){ .scope = s->scope,
                                    .parent = parent ? parent->scope : SCOPE_global,
                                    .arg = s->arg,
                                    .widened = parent ? &parent->widened : NULL };
}

static struct defaults_line line_of(const struct fact *fact)
{
    return (struct defaults_line){ fact->is->dir, fact->is->value, fact->is->usual };
}

static void note_section(struct silence *k, struct facts_section *s)
{
    struct defaults_place place = place_of(s);
    for (const struct fact *fact = s->first; fact; fact = fact->next) {
        struct defaults_line line = line_of(fact);
        if (line.dir)
            defaults_note(&k->defaults, &place, &line);
    }
}

/* Marks the lines of 's' that change nothing, unless another of the section says otherwise: which
   of them counts is not known.  */
static void silence_section(struct silence *k, struct facts_section *s, size_t mark)
{
    struct defaults_place place = place_of(s);
    for (const struct fact *fact = s->first; fact; fact = fact->next)
        if (fact->is->dir && !fact->is->usual)
            k->disputed[fact->is->dir - dict_at(0)] = mark;
    for (struct fact *fact = s->first; fact; fact = fact->next) {
        struct defaults_line line = line_of(fact);
        if (line.dir && !fact->is->hidden &&
            (!line.usual || k->disputed[line.dir - dict_at(0)] != mark))
            fact->silent |= defaults_is_idle(&k->defaults, &place, &line);
    }
}

void facts_silence(struct facts *f, const struct model *m)
{
    struct silence k = { .f = f, .disputed = NEW_ARRAY(f->arena, size_t, dict_count()) };
    defaults_init(&k.defaults, f->arena, m);
    for (size_t i = 0; i < f->sections.n; i++)
        if (f->sections.entries[i].value)
            note_section(&k, f->sections.entries[i].value);
    for (size_t i = 0; i < f->sections.n; i++) {
        struct facts_section *s = f->sections.entries[i].value;
        if (s && !facts_is_ordered(s))
            silence_section(&k, s, i + 1);
    }
}
