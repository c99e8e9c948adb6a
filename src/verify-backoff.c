#include <config.h>

#include "verify-pattern.h"

/* The actions of actions.def.  */
enum action {
#define ACTION(ID, ...) ACTION_##ID,
#include "../grammar/actions.def"
#undef ACTION
};

static const struct str actions[] = {
#define ACTION(ID, TEXT) STR_INIT(TEXT),
#include "../grammar/actions.def"
#undef ACTION
};

/* The word of a reply's line that is 'action', or NULL.  */
static const struct arg *find_action(const struct line *line, enum action action)
{
    for (uint32_t i = 0; i < line->what->n_args; i++)
        if (!line->what->args[i].pattern && str_starts(line->what->args[i].text, actions[action]))
            return &line->what->args[i];
    return NULL;
}

static bool is_never(struct str time)
{
    return str_eq(time, STR("never"));
}

/* backoff-no-exit */

/* The line of 'list' that sets backoff for good, unless a reply of the list ends it.  */
static const struct line *find_trap(const struct section_body *list)
{
    const struct line *trap = NULL;
    for (const struct line *l = lines_first(&list->lines); l; l = l->next) {
        if (l->what->dir->type != TYPE_REPLY || l->bad)
            continue;
        const struct arg *after = find_action(l, ACTION_normal_after);
        bool timed =
            after && !is_never(str_sub(after->text, actions[ACTION_normal_after].n, after->text.n));
        if (find_action(l, ACTION_normal))
            return NULL;
        if (!trap && !timed && find_action(l, ACTION_backoff))
            trap = l;
    }
    return trap;
}

/* What one place, be it a VMTA, a pool or the file, says of the way back: the domains that say
   something, by pattern, and those of them that stand for more than one domain.  */
struct ways {
    struct map exact;
    VEC(const struct domain *) wide;
};

struct backoff {
    const struct model *m;
    struct map traps;        /* list to the line that sets backoff for good */
    struct ways global, own; /* 'own': of the VMTA or pool that is looked at, without 'exact' */
    struct map pools;        /* pool to struct ways */
};

static bool is_wide(struct str pattern)
{
    return str_starts(pattern, STR("*")) || str_starts(pattern, STR("[*.]")) ||
           str_starts(pattern, STR("$"));
}

static bool says_way(const struct model *m, const struct domain *d)
{
    return line_find(&d->lines, m->target[TARGET_domain_normal_after]) ||
           line_find(&d->lines, m->target[TARGET_domain_normal_after_delivery]);
}

static void collect_wide(struct backoff *b, struct ways *w, const struct domains *domains)
{
    w->wide.n = 0;
    for (const struct domain *d = domains->first; d; d = d->next)
        if (is_wide(d->pattern) && says_way(b->m, d))
            VEC_PUSH(b->m->scratch, &w->wide, d);
}

static void collect_ways(struct backoff *b, struct ways *w, const struct domains *domains)
{
    collect_wide(b, w, domains);
    w->exact = (struct map){ .arena = b->m->scratch };
    for (const struct domain *d = domains->first; d; d = d->next)
        if (says_way(b->m, d))
            *map_add(&w->exact, d->pattern) = (void *)(uintptr_t)d;
}

static const struct ways *ways_of_pool(struct backoff *b, const struct pool *pool)
{
    void **slot = map_add(&b->pools, pool->object.name);
    if (!*slot) {
        struct ways *ways = NEW(b->m->scratch, struct ways);
        *slot = ways;
        collect_ways(b, ways, &pool->domains);
    }
    return *slot;
}

/* The domain of a pattern, without what makes it wide.  */
static struct str base_of(struct str pattern)
{
    size_t skip = str_starts(pattern, STR("[*.]")) ? 4 : str_starts(pattern, STR("*.")) ? 2 : 0;
    return str_sub(pattern, skip, pattern.n);
}

/* Settings for 'wide' hold for 'pattern'.  The members of a macro are not looked at: it may.  */
static bool covers(struct str wide, struct str pattern)
{
    struct str outer = base_of(wide), inner = base_of(pattern);
    if (str_eq(wide, STR("*")) || wide.p[0] == '$' || str_starts(pattern, STR("$")))
        return true;
    if (str_ieq(outer, inner))
        return wide.p[0] == '[' || pattern.n > inner.n;
    return inner.n > outer.n && inner.p[inner.n - outer.n - 1] == '.' &&
           str_ieq(outer, str_sub(inner, inner.n - outer.n, outer.n));
}

/* What 'ways' say by the directive 'dir' for 'pattern'; the most specific domain wins.  */
static const struct line *find_way(const struct ways *w, struct str pattern,
                                   const struct directive *dir)
{
    const struct domain *best = map_get(&w->exact, pattern);
    if (best && line_find(&best->lines, dir))
        return line_find(&best->lines, dir);
    best = NULL;
    for (size_t i = 0; i < w->wide.n; i++) {
        const struct domain *d = w->wide.v[i];
        if (covers(d->pattern, pattern) && (!best || d->pattern.n > best->pattern.n) &&
            line_find(&d->lines, dir))
            best = d;
    }
    return best ? line_find(&best->lines, dir) : NULL;
}

/* The same for a queue of 'd': what the block says, its VMTA or pool, the pools of that, and the
   rest last.  */
static const struct line *find_line(struct backoff *b, const struct domain *d,
                                    const struct ref *pools, enum target target)
{
    const struct directive *dir = b->m->target[target];
    const struct line *l = line_find(&d->lines, dir);
    if (!l)
        l = find_way(&b->own, d->pattern, dir);
    for (const struct ref *r = pools; r && !l; r = r->next)
        if (r->to)
            l = find_way(ways_of_pool(b, (const struct pool *)r->to), d->pattern, dir);
    return l ? l : find_way(&b->global, d->pattern, dir);
}

static bool is_way(const struct line *after, const struct line *delivery)
{
    bool yes;
    struct fault fault;
    if (after && (after->bad || (after->what->n_args == 1 && !is_never(after->what->args[0].text))))
        return true;
    return delivery &&
           (delivery->bad || (delivery->what->n_args == 1 &&
                              value_bool(delivery->what->args[0].text, &yes, &fault) && yes));
}

/* The list that 'd' uses and that is a trap, as the line which names it; '*trap' is in the list. */
static const struct line *find_use(const struct backoff *b, const struct domain *d,
                                   const struct line **trap)
{
    const struct line *use =
        d->bad ? NULL : line_find(&d->lines, b->m->target[TARGET_domain_replies]);
    *trap =
        use && !use->bad && use->what->n_args ? map_get(&b->traps, use->what->args[0].text) : NULL;
    return *trap ? use : NULL;
}

static void report_trap(const struct backoff *b, const struct line *use, const struct line *trap)
{
    const struct model *m = b->m;
    struct diag *d = diag_at(m->diags, CHECK_backoff_no_exit, model_maybe(m, LEVEL_WARNING),
                             line_arg_span(use, 0), "nothing ends the backoff that `%.*s` begins",
                             STR_ARG(use->what->args[0].text));
    diag_also(m->diags, d, line_span(trap), "it begins here");
    diag_help_topology(m->diags, d, "write `%s 1h` or `%s yes` in the same block",
                       m->target[TARGET_domain_normal_after]->name,
                       m->target[TARGET_domain_normal_after_delivery]->name);
    diag_help_powermta(m->diags, d, "write `%s 1h` or `%s yes` in the same section",
                       m->target[TARGET_domain_normal_after]->name,
                       m->target[TARGET_domain_normal_after_delivery]->name);
}

/* Judges the domains of one place, whose members have 'pools'.  */
static void judge_place(struct backoff *b, const struct domains *domains, const struct ref *pools)
{
    bool collected = false;
    const struct line *trap;
    for (const struct domain *d = domains->first; d; d = d->next) {
        const struct line *use = find_use(b, d, &trap);
        if (!use || is_way(line_find(&d->lines, b->m->target[TARGET_domain_normal_after]),
                           line_find(&d->lines, b->m->target[TARGET_domain_normal_after_delivery])))
            continue;
        if (!collected && domains != &b->m->domains)
            collect_wide(b, &b->own, domains);
        collected = true;
        if (!is_way(find_line(b, d, pools, TARGET_domain_normal_after),
                    find_line(b, d, pools, TARGET_domain_normal_after_delivery)))
            report_trap(b, use, trap);
    }
    b->own.wide.n = 0;
}

static bool any_says_way(const struct model *m, const struct domains *domains)
{
    for (const struct domain *d = domains->first; d; d = d->next)
        if (says_way(m, d))
            return true;
    return false;
}

/* Mail of 'v' obeys what it or a pool of it says of the way back, whatever stands elsewhere.  */
static bool heeds_itself(struct backoff *b, const struct vmta *v)
{
    for (const struct ref *r = v->pools.first; r; r = r->next)
        if (r->to && ways_of_pool(b, (const struct pool *)r->to)->exact.n)
            return true;
    return any_says_way(b->m, &v->domains);
}

static bool all_heed_themselves(struct backoff *b)
{
    for (size_t i = 0; i < b->m->vmtas.n; i++)
        if (!heeds_itself(b, b->m->vmtas.v[i]))
            return false;
    return b->m->vmtas.n > 0;
}

static bool members_heed_themselves(const struct backoff *b, const struct pool *pool)
{
    for (const struct ref *r = pool->members.first; r; r = r->next)
        if (r->to && !any_says_way(b->m, &((const struct vmta *)r->to)->domains))
            return false;
    return pool->members.first != NULL;
}

static void find_traps(struct backoff *b)
{
    const struct map *lists = &b->m->lists[SCOPE_smtp_pattern_list];
    for (size_t i = 0; i < lists->n; i++) {
        const struct section_body *list = lists->entries[i].value;
        const struct line *trap = list ? find_trap(list) : NULL;
        if (trap)
            *map_add(&b->traps, lists->entries[i].key) = (void *)(uintptr_t)trap;
    }
}

void verify_backoff_no_exit(const struct model *m)
{
    struct backoff b = { .m = m,
                         .traps = { .arena = m->scratch },
                         .pools = { .arena = m->scratch } };
    find_traps(&b);
    if (!b.traps.n)
        return;
    collect_ways(&b, &b.global, &m->domains);
    if (!all_heed_themselves(&b))
        judge_place(&b, &m->domains, NULL);
    for (size_t i = 0; i < m->pools.n; i++)
        if (!members_heed_themselves(&b, m->pools.v[i]))
            judge_place(&b, &m->pools.v[i]->domains, NULL);
    for (size_t i = 0; i < m->vmtas.n; i++)
        judge_place(&b, &m->vmtas.v[i]->domains, m->vmtas.v[i]->pools.first);
}

/* backoff-permanent */

static bool is_byte(const struct regexp_pieces *p, size_t i, char byte)
{
    return i < p->n && p->v[i].kind == REGEXP_BYTE && p->v[i].byte == byte && !p->v[i].counted;
}

/* A digit of a reply's code: itself, or a sign that takes any.  */
static bool is_digit_at(const struct regexp_pieces *p, size_t i)
{
    if (i >= p->n || p->v[i].counted)
        return false;
    enum regexp_kind kind = p->v[i].kind;
    return (kind == REGEXP_BYTE && is_digit(p->v[i].byte)) || kind == REGEXP_CLASS ||
           kind == REGEXP_ANY;
}

/* The pattern begins with 5 at the start of a reply, with a code (550), or with an enhanced one
   (5.1.1, RFC 3463).  */
static bool is_permanent(const struct regexp_pieces *p)
{
    size_t i = 0;
    bool at_start = p->n && p->v[0].kind == REGEXP_START;
    while (i < p->n && (p->v[i].kind == REGEXP_START || p->v[i].kind == REGEXP_OPEN))
        i++;
    if (!is_byte(p, i, '5'))
        return false;
    return at_start || is_byte(p, i + 1, '.') || (is_digit_at(p, i + 1) && is_digit_at(p, i + 2));
}

static void judge_replies(const struct model *m, const struct section_body *list, void *context)
{
    struct regexp_pieces *pieces = context;
    for (const struct line *l = lines_first(&list->lines); l; l = l->next) {
        if (l->what->dir->type != TYPE_REPLY || l->bad || !find_action(l, ACTION_backoff))
            continue;
        const struct arg *arg = pattern_of(l);
        regexp_cut(m->scratch, arg->text, pieces);
        if (!is_permanent(pieces))
            continue;
        struct diag *d = diag(m->diags, CHECK_backoff_permanent, pattern_place(l),
                              "backoff upon a permanent failure (5xx)");
        diag_help(m->diags, d,
                  "fine if it says that you are blocked; for a bad mailbox leave "
                  "`%.*s` out",
                  STR_ARG(actions[ACTION_backoff]));
    }
}

void verify_backoff_permanent(const struct model *m)
{
    struct regexp_pieces pieces = { 0 };
    walk_sections(m, (struct section_walk){ judge_replies, &pieces });
}
