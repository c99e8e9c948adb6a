#include <config.h>

#include "coverage-table.h"

#include "effective.h"
#include "inbound.h"

/* Where mail comes in, and who chooses by what it leaves.  */

static const struct line *steers(const struct model *m, const struct lines *lines)
{
    const struct line *line = line_find(lines, m->target[TARGET_source_default_vmta]);
    return line && line_word(line).n ? line : NULL;
}

/* The rules by address that hold for everybody choose a VMTA.  */
static bool rest_is_steered(const struct model *m)
{
    for (size_t i = 0; i < m->inbound->addresses.n; i++) {
        const struct rule *rule = m->inbound->addresses.v[i];
        if (!rule->cidr.bits && steers(m, &rule->lines))
            return true;
    }
    return false;
}

/* Some client may relay by its address, and nothing said for that address chooses.  */
static bool relays_unsteered(const struct model *m)
{
    for (size_t i = 0; i < m->inbound->addresses.n; i++) {
        const struct rule *rule = m->inbound->addresses.v[i];
        if (line_bool(&rule->lines, m->target[TARGET_source_relay]) == 1 &&
            !steers(m, &rule->lines))
            return true;
    }
    return false;
}

/* A user who may relay, and nothing said for him chooses.  */
static bool logs_in_unsteered(const struct model *m)
{
    for (size_t i = 0; i < m->users.n; i++) {
        const struct lines *lines = m->users.v[i]->effective;
        if (line_bool(lines, m->target[TARGET_source_relay]) == 1 && !steers(m, lines))
            return true;
    }
    return false;
}

bool coverage_leaves_unsteered(const struct model *m)
{
    bool users = logs_in_unsteered(m), clients = relays_unsteered(m), found = false;
    if (rest_is_steered(m))
        return false;
    for (size_t i = 0; i < m->listeners.n && !found; i++) {
        const struct listener *l = m->listeners.v[i];
        bool open = !effective_requires_login(m, l) &&
                    line_bool(l->effective, m->target[TARGET_source_relay]) != 0;
        found = !steers(m, l->effective) &&
                ((users && effective_offers_login(m, l)) || (clients && open));
    }
    return found;
}

/* The VMTA or pool that a line of a pattern list chooses, or NULL.  */
static const struct object *chosen_by(const struct model *m, const struct line *l)
{
    static const struct str choice = STR_INIT("virtual-mta=");
    for (uint32_t i = 0; i < l->what->n_args; i++) {
        struct str text = l->what->args[i].text;
        if (!l->what->args[i].pattern && str_starts(text, choice))
            return map_get(&m->names[KIND_vmta], str_sub(text, choice.n, text.n));
    }
    return NULL;
}

struct choices {
    const struct model *m;
    choice_fn *visit;
    void *context;
    const struct object *rest;
};

static void visit_list(const struct choices *k, const struct section_body *list)
{
    for (const struct line *l = lines_first(&list->lines); l; l = l->next) {
        const struct object *chosen = l->bad ? NULL : chosen_by(k->m, l);
        if (chosen && chosen != k->rest)
            k->visit(k->context, chosen, k->rest);
        if (l->what->nested)
            visit_list(k, l->what->nested);
    }
}

/* 'seen' holds the lists with what takes their rest.  */
static void visit_rule(struct choices *k, struct map *seen, const struct lines *lines)
{
    const struct model *m = k->m;
    const struct line *rest = steers(m, lines);
    const struct line *list = line_find(lines, m->target[TARGET_source_pattern_list]);
    k->rest = rest ? map_get(&m->names[KIND_vmta], line_word(rest)) : NULL;
    if (!k->rest)
        return;
    if (line_bool(lines, m->target[TARGET_source_x_vmta]) == 1)
        k->visit(k->context, NULL, k->rest);
    if (!list || list->bad)
        return;
    const struct section_body *body = map_get(&m->lists[SCOPE_pattern_list], line_word(list));
    void **slot = map_add(seen, arena_printf(m->scratch, "%.*s %.*s", STR_ARG(line_word(list)),
                                             STR_ARG(k->rest->name)));
    if (body && !*slot)
        visit_list(k, body);
    *slot = k;
}

void coverage_choices(const struct coverage *c, choice_fn *visit, void *context)
{
    struct choices k = { c->m, visit, context, NULL };
    struct map seen = { .arena = c->m->scratch };
    const struct inbound *in = c->m->inbound;
    for (size_t i = 0; i < in->named.n; i++)
        visit_rule(&k, &seen, &in->named.v[i]->lines);
    for (size_t i = 0; i < in->addresses.n; i++)
        visit_rule(&k, &seen, &in->addresses.v[i]->lines);
}
