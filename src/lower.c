#include <config.h>

#include "lower.h"

static const struct lower_row rows[] = {
#define LOWER(GROUP, TARGET, VALUE, LOST)                                                          \
    { LOWER_##GROUP, TARGET_##TARGET, { .text = STR_INIT(VALUE) }, LOST },
#include "../grammar/lower.def"
#undef LOWER
    { .group = N_LOWERS }
};

const struct lower_row *lower_rows(enum lower group)
{
    const struct lower_row *row = rows;
    while (row->group != group && row->group != N_LOWERS)
        row++;
    return row;
}

void lower(const struct model *m, struct lines *to, enum lower group, enum scope scope,
           const struct lines *said, struct span origin)
{
    if (group == LOWER_none)
        return;
    for (const struct lower_row *row = lower_rows(group); row->group == group; row++) {
        const struct directive *dir = m->target[row->target];
        if (!(dir->scopes & (uint64_t)1 << scope) || line_find(to, dir) ||
            (said && line_find(said, dir)))
            continue;
        struct arg value = row->value;
        value.span = origin;
        struct line *line = line_make(m->arena, dir, &value, 1, origin);
        line->what->lost = row->lost;
        lines_add(to, line);
    }
}

enum lower lower_tls_in(enum tls_word word)
{
    static const enum lower groups[N_TLS_WORDS] = {
        [TLS_none] = LOWER_tls_in_none,
        [TLS_offered] = LOWER_tls_in_offered,
        [TLS_required] = LOWER_tls_in_required,
        [TLS_implicit] = LOWER_tls_in_implicit,
    };
    return groups[word];
}

enum lower lower_tls_out(enum tls_word word)
{
    static const enum lower groups[N_TLS_WORDS] = {
        [TLS_none] = LOWER_tls_out_none,         [TLS_opportunistic] = LOWER_tls_out_opportunistic,
        [TLS_required] = LOWER_tls_out_required, [TLS_dane] = LOWER_tls_out_dane,
        [TLS_mta_sts] = LOWER_tls_out_mta_sts,
    };
    return groups[word];
}
