/* addrset.h - sets of addresses, of both families at once.

   Whoever asks which clients may do something gets an exact answer, not a sample.  Always true:
   a set is a list of ranges from the lowest on, IPv4 before IPv6; no range crosses families, no two
   touch or overlap, so that equal sets have equal lists.  Sets never change: each operation makes a
   new one in its arena, in time linear to what it reads unless it says otherwise.  */

#ifndef PMTAC_ADDRSET_H
#define PMTAC_ADDRSET_H

#include "arena.h"
#include "value.h"

/* All addresses from 'lo' to 'hi', both included; of one family.  */
struct addr_range {
    struct addr lo, hi;
};

struct addrset {
    struct addr_range *v;
    size_t n;
};

/* A number of addresses, up to all of IPv6 less one.  */
struct addr_count {
    uint64_t hi, lo;
};

/* A prefix that says something; the narrower of two wins, of equal ones the later.  */
struct addr_label {
    struct cidr cidr;
    const void *label;
};

/* A range whose addresses all have the same label.  */
struct addr_piece {
    struct addr_range range;
    const void *label;
};

struct addr_pieces {
    struct addr_piece *v;
    size_t n;
};

/* From the first address of a prefix to the last.  */
struct addr_range addr_range_of(const struct cidr *);

/* The set of all addresses in 'n' prefixes, in any order; n log n.  */
struct addrset addrset_of(struct arena *, const struct cidr *, size_t n);

/* The same of 'n' ranges in order, each of one family; takes over their memory.  */
struct addrset addrset_of_ranges(struct addr_range *, size_t n);

struct addrset addrset_union(struct arena *, struct addrset, struct addrset);
struct addrset addrset_intersect(struct arena *, struct addrset, struct addrset);
struct addrset addrset_minus(struct arena *, struct addrset, struct addrset);

bool addrset_equal(struct addrset, struct addrset);

/* 'addr' is in the set; log n.  */
bool addrset_contains(struct addrset, const struct addr *);

/* Some address of the range is in the set; log n.  */
bool addrset_meets(struct addrset, const struct addr_range *);

/* How many addresses of 'family' there are, at most all of IPv6 less one.  */
struct addr_count addrset_count(struct addrset, uint8_t family);
struct addr_count addr_range_count(const struct addr_range *);
struct addr_count addr_count_add(struct addr_count, struct addr_count);
/* Below, equal to or above zero.  */
int addr_count_cmp(struct addr_count, struct addr_count);

/* The fewest prefixes that make up the set, from the lowest on; '*n' becomes their number.  */
struct cidr *addrset_cidrs(struct arena *, struct addrset, size_t *n);

/* Puts labels into the order that 'addrset_pieces' wants: outer prefixes before those inside of
   them, equal ones as they were.  n log n.  */
void addr_labels_sort(struct arena *, struct addr_label *, size_t n);

/* Which label each address has: pieces from the lowest on, none for addresses in no prefix.
   Labels that are NULL do not count.  */
struct addr_pieces addrset_pieces(struct arena *, const struct addr_label *sorted, size_t n);

#endif
