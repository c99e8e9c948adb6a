/* value.h - what a word means: addresses, hostnames, durations, sizes, rates.

   Pure functions from text to a typed value.  They know no source positions, no object and no
   target; each either fills its result and returns true, or leaves it undefined, fills 'fault' and
   returns false.  The reason names the exact part at fault ("300 is above 255") and never ends in
   a full stop; a fix is only offered where it is the one thing that can have been meant.  */

#ifndef PMTAC_VALUE_H
#define PMTAC_VALUE_H

#include "str.h"

struct fault {
    size_t lo, hi;       /* bytes of the text at fault; 0, 0 means all of it */
    char why[192];       /* NUL-terminated: "300 is above 255" */
    char fix[272];       /* NUL-terminated replacement of the whole text, or "" */
};

/* An address.  IPv4 is held in the first four bytes; the rest of 'b' is zero.  */
struct addr {
    uint8_t b[16];
    uint8_t family;      /* 4 or 6 */
};

/* A prefix.  'addr' keeps the host bits as written; see 'cidr_network'.  */
struct cidr {
    struct addr addr;
    uint8_t bits;        /* 0..32 or 0..128 */
};

/* What an address is for, by the IANA special-purpose registries (RFC 6890 and its updates).  */
enum addr_kind {
    ADDR_PUBLIC,
    ADDR_UNSPECIFIED,    /* 0.0.0.0, :: and 0/8 */
    ADDR_LOOPBACK,
    ADDR_PRIVATE,        /* RFC 1918, RFC 6598 shared, RFC 4193 unique local */
    ADDR_LINK_LOCAL,
    ADDR_DOCUMENTATION,  /* RFC 5737, RFC 3849, RFC 9637 */
    ADDR_MULTICAST,
    ADDR_RESERVED        /* 240/4 and its kind, broadcast, benchmarking, discard-only */
};

/* An IPv4 address of four decimal parts without leading zeros, or an IPv6 address (RFC 4291,
   no zone, no brackets).  An IPv4-mapped IPv6 address stays IPv6.  */
bool value_addr(struct str, struct addr *, struct fault *);

/* An address with or without "/bits"; without, it is a /32 or /128.  IPv4 prefixes may be
   abbreviated as PowerMTA takes them: 10/8, 0/0, 173.194/16.  Host bits are kept.  */
bool value_cidr(struct str, struct cidr *, struct fault *);

/* ADDR:PORT, CIDR:PORT ("0/0:25") or [IPv6]:PORT.  A port is 1..65535.  */
bool value_endpoint(struct str, struct cidr *, uint16_t *port, struct fault *);

/* Decimal digits without sign or leading zeros, min <= result <= max.  */
bool value_int(struct str, uint64_t min, uint64_t max, uint64_t *, struct fault *);

/* yes, no, true, false in any case; nothing else.  */
bool value_bool(struct str, bool *, struct fault *);

/* Seconds out of pieces like 4d12h (w d h m s), no blanks, at most 100 years.  */
bool value_duration(struct str, uint64_t *seconds, struct fault *);

/* Bytes out of N with one of b k m g t in either case (K = 1024); '*bare' says that there was no
   suffix.  Refuses what does not fit 63 bits.  */
bool value_size(struct str, uint64_t *bytes, bool *bare, struct fault *);

/* N/[M]UNIT, N > 0: UNIT d day h hr m min s sec.  '*count' per '*seconds'; '*multiple' says that M
   was written (from PowerMTA 5.0 on).  Not "unlimited" and "0", which the caller may allow.  */
bool value_rate(struct str, uint64_t *count, uint64_t *seconds, bool *multiple, struct fault *);

/* The same where N may have a size suffix: bytes per seconds.  */
bool value_datarate(struct str, uint64_t *bytes, uint64_t *seconds, bool *multiple, struct fault *);

/* Why a text is no hostname: each is a check of its own.  */
enum host_fault {
    HOST_FINE,
    HOST_SYNTAX,         /* host-syntax */
    HOST_NOT_QUALIFIED,  /* host-not-qualified */
    HOST_IS_ADDRESS,     /* host-is-address */
    HOST_NOT_ASCII       /* host-not-ascii; 'fix' holds the A-label form where it can be computed */
};

/* A fully qualified hostname as RFC 1123 and RFC 5321 section 4.1.2 have it: labels of 1 to 63
   letters, digits and hyphens (none at an end), no underscore, at most 253 bytes, no final dot,
   last label not all digits, "xn--" labels decode (RFC 5891/3492).  */
enum host_fault value_host(struct str, struct fault *);

/* 'name' is a good hostname in lower case: a plain label in front of 'above', which is one itself.
   False may mean no more than that it takes a closer look.  */
bool value_host_below(struct str name, struct str above);

/* A domain name for DKIM or mail routing: as a hostname.  With 'pattern', also the forms of
   PowerMTA's domain patterns: "*", "*.d", "[*.]d", "[ip/mask]", a word holding "$macro", and the
   reserved "{name}".  */
enum host_fault value_domain(struct str, bool pattern, struct fault *);

/* An RFC 6376 section 3.1 selector: sub-domains joined by dots, at most 63 bytes a label.  */
bool value_selector(struct str, struct fault *);

/* An address of e-mail, RFC 5321 section 4.1.2 without quoted local parts; UTF-8 is allowed in the
   local part (RFC 6531).  */
bool value_email(struct str, struct fault *);

/* The name of an object of ours: 1 to 64 of letters, digits, ".", "_", "-"; with 'user' also "@"
   and "+".  */
bool value_name(struct str, bool user, struct fault *);

/* Kind of 'addr'.  */
enum addr_kind addr_kind(const struct addr *);
/* The words for it: "loopback", "private", ...  */
const char *addr_kind_name(enum addr_kind);
/* Below, equal to or above zero, by family then bytes.  */
int addr_cmp(const struct addr *, const struct addr *);
/* Canonical text (RFC 5952), at most 45 bytes and a NUL, into 'out'; returns 'out'.  */
const char *addr_text(const struct addr *, char out[48]);

/* The special-purpose range number 'i', from 0, and what it is for; false behind the last.  Of two
   that overlap the narrower counts.  */
bool cidr_special(size_t i, struct cidr *, enum addr_kind *);

/* The prefix with its host bits cleared.  */
struct cidr cidr_network(const struct cidr *);
/* Host bits are set.  */
bool cidr_has_host_bits(const struct cidr *);
/* Every address of 'inner' is in 'outer'; families must agree.  */
bool cidr_contains(const struct cidr *outer, const struct cidr *inner);
/* Some address is in both.  */
bool cidr_overlaps(const struct cidr *, const struct cidr *);
/* All bits zero length: 0/0 or ::/0.  */
bool cidr_is_any(const struct cidr *);
/* The prefix is a single address.  */
bool cidr_is_single(const struct cidr *);
/* Kind of the whole prefix: that of its addresses where they all agree, else ADDR_PUBLIC.  */
enum addr_kind cidr_kind(const struct cidr *);
/* Canonical text with "/bits" unless it is a single address; at most 49 bytes and a NUL.  */
const char *cidr_text(const struct cidr *, char out[56]);

#endif
