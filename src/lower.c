#include <config.h>

#include "lower.h"

static const struct lower_row rows[] = {
#define LOWER_GROUP(ID)
#define LOWER(GROUP, TARGET, VALUE, LOST)                                                          \
    { LOWER_##GROUP, TARGET_##TARGET, { .text = STR_INIT(VALUE) }, LOST },
#include "../grammar/lower.def"
#undef LOWER_GROUP
#undef LOWER
    { .group = N_LOWERS }
};

/* Places in 'rows': a group names its first row and takes no place of its own.  */
enum row_place {
#define LOWER_GROUP(ID) FIRST_##ID, BEFORE_##ID = FIRST_##ID - 1,
#define LOWER(GROUP, TARGET, ...) ROW_##GROUP##_##TARGET,
#include "../grammar/lower.def"
#undef LOWER_GROUP
#undef LOWER
    N_ROWS
};

const struct lower_row *lower_rows(enum lower group)
{
    static const unsigned char first[N_LOWERS] = {
        [LOWER_none] = N_ROWS,
#define LOWER_GROUP(ID) [LOWER_##ID] = FIRST_##ID,
#define LOWER(...)
#include "../grammar/lower.def"
#undef LOWER_GROUP
#undef LOWER
    };
    return &rows[first[group]];
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
