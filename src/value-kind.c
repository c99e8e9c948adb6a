#include <config.h>

#include "value.h"

#include <stdio.h>

/* The IANA special-purpose address registries (RFC 6890 and its updates) with what belongs to the
   multicast and reserved spaces.  IPv4 comes first, and ranges with a lower first byte before those
   with a higher one; more specific ranges stand before those that hold them.  */
static const struct {
    struct cidr range;
    enum addr_kind kind;
} ranges[] = {
#define V4(A, B, C, D, BITS, KIND) { { { { A, B, C, D }, 4 }, BITS }, ADDR_##KIND }
#define V6(A, B, C, D, BITS, KIND)                                                              \
    { { { { (A) >> 8, (A) & 255, (B) >> 8, (B) & 255, (C) >> 8, (C) & 255, (D) >> 8, (D) & 255 },  \
          6 }, BITS }, ADDR_##KIND }
    V4(0, 0, 0, 0, 8, UNSPECIFIED),
    V4(10, 0, 0, 0, 8, PRIVATE),
    V4(100, 64, 0, 0, 10, PRIVATE),             /* RFC 6598 */
    V4(127, 0, 0, 0, 8, LOOPBACK),
    V4(169, 254, 0, 0, 16, LINK_LOCAL),
    V4(172, 16, 0, 0, 12, PRIVATE),
    V4(192, 0, 0, 9, 32, PUBLIC),               /* RFC 7723, PCP anycast */
    V4(192, 0, 0, 10, 32, PUBLIC),              /* RFC 8155, TURN anycast */
    V4(192, 0, 0, 0, 24, RESERVED),
    V4(192, 0, 2, 0, 24, DOCUMENTATION),
    V4(192, 88, 99, 0, 24, RESERVED),           /* RFC 7526, the old 6to4 relays */
    V4(192, 168, 0, 0, 16, PRIVATE),
    V4(198, 18, 0, 0, 15, RESERVED),            /* RFC 2544, benchmarking */
    V4(198, 51, 100, 0, 24, DOCUMENTATION),
    V4(203, 0, 113, 0, 24, DOCUMENTATION),
    V4(224, 0, 0, 0, 4, MULTICAST),
    V4(240, 0, 0, 0, 4, RESERVED),
    { { { { [15] = 0 }, 6 }, 128 }, ADDR_UNSPECIFIED },
    { { { { [15] = 1 }, 6 }, 128 }, ADDR_LOOPBACK },
    { { { { [10] = 255, [11] = 255 }, 6 }, 96 }, ADDR_RESERVED },  /* IPv4-mapped */
    V6(0x64, 0xff9b, 1, 0, 48, RESERVED),       /* RFC 8215, local translation */
    V6(0x100, 0, 0, 0, 64, RESERVED),           /* RFC 6666, discard-only */
    V6(0x100, 0, 0, 1, 64, RESERVED),           /* RFC 9780, dummy prefix */
    V6(0x2001, 1, 0, 0, 48, PUBLIC),            /* anycast services and the like */
    V6(0x2001, 3, 0, 0, 32, PUBLIC),            /* RFC 7450 */
    V6(0x2001, 4, 0x112, 0, 48, PUBLIC),        /* RFC 7535 */
    V6(0x2001, 0x20, 0, 0, 28, PUBLIC),         /* RFC 7343 */
    V6(0x2001, 0x30, 0, 0, 28, PUBLIC),         /* RFC 9374 */
    V6(0x2001, 0, 0, 0, 23, RESERVED),          /* RFC 2928, protocol assignments, Teredo */
    V6(0x2001, 0xdb8, 0, 0, 32, DOCUMENTATION),
    V6(0x3fff, 0, 0, 0, 20, DOCUMENTATION),
    V6(0x5f00, 0, 0, 0, 16, RESERVED),          /* RFC 9602 */
    V6(0xfc00, 0, 0, 0, 7, PRIVATE),
    V6(0xfe80, 0, 0, 0, 10, LINK_LOCAL),
    V6(0xfec0, 0, 0, 0, 10, RESERVED),          /* RFC 3879, the old site-local addresses */
    V6(0xff00, 0, 0, 0, 8, MULTICAST),
#undef V4
#undef V6
};

enum { N_RANGES = sizeof ranges / sizeof *ranges };

/* The first 'bits' bits of 'a' and 'b' agree.  */
static bool same_bits(const struct addr *a, const struct addr *b, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;

    if (memcmp(a->b, b->b, whole) != 0)
        return false;
    return rest == 0 || (a->b[whole] ^ b->b[whole]) >> (8 - rest) == 0;
}

static unsigned full(const struct cidr *cidr)
{
    return cidr->addr.family == 4 ? 32 : 128;
}

bool cidr_contains(const struct cidr *outer, const struct cidr *inner)
{
    return outer->addr.family == inner->addr.family && outer->bits <= inner->bits &&
           same_bits(&outer->addr, &inner->addr, outer->bits);
}

bool cidr_overlaps(const struct cidr *a, const struct cidr *b)
{
    return cidr_contains(a, b) || cidr_contains(b, a);
}

bool cidr_is_any(const struct cidr *cidr)
{
    return cidr->bits == 0;
}

bool cidr_is_single(const struct cidr *cidr)
{
    return cidr->bits == full(cidr);
}

struct cidr cidr_network(const struct cidr *cidr)
{
    struct cidr network = *cidr;
    unsigned whole = cidr->bits / 8, rest = cidr->bits % 8;
    if (cidr->bits == full(cidr))
        return network;

    if (whole < 16 && rest) {
        network.addr.b[whole] = (uint8_t)(network.addr.b[whole] & (0xff00 >> rest));
        whole++;
    }
    for (; whole < 16; whole++)
        network.addr.b[whole] = 0;
    return network;
}

bool cidr_has_host_bits(const struct cidr *cidr)
{
    if (cidr->bits == full(cidr))
        return false;
    struct cidr network = cidr_network(cidr);
    return addr_cmp(&network.addr, &cidr->addr) != 0;
}

bool cidr_special(size_t i, struct cidr *range, enum addr_kind *kind)
{
    if (i >= N_RANGES)
        return false;
    *range = ranges[i].range;
    *kind = ranges[i].kind;
    return true;
}

/* The kind of the most specific range that holds all of it.  */
static enum addr_kind kind_around(const struct cidr *cidr)
{
    for (size_t i = 0; i < N_RANGES; i++) {
        const struct cidr *range = &ranges[i].range;
        bool same = range->addr.family == cidr->addr.family;
        if (range->addr.family > cidr->addr.family ||
            (same && range->addr.b[0] > cidr->addr.b[0]))
            break;
        if (same && cidr_contains(range, cidr))
            return ranges[i].kind;
    }
    return ADDR_PUBLIC;
}

enum addr_kind cidr_kind(const struct cidr *cidr)
{
    enum addr_kind kind = kind_around(cidr);
    for (size_t i = 0; cidr->bits < full(cidr) && i < N_RANGES; i++)
        if (cidr_contains(cidr, &ranges[i].range) && ranges[i].range.bits > cidr->bits &&
            ranges[i].kind != kind)
            return ADDR_PUBLIC;
    return kind;
}

enum addr_kind addr_kind(const struct addr *addr)
{
    struct cidr one = { *addr, addr->family == 4 ? 32 : 128 };
    return cidr_kind(&one);
}

const char *addr_kind_name(enum addr_kind kind)
{
    switch (kind) {
    case ADDR_PUBLIC: return "public";
    case ADDR_UNSPECIFIED: return "unspecified";
    case ADDR_LOOPBACK: return "loopback";
    case ADDR_PRIVATE: return "private";
    case ADDR_LINK_LOCAL: return "link-local";
    case ADDR_DOCUMENTATION: return "documentation";
    case ADDR_MULTICAST: return "multicast";
    case ADDR_RESERVED: return "reserved";
    }
    return "";
}

const char *cidr_text(const struct cidr *cidr, char out[56])
{
    char addr[48];

    if (cidr->bits == full(cidr))
        snprintf(out, 56, "%s", addr_text(&cidr->addr, addr));
    else
        snprintf(out, 56, "%s/%u", addr_text(&cidr->addr, addr), (unsigned)cidr->bits);
    return out;
}
