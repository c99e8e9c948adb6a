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

bool effective_requires_login(const struct model *m, const struct listener *l)
{
    return line_bool(l->effective, m->target[TARGET_source_require_auth]) == 1;
}

bool effective_offers_login(const struct model *m, const struct listener *l)
{
    return line_bool(l->effective, m->target[TARGET_source_allow_auth]) != 0 &&
           (!l->written || m->users.n > 0);
}
