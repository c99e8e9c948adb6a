#include <config.h>

#include "addrset.h"

#include <stdlib.h>

enum { DEPTH = 129 }; /* prefixes inside of each other, one of each length */

static unsigned bytes_of(const struct addr *a)
{
    return a->family == 4 ? 4 : 16;
}

/* The address behind 'a', in '*next'; false where it is the last of its family.  */
static bool addr_next(const struct addr *a, struct addr *next)
{
    *next = *a;
    for (unsigned i = bytes_of(a); i-- > 0;)
        if (++next->b[i])
            return true;
    return false;
}

/* The address before 'a'; 'a' is not the first of its family.  */
static struct addr addr_before(struct addr a)
{
    for (unsigned i = bytes_of(&a); i-- > 0;)
        if (a.b[i]--)
            break;
    return a;
}

struct addr_range addr_range_of(const struct cidr *cidr)
{
    struct cidr net = cidr_network(cidr);
    struct addr_range r = { net.addr, net.addr };
    for (unsigned i = 0; i < bytes_of(&net.addr); i++) {
        unsigned bits = net.bits > 8 * i ? net.bits - 8 * i : 0;
        r.hi.b[i] |= (uint8_t)(bits < 8 ? 0xff >> bits : 0);
    }
    return r;
}

static int by_start(const void *a, const void *b)
{
    const struct addr_range *x = a, *y = b;
    return addr_cmp(&x->lo, &y->lo);
}

/* 'r' begins where the range before it ends, or inside of it.  */
static bool touches(const struct addr_range *before, const struct addr_range *r)
{
    struct addr next;
    if (before->hi.family != r->lo.family)
        return false;
    return !addr_next(&before->hi, &next) || addr_cmp(&r->lo, &next) <= 0;
}

/* Adds 'r', which begins no earlier than what is there, to a list with room for it.  What touches
   becomes one range: this is what keeps sets canonical.  */
static void join(struct addrset *set, const struct addr_range *r)
{
    struct addr_range *last = set->n ? &set->v[set->n - 1] : NULL;
    if (!last || !touches(last, r))
        set->v[set->n++] = *r;
    else if (addr_cmp(&r->hi, &last->hi) > 0)
        last->hi = r->hi;
}

static struct addrset with_room(struct arena *arena, size_t n)
{
    return (struct addrset){ .v = NEW_ARRAY(arena, struct addr_range, n) };
}

struct addrset addrset_of_ranges(struct addr_range *ranges, size_t n)
{
    struct addrset set = { ranges, 0 };
    for (size_t i = 0; i < n; i++) {
        struct addr_range r = ranges[i];
        join(&set, &r);
    }
    return set;
}

struct addrset addrset_of(struct arena *arena, const struct cidr *cidrs, size_t n)
{
    struct addr_range *ranges = NEW_ARRAY(arena, struct addr_range, n);
    for (size_t i = 0; i < n; i++)
        ranges[i] = addr_range_of(&cidrs[i]);
    if (n)
        qsort(ranges, n, sizeof *ranges, by_start);
    return addrset_of_ranges(ranges, n);
}

struct addrset addrset_union(struct arena *arena, struct addrset a, struct addrset b)
{
    if (!a.n || !b.n)
        return a.n ? a : b;
    struct addrset set = with_room(arena, a.n + b.n);
    for (size_t i = 0, k = 0; i < a.n || k < b.n;) {
        bool first = k == b.n || (i < a.n && by_start(&a.v[i], &b.v[k]) <= 0);
        join(&set, first ? &a.v[i++] : &b.v[k++]);
    }
    return set;
}

/* Both lists are walked once; ranges that come out cannot touch, or one of the two would have had
   ranges that do.  */
struct addrset addrset_intersect(struct arena *arena, struct addrset a, struct addrset b)
{
    struct addrset set = with_room(arena, a.n && b.n ? a.n + b.n : 0);
    for (size_t i = 0, k = 0; i < a.n && k < b.n;) {
        const struct addr_range *x = &a.v[i], *y = &b.v[k];
        struct addr_range r = { addr_cmp(&x->lo, &y->lo) > 0 ? x->lo : y->lo,
                                addr_cmp(&x->hi, &y->hi) < 0 ? x->hi : y->hi };
        if (addr_cmp(&r.lo, &r.hi) <= 0)
            set.v[set.n++] = r;
        if (addr_cmp(&x->hi, &y->hi) < 0)
            i++;
        else
            k++;
    }
    return set;
}

/* Adds what is left of 'r' beside the ranges of 'b' from number 'k' on.  */
static void add_rest(struct addrset *set, struct addr_range r, struct addrset b, size_t k)
{
    for (; k < b.n && addr_cmp(&b.v[k].lo, &r.hi) <= 0; k++) {
        if (addr_cmp(&b.v[k].lo, &r.lo) > 0)
            set->v[set->n++] = (struct addr_range){ r.lo, addr_before(b.v[k].lo) };
        if (!addr_next(&b.v[k].hi, &r.lo) || addr_cmp(&r.lo, &r.hi) > 0)
            return;
    }
    set->v[set->n++] = r;
}

/* A range of 'b' may reach into several ranges of 'a', so it is not left behind with the first.  */
struct addrset addrset_minus(struct arena *arena, struct addrset a, struct addrset b)
{
    if (!a.n || !b.n)
        return a;
    struct addrset set = with_room(arena, a.n + b.n);
    for (size_t i = 0, k = 0; i < a.n; i++) {
        while (k < b.n && addr_cmp(&b.v[k].hi, &a.v[i].lo) < 0)
            k++;
        add_rest(&set, a.v[i], b, k);
    }
    return set;
}

bool addrset_equal(struct addrset a, struct addrset b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (addr_cmp(&a.v[i].lo, &b.v[i].lo) || addr_cmp(&a.v[i].hi, &b.v[i].hi))
            return false;
    return true;
}

bool addrset_meets(struct addrset set, const struct addr_range *r)
{
    size_t lo = 0, hi = set.n; /* the first range that does not end before 'r' */
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (addr_cmp(&set.v[mid].hi, &r->lo) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < set.n && addr_cmp(&set.v[lo].lo, &r->hi) <= 0;
}

bool addrset_contains(struct addrset set, const struct addr *a)
{
    struct addr_range one = { *a, *a };
    return addrset_meets(set, &one);
}

static uint64_t half(const uint8_t *b)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < 8; i++)
        n = n << 8 | b[i];
    return n;
}

/* The place of 'a' in its family.  */
static struct addr_count ordinal(const struct addr *a)
{
    if (a->family == 4)
        return (struct addr_count){ 0, half(a->b) >> 32 };
    return (struct addr_count){ half(a->b), half(a->b + 8) };
}

struct addr_count addr_count_add(struct addr_count a, struct addr_count b)
{
    struct addr_count sum = { a.hi + b.hi, a.lo + b.lo };
    bool carry = sum.lo < a.lo;
    bool over = sum.hi < a.hi || (carry && sum.hi == UINT64_MAX);
    sum.hi += carry;
    return over ? (struct addr_count){ UINT64_MAX, UINT64_MAX } : sum;
}

/* From the first address to the last: one less than there are.  */
static struct addr_count distance(const struct addr_range *r)
{
    struct addr_count lo = ordinal(&r->lo), hi = ordinal(&r->hi);
    return (struct addr_count){ hi.hi - lo.hi - (hi.lo < lo.lo), hi.lo - lo.lo };
}

struct addr_count addr_range_count(const struct addr_range *r)
{
    return addr_count_add(distance(r), (struct addr_count){ 0, 1 });
}

int addr_count_cmp(struct addr_count a, struct addr_count b)
{
    if (a.hi != b.hi)
        return a.hi < b.hi ? -1 : 1;
    return a.lo < b.lo ? -1 : a.lo > b.lo;
}

struct addr_count addrset_count(struct addrset set, uint8_t family)
{
    struct addr_count n = { 0, 0 };
    for (size_t i = 0; i < set.n; i++)
        if (set.v[i].lo.family == family)
            n = addr_count_add(n, addr_range_count(&set.v[i]));
    return n;
}

/* Bits at the end of 'n' that are zero.  */
static unsigned zeros(struct addr_count n)
{
    unsigned bits = 0;
    for (uint64_t half = n.lo ? n.lo : n.hi; half && !(half & 1); half >>= 1)
        bits++;
    return n.lo || n.hi ? bits + (n.lo ? 0 : 64) : 128;
}

/* Bits of the widest block that 'less' + 1 addresses hold.  */
static unsigned block_bits(struct addr_count less)
{
    struct addr_count n = { less.hi + (less.lo == UINT64_MAX), less.lo + 1 };
    unsigned bits = n.hi ? 64 : 0;
    if (!n.hi && !n.lo)
        return 128;
    for (uint64_t half = n.hi ? n.hi : n.lo; half > 1; half >>= 1)
        bits++;
    return bits;
}

/* The widest prefix that begins with 'r' and stays in it.  */
static struct cidr first_cidr(const struct addr_range *r)
{
    unsigned width = 8 * bytes_of(&r->lo);
    unsigned aligned = zeros(ordinal(&r->lo)), fits = block_bits(distance(r));
    unsigned block = aligned < fits ? aligned : fits;
    return (struct cidr){ r->lo, (uint8_t)(block < width ? width - block : 0) };
}

struct cidr *addrset_cidrs(struct arena *arena, struct addrset set, size_t *n)
{
    VEC(struct cidr) list = { 0 };
    for (size_t i = 0; i < set.n; i++) {
        struct addr_range rest = set.v[i], part;
        do {
            struct cidr cidr = first_cidr(&rest);
            VEC_PUSH(arena, &list, cidr);
            part = addr_range_of(&cidr);
        } while (addr_cmp(&part.hi, &rest.hi) < 0 && addr_next(&part.hi, &rest.lo));
    }
    *n = list.n;
    return list.v;
}

struct ordered {
    struct addr_label label;
    size_t order;
};

static int by_nesting(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    int order = addr_cmp(&x->label.cidr.addr, &y->label.cidr.addr);
    if (order)
        return order;
    if (x->label.cidr.bits != y->label.cidr.bits)
        return x->label.cidr.bits < y->label.cidr.bits ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void addr_labels_sort(struct arena *arena, struct addr_label *labels, size_t n)
{
    struct ordered *list = NEW_ARRAY(arena, struct ordered, n);
    for (size_t i = 0; i < n; i++) {
        list[i] = (struct ordered){ labels[i], i };
        list[i].label.cidr = cidr_network(&labels[i].cidr);
    }
    if (n)
        qsort(list, n, sizeof *list, by_nesting);
    for (size_t i = 0; i < n; i++)
        labels[i] = list[i].label;
}

/* What is open while labels are walked: prefixes inside of each other, the narrowest on top.  */
struct walk {
    struct addr_pieces out;
    struct addr_piece open[DEPTH];
    size_t depth;
    struct addr at; /* all before it is written */
};

static void write_piece(struct walk *w, struct addr hi)
{
    w->out.v[w->out.n++] = (struct addr_piece){ { w->at, hi }, w->open[w->depth - 1].label };
}

/* Writes the rest of the prefix on top, and leaves it.  */
static void close_top(struct walk *w)
{
    struct addr hi = w->open[w->depth - 1].range.hi;
    if (addr_cmp(&w->at, &hi) <= 0) {
        write_piece(w, hi);
        if (!addr_next(&hi, &w->at)) {
            w->depth = 0; /* those around it end there too */
            return;
        }
    }
    w->depth--;
}

static void open_prefix(struct walk *w, const struct addr_label *l)
{
    struct addr_range r = addr_range_of(&l->cidr);
    while (w->depth && addr_cmp(&w->open[w->depth - 1].range.hi, &r.lo) < 0)
        close_top(w);
    if (w->depth && addr_cmp(&w->at, &r.lo) < 0)
        write_piece(w, addr_before(r.lo));
    const struct addr_range *top = w->depth ? &w->open[w->depth - 1].range : NULL;
    if (top && !addr_cmp(&top->hi, &r.hi) && !addr_cmp(&top->lo, &r.lo))
        w->depth--; /* of equal ones the later wins */
    w->at = r.lo;
    w->open[w->depth++] = (struct addr_piece){ r, l->label };
}

struct addr_pieces addrset_pieces(struct arena *arena, const struct addr_label *sorted, size_t n)
{
    struct walk *w = NEW(arena, struct walk);
    w->out.v = NEW_ARRAY(arena, struct addr_piece, 2 * n);
    for (size_t i = 0; i < n; i++)
        if (sorted[i].label)
            open_prefix(w, &sorted[i]);
    while (w->depth)
        close_top(w);
    return w->out;
}
