#include <config.h>

#include "facts-internal.h"

/* Lines that restate PowerMTA's default.

   Such a line says nothing where nothing wider can say otherwise, and all where something does.
   What is wider: for a source by address the networks around it, for one with a name all networks
   and {auth}; for a domain the wider patterns beside it, then pools, then the server; for a VMTA
   the pools and the server; for the TLS of a listener that of the server (sections 7, 8 and 13 of
   the notes on PowerMTA's syntax).  Pools count for all VMTAs, so that a line may be kept that a
   closer look would drop; the other way round there is no mistake.  Defaults are known of 5.0.  */

/* What all lines of a directive in <domain> sections say.  */
struct unison {
    const struct fact_words *is; /* of the first; NULL: there is none */
    bool mixed;                  /* two of them differ */
    bool widest;                 /* the server's <domain *> is one of their places */
};

struct silence {
    struct facts *f;
    unsigned char *said;     /* of each directive: where it is set otherwise, as bits */
    struct unison *unison;   /* of each directive, for what domains say */
    size_t *disputed;        /* of each directive: the last section that sets it otherwise */
    struct map at;           /* domains of pools and the server where a directive is */
    struct map networks;     /* networks where a directive is */
    VEC(struct cidr) widths; /* of those, one for each family and length */
};

enum {
    BY_SERVER = 1,
    BY_POOL = 2,
    BY_WIDE_DOMAIN = 4,
    BY_NETWORK = 8,
    BY_AUTH = 16,
    BY_DOMAIN = 32
};

static size_t index_of(const struct directive *dir)
{
    return (size_t)(dir - dict_at(0));
}

static bool is_wide(struct str pattern)
{
    return str_find(pattern, '*') < pattern.n || str_find(pattern, '[') < pattern.n ||
           str_find(pattern, '$') < pattern.n;
}

static bool is_any(struct str pattern)
{
    return str_eq(pattern, STR("*"));
}

static struct str place_key(struct silence *k, const struct directive *dir, struct str place)
{
    k->f->text.n = 0;
    buf_printf(&k->f->text, "%zu ", index_of(dir));
    for (size_t i = 0; i < place.n; i++)
        buf_char(&k->f->text, to_lower(place.p[i]));
    return buf_str(&k->f->text);
}

static void note_place(struct silence *k, struct map *map, const struct directive *dir,
                       struct str place)
{
    struct str key = place_key(k, dir, place);
    if (!map_find(map, key))
        *map_add(map, arena_str(k->f->arena, key)) = k;
}

static bool network_of(const struct facts_section *s, struct cidr *cidr)
{
    struct fault fault;
    if (s->scope != SCOPE_source || !value_cidr(s->arg, cidr, &fault))
        return false;
    *cidr = cidr_network(cidr);
    return true;
}

static struct str network_text(const struct cidr *cidr, char text[56])
{
    return str_of(cidr_text(cidr, text));
}

static void note_network(struct silence *k, const struct directive *dir, const struct cidr *cidr)
{
    char text[56];
    note_place(k, &k->networks, dir, network_text(cidr, text));
    for (size_t i = 0; i < k->widths.n; i++)
        if (k->widths.v[i].bits == cidr->bits && k->widths.v[i].addr.family == cidr->addr.family)
            return;
    VEC_PUSH(k->f->arena, &k->widths, *cidr);
}

static bool is_server_any(const struct facts_section *s)
{
    return s->scope == SCOPE_domain && s->parent->scope == SCOPE_global && is_any(s->arg);
}

static void note_unison(struct silence *k, const struct facts_section *s,
                        const struct fact_words *is)
{
    struct unison *u = &k->unison[index_of(is->dir)];
    u->mixed |= u->is && (!str_eq(u->is->value, is->value) || is->hidden);
    u->is = is;
    u->widest |= is_server_any(s);
}

/* The server's <domain *> says it, and no domain anywhere says otherwise.  */
static bool is_restated(const struct silence *k, const struct facts_section *s,
                        const struct fact *fact)
{
    const struct directive *dir = fact->is->dir;
    if (s->scope != SCOPE_domain || !dir || dir->repeatable || is_server_any(s))
        return false;
    return k->unison[index_of(dir)].widest && !k->unison[index_of(dir)].mixed;
}

/* Where 's', which sets 'dir' otherwise than usual, is heard.  */
static void note(struct silence *k, struct facts_section *s, const struct directive *dir)
{
    unsigned char *said = &k->said[index_of(dir)];
    struct cidr cidr;
    if (s->scope == SCOPE_global)
        *said |= BY_SERVER;
    if (s->scope == SCOPE_virtual_mta_pool)
        *said |= BY_POOL;
    if (s->scope == SCOPE_source && network_of(s, &cidr)) {
        *said |= BY_NETWORK;
        note_network(k, dir, &cidr);
    } else if (s->scope == SCOPE_source && facts_is_reserved(s->arg)) {
        *said |= BY_AUTH;
    }
    if (s->scope != SCOPE_domain)
        return;
    if (s->parent->scope == SCOPE_virtual_mta || s->parent->scope == SCOPE_virtual_mta_pool)
        s->parent->widened |= is_wide(s->arg) ? line_bit(dir) : 0;
    if (s->parent->scope == SCOPE_virtual_mta)
        return;
    *said |= BY_DOMAIN | (is_wide(s->arg) ? BY_WIDE_DOMAIN : 0);
    note_place(k, &k->at, dir, s->arg);
}

static bool network_is_overruled(struct silence *k, const struct directive *dir,
                                 const struct cidr *cidr)
{
    char text[56];
    for (size_t i = 0; i < k->widths.n; i++) {
        struct cidr wider = *cidr;
        wider.bits = k->widths.v[i].bits;
        if (wider.bits >= cidr->bits || wider.addr.family != k->widths.v[i].addr.family)
            continue;
        wider = cidr_network(&wider);
        if (map_find(&k->networks, place_key(k, dir, network_text(&wider, text))))
            return true;
    }
    /* Whether 0/0 is all of IPv6 too is not documented.  */
    struct cidr all = { .addr = { .family = 4 } };
    return cidr->addr.family == 6 &&
           map_find(&k->networks, place_key(k, dir, network_text(&all, text)));
}

static bool domain_is_overruled(struct silence *k, const struct facts_section *s,
                                const struct directive *dir)
{
    unsigned said = k->said[index_of(dir)];
    bool any = is_any(s->arg);
    if (s->parent->scope == SCOPE_global)
        return !any && (said & BY_WIDE_DOMAIN);
    if (!any && (s->parent->widened & line_bit(dir)))
        return true;
    if (is_wide(s->arg))
        return said & BY_DOMAIN;
    return said & BY_WIDE_DOMAIN || map_find(&k->at, place_key(k, dir, s->arg));
}

/* The directive of the server behind that of a listener, or NULL.  */
static const struct directive *server_tls(const struct facts *f, const struct directive *dir)
{
    enum { PLACE_listener, PLACE_server };
    static const enum target rows[][9] = {
#define TARGET_NONE N_TARGETS
#define IDENTITY(PLACE, A, B, C, D, E, P0, P1, P2, P3)                                             \
    { TARGET_##A,  TARGET_##B,  TARGET_##C,  TARGET_##D, TARGET_##E,                               \
      TARGET_##P0, TARGET_##P1, TARGET_##P2, TARGET_##P3 },
#include "../grammar/identity.def"
#undef IDENTITY
    };
    for (size_t i = 0; i < sizeof rows[0] / sizeof rows[0][0]; i++)
        if (f->target[rows[PLACE_listener][i]] == dir)
            return f->target[rows[PLACE_server][i]];
    return NULL;
}

/* Without 'fact' something else than the default would hold.  */
static bool is_overruled(struct silence *k, const struct facts_section *s, const struct fact *fact)
{
    unsigned said = k->said[index_of(fact->is->dir)];
    const struct directive *server;
    struct cidr cidr;
    if (s->scope == SCOPE_domain)
        return domain_is_overruled(k, s, fact->is->dir);
    if (s->scope == SCOPE_source)
        return network_of(s, &cidr) ? network_is_overruled(k, fact->is->dir, &cidr)
                                    : said & (BY_NETWORK | BY_AUTH);
    if (s->scope == SCOPE_smtp_listener) {
        server = server_tls(k->f, fact->is->dir);
        return server && k->said[index_of(server)];
    }
    return (s->scope == SCOPE_virtual_mta && said & (BY_SERVER | BY_POOL)) ||
           (s->scope == SCOPE_virtual_mta_pool && said & BY_SERVER);
}

/* Marks the usual lines of 's', unless another of the section says otherwise: which of them counts
   is not known.  */
static void silence_section(struct silence *k, struct facts_section *s, size_t mark)
{
    for (const struct fact *fact = s->first; fact; fact = fact->next)
        if (fact->is->dir && !fact->is->usual)
            k->disputed[index_of(fact->is->dir)] = mark;
    for (struct fact *fact = s->first; fact; fact = fact->next)
        fact->silent |= is_restated(k, s, fact) ||
                        (fact->is->usual && k->disputed[index_of(fact->is->dir)] != mark &&
                         !is_overruled(k, s, fact));
}

void facts_silence(struct facts *f)
{
    struct silence k = { .f = f };
    if (f->version < PMTA_5_0)
        return;
    k.said = NEW_ARRAY(f->arena, unsigned char, dict_count());
    k.unison = NEW_ARRAY(f->arena, struct unison, dict_count());
    k.disputed = NEW_ARRAY(f->arena, size_t, dict_count());
    k.at = k.networks = (struct map){ .arena = f->arena, .exact = true };
    for (size_t i = 0; i < f->sections.n; i++) {
        struct facts_section *s = f->sections.entries[i].value;
        for (const struct fact *fact = s ? s->first : NULL; fact; fact = fact->next) {
            if (s->scope == SCOPE_domain && fact->is->dir)
                note_unison(&k, s, fact->is);
            if (fact->is->dir && !fact->is->usual && fact->is->dir->fallback[0])
                note(&k, s, fact->is->dir);
        }
    }
    for (size_t i = 0; i < f->sections.n; i++) {
        struct facts_section *s = f->sections.entries[i].value;
        if (s && !facts_is_ordered(s))
            silence_section(&k, s, i + 1);
    }
}
