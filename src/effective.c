#include <config.h>

#include "effective.h"

static enum reach endpoint_reach(const struct endpoint *e)
{
    switch (cidr_kind(&e->cidr)) {
    case ADDR_LOOPBACK:
        return REACH_LOOPBACK;
    case ADDR_PRIVATE:
    case ADDR_LINK_LOCAL:
        return REACH_PRIVATE;
    case ADDR_PUBLIC:
    case ADDR_UNSPECIFIED:
    case ADDR_DOCUMENTATION:
    case ADDR_MULTICAST:
    case ADDR_RESERVED:
        break;
    }
    return REACH_PUBLIC;
}

enum reach effective_reach(const struct listener *l)
{
    enum reach widest = REACH_LOOPBACK;
    for (const struct endpoint *e = l->endpoints; e; e = e->next)
        if (!e->bad && endpoint_reach(e) > widest)
            widest = endpoint_reach(e);
    return widest;
}

bool effective_is_wildcard(const struct cidr *cidr)
{
    return cidr_is_any(cidr) || cidr_kind(cidr) == ADDR_UNSPECIFIED;
}

unsigned effective_clients(const struct cidr *cidr)
{
    static const struct cidr here_4 = { { { 127 }, 4 }, 8 };
    static const struct cidr here_6 = { { { [15] = 1 }, 6 }, 128 };
    bool six = cidr->addr.family == 6;
    const struct cidr *here = six ? &here_6 : &here_4;
    unsigned from = 0;
    if (cidr_is_any(cidr))
        return FROM_ALL;
    if (cidr_overlaps(cidr, here))
        from |= six ? FROM_HERE_6 : FROM_HERE_4;
    if (!cidr_contains(here, cidr))
        from |= six ? FROM_AWAY_6 : FROM_AWAY_4;
    return from;
}

unsigned effective_reached_from(const struct listener *l)
{
    unsigned from = 0;
    for (const struct endpoint *e = l->endpoints; e; e = e->next)
        from |= e->bad || effective_is_wildcard(&e->cidr) ? FROM_ALL : effective_clients(&e->cidr);
    return from;
}

/* These switches protect; of all others, what is on is what may harm.  */
static int harmful(enum target target)
{
    bool protects = target == TARGET_source_require_auth ||
                    target == TARGET_source_starttls_before_auth ||
                    target == TARGET_source_allow_starttls;
    return protects ? 0 : 1;
}

const struct line *effective_line(const struct model *m, const struct lines *lines,
                                  enum target target)
{
    const struct directive *dir = m->target[target];
    const struct line *last = line_find(lines, dir);
    for (const struct line *l = last && m->raw ? lines_first(lines) : NULL; l; l = l->next)
        if (l->what->dir == dir && line_switch(l) == harmful(target))
            return l;
    return last;
}

int effective_said(const struct model *m, const struct lines *lines, enum target target)
{
    const struct line *line = effective_line(m, lines, target);
    bool left_out = line && line->what->lost && line->what->dir->since > m->version;
    return line && !left_out ? line_switch(line) : -1;
}

bool effective_requires_login(const struct model *m, const struct listener *l)
{
    return effective_said(m, l->effective, TARGET_source_require_auth) == 1;
}

bool effective_offers_login(const struct model *m, const struct listener *l)
{
    return effective_said(m, l->effective, TARGET_source_allow_auth) != 0 &&
           (!l->written || m->users.n > 0);
}

/* A section says it once, so that the directive beside the word wins; on the line that listeners
   are before 5.0 either makes it so.  */
bool effective_is_implicit(const struct model *m, const struct listener *l)
{
    int said = line_bool(&l->lines, m->target[TARGET_listener_immediate_tls]);
    if (m->version >= PMTA_5_0 && said >= 0)
        return said == 1;
    return said == 1 || l->tls.word == TLS_implicit;
}
