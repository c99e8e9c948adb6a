#include <config.h>

#include "value.h"

#include <inttypes.h>
#include <stdio.h>

#include "value-fault.h"

static bool is_hex(char c)
{
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f');
}

/* 's' without the leading zeros of its parts, as the fix of a fault.  What has become shorter is
   tried again; that ends.  */
static bool fix_zeros(struct str s, struct fault *fault)
{
    char out[64];
    size_t n = 0;

    for (size_t i = 0; i < s.n && n < sizeof out; i++) {
        /* The first digit of a part, or one behind zeros that were dropped.  */
        bool first = n == 0 || out[n - 1] == '.';
        if (first && s.p[i] == '0' && i + 1 < s.n && is_digit(s.p[i + 1]))
            continue;
        out[n++] = s.p[i];
    }
    struct addr addr;
    struct fault unused;
    struct str fixed = { out, n };
    if (n < s.n && n < sizeof out && value_addr(fixed, &addr, &unused))
        fault_fix_str(fault, fixed);
    return false;
}

/* The parts of an IPv4 address from byte 'lo' to byte 'hi' of 's'; '*n' becomes their number.  */
static bool parts_of(struct str s, size_t lo, size_t hi, uint8_t out[4], size_t *n,
                     struct fault *fault)
{
    struct str text = str_sub(s, lo, hi - lo);

    for (*n = 0;; ++*n) {
        size_t end = lo + str_find(str_sub(s, lo, hi - lo), '.');
        struct str part = str_sub(s, lo, end - lo);
        size_t digits = 0;
        uint64_t number;

        while (digits < part.n && is_digit(part.p[digits]))
            digits++;
        if (part.n == 0)
            return fault_at(fault, lo, end, "`%s` has an empty part", show(text).text);
        if (digits < part.n)
            return fault_at(fault, lo, end, "`%s` is not a number from 0 to 255", show(part).text);
        digits = lo;
        if (!value_digits(s, &digits, 255, &number, fault))
            return str_starts(part, STR("0")) ? fix_zeros(s, fault) : false;
        if (*n < 4)
            out[*n] = (uint8_t)number;
        if (end == hi) {
            ++*n;
            return true;
        }
        lo = end + 1;
    }
}

static bool parse4(struct str s, struct addr *addr, struct fault *fault)
{
    size_t n;

    *addr = (struct addr){ .family = 4 };
    if (is_alpha(s.p[0]))
        return fault_at(fault, 0, 0, "`%s` is a name, not an address", show(s).text);
    if (!parts_of(s, 0, s.n, addr->b, &n, fault))
        return false;
    if (n != 4)
        return fault_at(fault, 0, 0, "%s has %zu part%s, not 4", show(s).text, n,
                        n == 1 ? "" : "s");
    return true;
}

/* One hexadecimal group of an IPv6 address.  */
static bool group_of(struct str s, size_t lo, size_t hi, uint8_t out[2], struct fault *fault)
{
    unsigned value = 0;

    for (size_t i = lo; i < hi; i++) {
        char c = to_lower(s.p[i]);
        if (!is_hex(c))
            return fault_at(fault, i, i + 1, "`%s` is not a hexadecimal digit",
                            show(str_sub(s, i, 1)).text);
        if (i - lo < 4)
            value = value << 4 | (unsigned)(is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    if (hi - lo > 4)
        return fault_at(fault, lo, hi, "`%s` has more than 4 hexadecimal digits",
                        show(str_sub(s, lo, hi - lo)).text);
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
    return true;
}

/* What is wrong with an IPv6 address at first sight, or true.  */
static bool shape6(struct str s, struct fault *fault)
{
    size_t zone = str_find(s, '%');
    bool doubled = false;

    if (zone < s.n)
        return fault_at(fault, zone, s.n, "`%s` is a zone, which cannot be written here",
                        show(str_sub(s, zone, s.n)).text);
    for (size_t i = 0; i + 1 < s.n; i++) {
        if (s.p[i] != ':' || s.p[i + 1] != ':')
            continue;
        if (i + 2 < s.n && s.p[i + 2] == ':')
            return fault_at(fault, i, i + 3, "`:::` stands in the address");
        if (doubled)
            return fault_at(fault, i, i + 2, "`::` stands twice in the address");
        doubled = true;
    }
    if (s.p[0] == ':' && !str_starts(s, STR("::")))
        return fault_at(fault, 0, 1, "the address begins with a single `:`");
    if (s.p[s.n - 1] == ':' && !str_ends(s, STR("::")))
        return fault_at(fault, s.n - 1, s.n, "the address ends with a single `:`");
    return true;
}

static bool groups_fault(struct str s, size_t n, bool gap, struct fault *fault)
{
    struct shown text = show(s);

    if (gap)
        return fault_at(fault, 0, 0, "%s has %s groups beside the `::`", text.text,
                        n == 8 ? "already 8" : "more than 8");
    if (n > 8)
        return fault_at(fault, 0, 0, "%s has more than 8 groups", text.text);
    return fault_at(fault, 0, 0, "%s has %zu groups, not 8", text.text, n);
}

static bool parse6(struct str s, struct addr *addr, struct fault *fault)
{
    uint8_t b[16] = { 0 };
    size_t n = 0, gap = SIZE_MAX, at = 0;

    if (!shape6(s, fault))
        return false;
    if (str_starts(s, STR("::"))) {
        gap = 0;
        at = 2;
    }
    while (at < s.n) {
        size_t end = at + str_find(str_sub(s, at, s.n), ':');
        size_t parts, dot = str_find(str_sub(s, at, end - at), '.');

        if (n >= 8)
            return groups_fault(s, 9, gap != SIZE_MAX, fault);
        if (end == s.n && at + dot < end) {
            uint8_t four[4] = { 0 };
            if (!parts_of(s, at, end, four, &parts, fault))
                return false;
            if (parts != 4)
                return fault_at(fault, at, end, "%s has %zu parts, not 4",
                                show(str_sub(s, at, end - at)).text, parts);
            if (n > 6)
                return groups_fault(s, 9, gap != SIZE_MAX, fault);
            memcpy(b + 2 * n, four, 4);
            n += 2;
            break;
        }
        if (!group_of(s, at, end, b + 2 * n, fault))
            return false;
        n++;
        at = end + 1;
        if (at < s.n && s.p[at] == ':') {
            gap = n;
            at++;
        }
    }
    if (gap == SIZE_MAX ? n != 8 : n > 7)
        return groups_fault(s, n, gap != SIZE_MAX, fault);
    *addr = (struct addr){ .family = 6 };
    size_t head = gap == SIZE_MAX ? n : gap;
    memcpy(addr->b, b, 2 * head);
    memcpy(addr->b + 16 - 2 * (n - head), b + 2 * head, 2 * (n - head));
    return true;
}

bool value_addr(struct str s, struct addr *addr, struct fault *fault)
{
    if (s.n == 0)
        return fault_at(fault, 0, 0, "an address is missing");
    size_t colon = str_find(s, ':'), slash = str_find(s, '/');
    if (slash < s.n)
        return fault_at(fault, slash, s.n, "`%s` makes it a range; a single address is wanted",
                        show(str_sub(s, slash, s.n)).text);
    if (s.p[0] == '[') {
        fault_at(fault, 0, 0, "an address has no brackets here");
        struct str inner = str_sub(s, 1, s.n - 2);
        struct fault unused;
        if (s.p[s.n - 1] == ']' && inner.n && inner.p[0] != '[' && value_addr(inner, addr, &unused))
            fault_fix_str(fault, inner);
        return false;
    }
    if (colon == s.n)
        return parse4(s, addr, fault);
    if (str_find(s, '.') < colon)
        return fault_at(fault, colon, s.n, "`%s` is no part of an IPv4 address",
                        show(str_sub(s, colon, s.n)).text);
    return parse6(s, addr, fault);
}

/* The fix for a netmask where the number of bits belongs: "10.0.0.0/255.0.0.0".  */
static bool mask_fault(struct str s, size_t slash, struct fault *fault)
{
    struct addr mask;
    struct fault unused;
    uint32_t bits = 0;
    unsigned n = 0;

    if (!value_addr(str_sub(s, slash + 1, s.n), &mask, &unused) || mask.family != 4)
        return false;
    for (size_t i = 0; i < 4; i++)
        bits = bits << 8 | mask.b[i];
    while (n < 32 && bits & UINT32_C(0x80000000) >> n)
        n++;
    if (n < 32 && bits << n)
        return false;
    fault_at(fault, slash + 1, s.n, "a range is written with the number of its bits: /%u", n);
    fault_fix(fault, "%s/%u", show(str_sub(s, 0, slash)).text, n);
    return true;
}

/* "FIRST-LAST", which is no way to write a range: says so.  */
static bool is_dashed(struct str s, struct fault *fault)
{
    size_t dash = str_find(s, '-');
    struct addr addr;
    struct fault unused;

    if (dash == s.n || !value_addr(str_sub(s, 0, dash), &addr, &unused) ||
        !value_addr(str_sub(s, dash + 1, s.n), &addr, &unused))
        return false;
    fault_at(fault, dash, s.n, "a range is written with the number of its bits, like 10.0.0.0/28");
    return true;
}

/* Nearly all addresses: four numbers that nothing is wrong with.  False where that takes a closer
   look.  */
static bool plain4(struct str s, struct addr *addr)
{
    size_t at = 0;

    *addr = (struct addr){ .family = 4 };
    for (size_t part = 0; part < 4; part++) {
        size_t from = at;
        unsigned number = 0;
        while (at < s.n && at < from + 3 && is_digit(s.p[at]))
            number = number * 10 + (unsigned)(s.p[at++] - '0');
        if (at == from || number > 255 || (s.p[from] == '0' && at > from + 1))
            return false;
        if (part < 3 && (at == s.n || s.p[at++] != '.'))
            return false;
        addr->b[part] = (uint8_t)number;
    }
    return at == s.n;
}

bool value_cidr(struct str s, struct cidr *cidr, struct fault *fault)
{
    if (plain4(s, &cidr->addr)) {
        cidr->bits = 32;
        return true;
    }
    size_t slash = str_find(s, '/'), at = slash + 1, n;
    uint64_t bits;

    if (slash == s.n) {
        if (is_dashed(s, fault) || !value_addr(s, &cidr->addr, fault))
            return false;
        cidr->bits = cidr->addr.family == 4 ? 32 : 128;
        return true;
    }
    struct str base = str_sub(s, 0, slash);
    if (base.n == 0)
        return fault_at(fault, 0, s.n, "the address before the slash is missing");
    if (str_find(base, ':') < base.n || base.p[0] == '[') {
        if (!value_addr(base, &cidr->addr, fault))
            return fault_shift(fault, 0, base.n);
    } else if (is_alpha(base.p[0])) {
        return fault_at(fault, 0, slash, "`%s` is a name, not an address", show(base).text);
    } else {
        cidr->addr = (struct addr){ .family = 4 };
        if (!parts_of(s, 0, slash, cidr->addr.b, &n, fault))
            return false;
        if (n > 4)
            return fault_at(fault, 0, slash, "%s has %zu parts, not 4", show(base).text, n);
    }
    if (at == s.n)
        return fault_at(fault, slash, s.n, "the number of bits is missing after the slash");
    if (mask_fault(s, slash, fault))
        return false;
    unsigned max = cidr->addr.family == 4 ? 32 : 128;
    struct str count = str_sub(s, at, s.n);
    if (!value_int(count, 0, max, &bits, fault)) {
        if (is_digit(fault->why[0]))
            return fault_at(fault, slash, s.n, "/%s is above %u", show(count).text, max);
        return fault_shift(fault, at, count.n);
    }
    cidr->bits = (uint8_t)bits;
    return true;
}

static bool port_of(struct str s, size_t at, uint16_t *port, struct fault *fault)
{
    struct str text = str_sub(s, at, s.n);
    uint64_t number;

    if (text.n == 0)
        return fault_at(fault, at ? at - 1 : 0, s.n, "the port is missing after the colon");
    if (!value_int(text, 1, 65535, &number, fault)) {
        struct fault inner = *fault;
        if (is_digit(inner.why[0]))
            return fault_at(fault, at, s.n, "port %s", inner.why);
        return fault_shift(fault, at, text.n);
    }
    *port = (uint16_t)number;
    return true;
}

/* "[ADDR]:PORT".  */
static bool bracketed(struct str s, struct cidr *cidr, uint16_t *port, struct fault *fault)
{
    size_t close = str_find(s, ']');
    struct str inner = str_sub(s, 1, close - 1);

    if (close == s.n)
        return fault_at(fault, 0, 1, "the bracket is not closed");
    if (inner.n == 0 || inner.p[0] == '[' || !value_addr(inner, &cidr->addr, fault)) {
        if (inner.n == 0 || inner.p[0] == '[')
            fault_at(fault, 0, 0, "an IPv6 address belongs between the brackets");
        return fault_shift(fault, 1, inner.n);
    }
    if (close + 1 == s.n || s.p[close + 1] != ':')
        return fault_at(fault, close, s.n, "`:` and a port belong behind the bracket");
    if (!port_of(s, close + 2, port, fault))
        return false;
    cidr->bits = 128;
    if (cidr->addr.family == 6)
        return true;
    fault_at(fault, 0, close + 1, "only an IPv6 address stands in brackets");
    return fault_fix(fault, "%s:%u", show(inner).text, (unsigned)*port);
}

bool value_endpoint(struct str s, struct cidr *cidr, uint16_t *port, struct fault *fault)
{
    size_t colon = str_find(s, ':');

    if (s.n == 0)
        return fault_at(fault, 0, 0, "an address and a port are missing");
    if (s.p[0] == '[')
        return bracketed(s, cidr, port, fault);
    if (colon == s.n)
        return fault_at(fault, 0, 0, "the port is missing; write %s:25, for example", show(s).text);
    if (str_find(str_sub(s, colon + 1, s.n), ':') < s.n - colon - 1)
        return fault_at(fault, 0, 0, "an IPv6 address stands in brackets before a port: [::1]:25");
    if (!port_of(s, colon + 1, port, fault))
        return false;
    struct str base = str_sub(s, 0, colon);
    if (base.n == 0 || str_eq(base, STR("*"))) {
        fault_at(fault, 0, colon, "every address is written 0/0");
        return fault_fix(fault, "0/0:%u", (unsigned)*port);
    }
    return value_cidr(base, cidr, fault) || fault_shift(fault, 0, base.n);
}

int addr_cmp(const struct addr *a, const struct addr *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return memcmp(a->b, b->b, sizeof a->b);
}

/* The longest run of two or more zero groups, the first of equal ones (RFC 5952 section 4.2).  */
static void longest_gap(const unsigned group[8], size_t n, size_t *first, size_t *size)
{
    *first = n;
    *size = 1;
    for (size_t i = 0; i < n; i++) {
        size_t run = 0;
        while (i + run < n && group[i + run] == 0)
            run++;
        if (run > *size) {
            *first = i;
            *size = run;
        }
    }
}

const char *addr_text(const struct addr *addr, char out[48])
{
    const uint8_t *b = addr->b;
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    unsigned group[8];
    size_t first, size, at = 0;

    if (addr->family == 4) {
        snprintf(out, 48, "%u.%u.%u.%u", (unsigned)b[0], (unsigned)b[1], (unsigned)b[2],
                 (unsigned)b[3]);
        return out;
    }
    if (memcmp(b, mapped, sizeof mapped) == 0) {
        snprintf(out, 48, "::ffff:%u.%u.%u.%u", (unsigned)b[12], (unsigned)b[13], (unsigned)b[14],
                 (unsigned)b[15]);
        return out;
    }
    for (size_t i = 0; i < 8; i++)
        group[i] = (unsigned)b[2 * i] << 8 | b[2 * i + 1];
    longest_gap(group, 8, &first, &size);
    for (size_t i = 0; i < 8;) {
        if (i == first) {
            at += (size_t)snprintf(out + at, 48 - at, i + size == 8 ? "::" : ":");
            i += size;
        } else {
            at += (size_t)snprintf(out + at, 48 - at, i ? ":%x" : "%x", group[i]);
            i++;
        }
    }
    return out;
}
