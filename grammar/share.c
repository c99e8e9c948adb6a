#include <config.h>

#include "share.h"

#include "map.h"

enum { N_LINES = 256, N_BLOCKS = 64 }; /* powers of two */

struct share_line {
    struct str text;
    const struct words *words;
};

struct share_block {
    struct str text;
    uint32_t depth;
    const struct braces *block;
};

void share_init(struct share *s, struct arena *arena)
{
    *s = (struct share){ arena, NEW_ARRAY(arena, struct share_line, N_LINES),
                         NEW_ARRAY(arena, struct share_block, N_BLOCKS) };
}

const struct words *share_words(struct share *s, struct str text, const struct value *values,
                                uint32_t n, uint32_t lo)
{
    struct share_line *line = &s->lines[map_hash(s->arena, text, true) & (N_LINES - 1)];
    for (uint32_t i = 0; i < n; i++)
        if (values[i].bad)
            return words_make(s->arena, values, n, lo);
    if (!line->words || !str_eq(line->text, text)) {
        line->text = text;
        line->words = words_make(s->arena, values, n, lo);
    }
    return line->words;
}

static struct share_block *place_of(const struct share *s, const struct words *words)
{
    return &s->blocks[((uintptr_t)words >> 4) & (N_BLOCKS - 1)];
}

void share_remember(struct share *s, const struct words *words, struct str text, uint32_t depth,
                    const struct braces *block)
{
    *place_of(s, words) = (struct share_block){ text, depth, block };
}

const struct braces *share_block(const struct share *s, const struct words *words, struct str rest,
                                 uint32_t depth, size_t *n)
{
    const struct share_block *block = place_of(s, words);
    if (!block->text.n || block->depth != depth || !str_starts(rest, block->text))
        return NULL;
    *n = block->text.n;
    return block->block;
}
