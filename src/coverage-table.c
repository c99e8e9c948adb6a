#include <config.h>

#include "coverage-table.h"

#include "inbound.h"

enum {
    NAMES = 1000000, /* names that are written out in all; beyond that, few in each row */
    FEW_NAMES = 16,
    GROUPS = 100000, /* VMTAs that are told apart in all; beyond that, few for each domain */
    FEW_GROUPS = 8
};

/* Members of a crowd that sign alike.  */
struct part {
    const struct station *station;
    struct kin *kin;
    VEC(const struct vmta *) members;
    size_t turn; /* of the domain for which keys of its own spoke last */
};

/* Members of a crowd that differ in keys of their own alone.  */
struct kin {
    VEC(struct part *) parts;
    size_t n;
    size_t turn, spoken; /* members for whom keys of their own spoke in that turn */
};

/* VMTAs that are looked at together: a pool, or all.  A domain is looked up by the members' keys,
   and whoever has none of them is counted and not visited, so that a large pool in which each
   member has a key of its own costs what it has keys.  */
struct crowd {
    const struct pool *pool; /* NULL: all VMTAs */
    VEC(struct kin *) kins;
    struct map by_domain; /* to the parts with a key of their own for that domain */
    struct map by_station, by_base;
    struct map by_name;
    size_t turn; /* in which it was met last */
};

typedef VEC(struct part *) part_list;
typedef VEC(const struct object *) object_list;

/* Several VMTAs and pools; where they are many, also as a crowd of all VMTAs that they lead to.  */
struct ways {
    object_list list;
    struct crowd *crowd;
};

/* Everybody by whom mail of a domain may leave.  */
struct region {
    object_list objects;
    VEC(struct crowd *) crowds;
};

/* A row that is being filled.  */
struct entry {
    struct table_row row;
    name_list pools, vmtas;
    struct map seen; /* members of several pools to the last turn that met them */
    size_t turn;
};

/* What becomes of a domain's mail to some destinations.  */
struct result {
    struct verdict verdict;
    struct str to[FEW_NAMES];
    size_t n_to, to_left;
};

/* Members of one part, or those of a kin for whom no key of their own spoke.  */
struct group {
    const struct part *part;
    const struct kin *kin;
    size_t n;
};

struct table {
    const struct coverage *c;
    struct arena *arena;
    struct crowd *pools, all;
    struct map sites;     /* domain to the objects whose keys name it */
    struct map takers;    /* pool, or VMTA outside of pools, to those who take its mail */
    struct map instead;   /* name to those by whom its mail may leave as well */
    struct ways unchosen; /* take what no message chooses for */
    struct map unchosen_seen;
    const struct vmta *unsteered; /* {default}, where mail may leave by it */
    struct map region, seen;      /* objects, VMTAs to the last turn that met them */
    size_t turn, names;           /* names that may still be written out */
    VEC(struct entry *) entries;  /* of this turn */
    struct map by_result;         /* text to its entry, of all turns */
    VEC(struct result) results;   /* of the station that was looked at last */
    VEC(struct group) groups;     /* of the crowd that was looked at last */
    size_t groups_left;           /* that may still be told apart */
    struct buf scratch;
    table_rows rows;
};

static struct str bytes_of(const size_t *index)
{
    return (struct str){ (const char *)index, sizeof *index };
}

/* True at the first call in each turn for what 'slot' belongs to.  */
static bool first_time(const struct table *t, void **slot)
{
    bool first = (uintptr_t)*slot != t->turn;
    *slot = (void *)(uintptr_t)t->turn;
    return first;
}

/* Adds 'o' to the list of 'name', where it is not the last one there.  */
static void push_object(struct table *t, struct map *map, struct str name, const struct object *o)
{
    void **slot = map_add(map, name);
    struct ways *ways = *slot;
    if (!ways)
        *slot = ways = NEW(t->arena, struct ways);
    if (!ways->list.n || ways->list.v[ways->list.n - 1] != o)
        VEC_PUSH(t->arena, &ways->list, o);
}

/* Crowds */

static void push_part(struct table *t, struct crowd *crowd, struct str domain, struct part *part)
{
    void **slot = map_add(&crowd->by_domain, domain);
    part_list *list = *slot;
    if (!list)
        *slot = list = NEW(t->arena, part_list);
    if (!list->n || list->v[list->n - 1] != part)
        VEC_PUSH(t->arena, list, part);
}

static bool has_identity(const struct base *base)
{
    bool found = false;
    for (size_t i = 0; i < base->n_views && !found; i++)
        found = base->views[i].identity || base->views[i].fallback;
    return found;
}

static struct part *new_part(struct table *t, struct crowd *crowd, const struct station *s)
{
    struct part *part = NEW(t->arena, struct part);
    /* A fixed identity is looked up among keys that have nothing to do with the sender's domain, so
       such VMTAs are alike only where all their keys are.  */
    bool alone = has_identity(s->base);
    void **slot = map_add(&crowd->by_base, bytes_of(&s->base->index));
    struct kin *kin = alone ? NULL : *slot;
    if (!kin) {
        *slot = kin = NEW(t->arena, struct kin);
        VEC_PUSH(t->arena, &crowd->kins, kin);
    }
    part->station = s;
    part->kin = kin;
    VEC_PUSH(t->arena, &kin->parts, part);
    for (size_t i = 0; i < s->own->n; i++)
        push_part(t, crowd, s->own->v[i].domain, part);
    for (size_t i = 0; i < s->own->lost->n; i++)
        push_part(t, crowd, s->own->lost->entries[i].key, part);
    return part;
}

static void add_member(struct table *t, struct crowd *crowd, const struct vmta *v)
{
    void **slot = map_add(&crowd->by_name, v->object.name);
    if (*slot)
        return;
    *slot = crowd;
    slot = map_add(&crowd->by_station, bytes_of(&v->station->index));
    if (!*slot)
        *slot = new_part(t, crowd, v->station);
    struct part *part = *slot;
    VEC_PUSH(t->arena, &part->members, v);
    part->kin->n++;
}

static struct crowd new_crowd(struct table *t, const struct pool *pool)
{
    const struct map map = { .arena = t->arena }, exact = { .arena = t->arena, .exact = true };
    return (struct crowd){
        .pool = pool, .by_domain = map, .by_name = map, .by_station = exact, .by_base = exact
    };
}

/* Where mail goes */

struct find_takers {
    struct table *t;
    struct str name; /* of the pool or VMTA whose mail is taken */
};

static void find_taker(void *context, const struct vmta *from, const struct route *r)
{
    struct find_takers *f = context;
    struct table *t = f->t;
    if (r->taker && r->taker != &from->object)
        push_object(t, &t->takers, f->name, r->taker);
    bool nothing = r->cold && r->to && !t->c->global->n && !from->station->own->n &&
                   !from->station->base->n_pools;
    if (nothing) /* its cold VMTA signs what it does not */
        push_object(t, &t->instead, r->to->object.name, &from->object);
}

/* Adds 'o' to the sites of all domains for which 'ring' has keys.  */
static void add_sites(struct table *t, const struct ring *ring, const struct object *o)
{
    for (size_t i = 0; i < ring->n; i++)
        push_object(t, &t->sites, ring->v[i].domain, o);
    for (size_t i = 0; i < ring->lost->n; i++)
        push_object(t, &t->sites, ring->lost->entries[i].key, o);
}

static void add_vmta(struct table *t, const struct vmta *v)
{
    struct find_takers f = { t, v->object.name };
    add_member(t, &t->all, v);
    coverage_routes(t->c, v, find_taker, &f);
    for (const struct ref *r = v->pools.first; r; r = r->next) {
        const struct pool *p = coverage_pool_of(r);
        add_member(t, &t->pools[p->common->index], v);
        add_sites(t, v->station->own, &p->object);
        f.name = p->object.name;
        coverage_routes(t->c, v, find_taker, &f);
    }
    if (!v->pools.first)
        add_sites(t, v->station->own, &v->object);
}

/* What patterns choose, and what takes the rest.  */
static void find_choice(void *context, const struct object *chosen, const struct object *rest)
{
    struct table *t = context;
    if (!chosen) {
        void **slot = map_add(&t->unchosen_seen, rest->name);
        if (!*slot)
            VEC_PUSH(t->arena, &t->unchosen.list, rest);
        *slot = t;
        return;
    }
    push_object(t, &t->instead, chosen->name, rest);
    if (chosen->kind == KIND_vmta) {
        const struct vmta *v = (const struct vmta *)(const void *)chosen;
        for (const struct ref *r = v->pools.first; r; r = r->next)
            push_object(t, &t->instead, coverage_pool_of(r)->object.name, rest);
    }
}

static void prepare(struct table *t, const struct model *m)
{
    t->pools = NEW_ARRAY(t->arena, struct crowd, m->pools.n);
    t->all = new_crowd(t, NULL);
    for (size_t i = 0; i < m->pools.n; i++)
        t->pools[i] = new_crowd(t, m->pools.v[i]);
    for (size_t i = 0; i < m->vmtas.n; i++)
        add_vmta(t, m->vmtas.v[i]);
    for (size_t i = 0; i < m->pools.n; i++)
        add_sites(t, m->pools.v[i]->common->ring, &m->pools.v[i]->object);
    for (size_t i = 0; i < t->c->global->n; i++)
        map_add(&t->sites, t->c->global->v[i].domain);
    coverage_choices(t->c, find_choice, t);
    if (coverage_leaves_unsteered(m)) {
        struct vmta *v = NEW(t->arena, struct vmta);
        v->object.name = STR("{default}");
        v->station = t->c->unsteered;
        t->unsteered = v;
    }
}

/* Results */

static bool same_verdict(const struct verdict *a, const struct verdict *b)
{
    if (a->why != b->why || a->asked != b->asked || !a->key != !b->key)
        return false;
    return a->key == b->key ||
           (str_eq(a->key->key->what->file.text, b->key->key->what->file.text) &&
            str_eq(a->key->key->what->selector.text, b->key->key->what->selector.text) &&
            str_eq(a->key->domain, b->key->domain));
}

static void add_destination(struct result *r, struct str pattern)
{
    if (r->n_to < FEW_NAMES)
        r->to[r->n_to++] = pattern;
    else
        r->to_left++;
}

/* Only the first patterns are kept, so that many of them cost little.  */
static void add_destinations(struct result *r, const struct view *view)
{
    size_t n = view->n_more < FEW_NAMES ? view->n_more : FEW_NAMES;
    add_destination(r, view->pattern);
    for (size_t i = 0; i < n; i++)
        add_destination(r, view->more[i]);
    r->to_left += view->n_more - n;
}

/* What becomes of mail of 'domain', first for all destinations, then for those that differ, in
   't->results'.  */
static void find_results(struct table *t, const struct station *s, struct str domain)
{
    t->results.n = 0;
    for (size_t i = 0; i < s->base->n_views; i++) {
        const struct view *view = &s->base->views[i];
        struct result new = { .verdict = coverage_judge(t->c, s, view, domain) };
        size_t k = i ? 1 : 0;
        if (i && !view->nested && same_verdict(&new.verdict, &t->results.v[0].verdict))
            continue;
        while (k < t->results.n && !same_verdict(&t->results.v[k].verdict, &new.verdict))
            k++;
        if (k == t->results.n)
            VEC_PUSH(t->arena, &t->results, new);
        if (i)
            add_destinations(&t->results.v[k], view);
    }
}

/* The text by which equal results are known.  */
static struct str result_text(struct table *t, const struct result *r)
{
    const struct sign_key *key = r->verdict.key;
    struct buf *text = &t->scratch;
    text->n = 0;
    buf_printf(text, "%d %d %zu", (int)r->verdict.why, r->verdict.asked, r->to_left);
    const struct str parts[] = { key ? key->key->what->selector.text : STR(""),
                                 key ? key->domain : STR(""),
                                 key ? key->key->what->file.text : STR("") };
    for (size_t i = 0; i < 3 + r->n_to; i++) {
        buf_char(text, '\n');
        buf_put(text, i < 3 ? parts[i] : r->to[i - 3]);
    }
    return buf_str(text);
}

static struct entry *new_entry(struct table *t, struct str text, const struct result *r)
{
    struct entry *e = NEW(t->arena, struct entry);
    e->row.verdict = r->verdict;
    e->row.to_left = r->to_left;
    e->seen = (struct map){ .arena = t->arena };
    for (size_t i = 0; i < r->n_to; i++)
        VEC_PUSH(t->arena, &e->row.to, r->to[i]);
    *map_add(&t->by_result, arena_str(t->arena, text)) = e;
    return e;
}

/* The entry of a result, empty at first in each turn.  Entries are kept, since the same results
   come again with other domains.  */
static struct entry *entry_for(struct table *t, const struct result *r)
{
    struct str text = result_text(t, r);
    struct entry *e = map_get(&t->by_result, text);
    e = e ? e : new_entry(t, text, r);
    if (e->turn == t->turn)
        return e;
    e->turn = t->turn;
    e->vmtas.n = e->pools.n = 0;
    e->row.n = e->row.left = 0;
    VEC_PUSH(t->arena, &t->entries, e);
    return e;
}

/* The same VMTA came by another pool before.  */
static bool is_repeated(const struct table *t, struct entry *e, const struct vmta *v)
{
    return v->pools.first != v->pools.last && !first_time(t, map_add(&e->seen, v->object.name));
}

/* False where the name is not to be written out any more.  */
static bool add_name(struct table *t, struct entry *e, const struct vmta *v)
{
    if (!t->names && e->vmtas.n >= FEW_NAMES)
        return false;
    if (is_repeated(t, e, v)) {
        e->row.n--;
        return true;
    }
    t->names -= t->names > 0;
    VEC_PUSH(t->arena, &e->vmtas, v->object.name);
    return true;
}

static const struct station *station_of(const struct table *t, const struct group *g)
{
    size_t i = 0;
    if (g->part)
        return g->part->station;
    while (g->kin->parts.v[i]->turn == t->turn)
        i++;
    return g->kin->parts.v[i]->station;
}

static size_t add_part(struct table *t, struct entry *e, const struct part *part)
{
    size_t n = 0;
    while (n < part->members.n && add_name(t, e, part->members.v[n]))
        n++;
    return n;
}

static void add_group(struct table *t, struct entry *e, const struct group *g)
{
    size_t named = g->part ? add_part(t, e, g->part) : 0;
    for (size_t i = 0; g->kin && i < g->kin->parts.n; i++) {
        const struct part *part = g->kin->parts.v[i];
        if (part->turn == t->turn)
            continue;
        size_t n = add_part(t, e, part);
        named += n;
        if (n < part->members.n)
            break;
    }
    e->row.n += g->n;
    e->row.left += g->n - named;
}

/* False where no more groups are to be told apart.  */
static bool add_group_of(struct table *t, struct part *part, struct kin *kin, size_t n)
{
    if (!t->groups_left && t->groups.n >= FEW_GROUPS)
        return false;
    t->groups_left -= t->groups_left > 0;
    VEC_PUSH(t->arena, &t->groups, (struct group){ part, kin, n });
    return true;
}

/* Adds a part with keys of its own for the domain.  */
static bool add_speaker(struct table *t, struct part *part)
{
    struct kin *kin = part->kin;
    if (part->turn == t->turn)
        return true;
    part->turn = t->turn;
    kin->spoken = kin->turn == t->turn ? kin->spoken : 0;
    kin->turn = t->turn;
    kin->spoken += part->members.n;
    return add_group_of(t, part, NULL, part->members.n);
}

/* Splits the crowd by who speaks for 'domain', in 't->groups'.  Returns how many members are in
   none, since there are too many of them.  */
static size_t find_groups(struct table *t, struct crowd *crowd, struct str domain)
{
    bool room = true;
    size_t told = 0;
    t->groups.n = 0;
    for (; domain.n && room; domain = coverage_wider(domain)) {
        const part_list *list = map_get(&crowd->by_domain, domain);
        for (size_t i = 0; list && i < list->n && room; i++)
            room = add_speaker(t, list->v[i]);
    }
    for (size_t i = 0; i < crowd->kins.n && room; i++) {
        struct kin *kin = crowd->kins.v[i];
        size_t spoken = kin->turn == t->turn ? kin->spoken : 0;
        if (spoken < kin->n)
            room = add_group_of(t, NULL, kin, kin->n - spoken);
    }
    for (size_t i = 0; i < t->groups.n; i++)
        told += t->groups.v[i].n;
    return crowd->by_name.n - told;
}

/* All groups share the results of the first one.  */
static bool is_whole(struct table *t, struct str domain)
{
    VEC(struct entry *) first = { 0 };
    bool same = true;
    for (size_t i = 0; i < t->groups.n && same; i++) {
        find_results(t, station_of(t, &t->groups.v[i]), domain);
        for (size_t k = 0; k < t->results.n && !i; k++)
            VEC_PUSH(t->arena, &first, entry_for(t, &t->results.v[k]));
        same = t->results.n == first.n;
        for (size_t k = 0; k < t->results.n && same; k++)
            same = entry_for(t, &t->results.v[k]) == first.v[k];
    }
    return same;
}

static void judge_crowd(struct table *t, struct crowd *crowd, struct str domain)
{
    size_t untold = find_groups(t, crowd, domain);
    bool whole = crowd->pool && !untold && is_whole(t, domain);
    for (size_t i = 0; i < (whole ? 1 : t->groups.n); i++) {
        find_results(t, station_of(t, &t->groups.v[i]), domain);
        for (size_t k = 0; k < t->results.n; k++) {
            struct entry *e = entry_for(t, &t->results.v[k]);
            if (whole) {
                VEC_PUSH(t->arena, &e->pools, crowd->pool->object.name);
                e->row.n += crowd->by_name.n;
            } else {
                add_group(t, e, &t->groups.v[i]);
            }
        }
    }
    if (untold) {
        struct entry *e = entry_for(t, &(struct result){ .verdict = { .why = WHY_untold } });
        e->row.n += untold;
        e->row.left += untold;
    }
}

static void judge_vmta(struct table *t, const struct vmta *v, struct str domain)
{
    if (!first_time(t, map_add(&t->seen, v->object.name)))
        return;
    find_results(t, v->station, domain);
    for (size_t i = 0; i < t->results.n; i++) {
        struct entry *e = entry_for(t, &t->results.v[i]);
        e->row.n++;
        e->row.left += !add_name(t, e, v);
    }
}

/* Domains */

/* All VMTAs that the list leads to, and those who take their mail in turn.  */
static struct crowd *gather(struct table *t, const object_list *list)
{
    struct crowd *crowd = NEW(t->arena, struct crowd);
    struct map seen = { .arena = t->arena };
    object_list all = { 0 };
    *crowd = new_crowd(t, NULL);
    for (size_t i = 0; i < list->n; i++)
        VEC_PUSH(t->arena, &all, list->v[i]);
    for (size_t i = 0; i < all.n; i++) {
        const struct object *o = all.v[i];
        void **slot = map_add(&seen, o->name);
        const struct ways *takers = *slot ? NULL : map_get(&t->takers, o->name);
        for (size_t k = 0; takers && k < takers->list.n; k++)
            VEC_PUSH(t->arena, &all, takers->list.v[k]);
        *slot = crowd;
        if (o->kind == KIND_vmta)
            add_member(t, crowd, (const struct vmta *)(const void *)o);
        else
            for (const struct ref *r = ((const struct pool *)(const void *)o)->members.first; r;
                 r = r->next)
                if (coverage_member(r))
                    add_member(t, crowd, coverage_member(r));
    }
    return crowd;
}

static void reach(struct table *t, struct region *region, struct ways *more)
{
    if (more && more->list.n > FEW_NAMES) {
        more->crowd = more->crowd ? more->crowd : gather(t, &more->list);
        if (more->crowd->turn != t->turn)
            VEC_PUSH(t->arena, &region->crowds, more->crowd);
        more->crowd->turn = t->turn;
        return;
    }
    for (size_t i = 0; more && i < more->list.n; i++)
        if (first_time(t, map_add(&t->region, more->list.v[i]->name)))
            VEC_PUSH(t->arena, &region->objects, more->list.v[i]);
}

/* Those whose keys name the domain, and who their mail comes to.  */
static void find_region(struct table *t, struct str domain, struct region *region)
{
    const struct ways *sites = map_get(&t->sites, domain);
    object_list *list = &region->objects;
    for (size_t i = 0; sites && i < sites->list.n; i++)
        if (first_time(t, map_add(&t->region, sites->list.v[i]->name)))
            VEC_PUSH(t->arena, list, sites->list.v[i]);
    reach(t, region, &t->unchosen);
    for (size_t i = 0; i < list->n; i++) {
        reach(t, region, map_get(&t->instead, list->v[i]->name));
        reach(t, region, map_get(&t->takers, list->v[i]->name));
    }
}

/* The VMTA is looked at with others.  */
static bool is_covered(struct table *t, const struct region *region, const struct vmta *v)
{
    bool found = false;
    for (const struct ref *r = v->pools.first; r && !found; r = r->next)
        found = map_get(&t->region, coverage_pool_of(r)->object.name) == (void *)(uintptr_t)t->turn;
    for (size_t i = 0; i < region->crowds.n && !found; i++)
        found = map_get(&region->crowds.v[i]->by_name, v->object.name) != NULL;
    return found;
}

static void judge_region(struct table *t, struct str domain)
{
    struct region region = { .objects = { 0 } };
    find_region(t, domain, &region);
    for (size_t i = 0; i < region.objects.n; i++) {
        const struct object *o = region.objects.v[i];
        if (o->kind != KIND_vmta)
            judge_crowd(t, &t->pools[((const struct pool *)(const void *)o)->common->index],
                        domain);
        else if (!is_covered(t, &region, (const struct vmta *)(const void *)o))
            judge_vmta(t, (const struct vmta *)(const void *)o, domain);
    }
    for (size_t i = 0; i < region.crowds.n; i++)
        judge_crowd(t, region.crowds.v[i], domain);
}

/* Those that are signed come first.  */
static void add_rows(struct table *t, bool is_signed)
{
    for (size_t i = 0; i < t->entries.n; i++) {
        struct entry *e = t->entries.v[i];
        if ((e->row.verdict.key != NULL) != is_signed || !e->row.n)
            continue;
        coverage_ranges(t->arena, &e->pools, &e->row.pools);
        coverage_ranges(t->arena, &e->vmtas, &e->row.vmtas);
        VEC_PUSH(t->arena, &t->rows, e->row);
    }
}

static void judge_domain(struct table *t, struct str domain, table_fn *visit, void *context)
{
    t->turn++;
    t->entries.n = t->rows.n = 0;
    if (coverage_is_any(domain) || coverage_find(t->c->global, domain))
        judge_crowd(t, &t->all, domain);
    else
        judge_region(t, domain);
    if (t->unsteered)
        judge_vmta(t, t->unsteered, domain);
    add_rows(t, true);
    add_rows(t, false);
    visit(context, domain, &t->rows);
}

void coverage_table(const struct coverage *c, table_fn *visit, void *context)
{
    struct arena *arena = c->m->scratch;
    const struct map map = { .arena = arena };
    struct table t = { .c = c, .arena = arena, .names = NAMES, .groups_left = GROUPS };
    t.sites = t.takers = t.instead = t.region = t.seen = t.unchosen_seen = map;
    t.by_result = (struct map){ .arena = arena, .exact = true };
    t.scratch.arena = arena;
    if (!c->n_keys)
        return;
    prepare(&t, c->m);
    for (size_t i = 0; i < t.sites.n; i++)
        if (!coverage_is_any(t.sites.entries[i].key))
            judge_domain(&t, t.sites.entries[i].key, visit, context);
    judge_domain(&t, STR("*"), visit, context);
}
