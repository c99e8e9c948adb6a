#include <config.h>

#include "value.h"

#include <stdio.h>

#include "value-fault.h"

enum { HOST_MAX = 253, LOCAL_PART_MAX = 64 };

/* Where a name is wrong: the reason is filled, 'fault' with it.  */
static enum host_fault bad(bool unused, enum host_fault why)
{
    (void)unused;
    return why;
}

/* An "xn--" label that is one: it decodes to something that is not ASCII, and the same thing
   encodes to it (RFC 5891 section 4.2.3.1 and 5.4).  */
static bool is_a_label(struct str label)
{
    uint32_t codes[CODE_POINTS_MAX];
    char again[LABEL_MAX + 1];
    size_t n;
    bool ascii = true;

    if (!punycode_decode(str_sub(label, 4, label.n), codes, &n))
        return false;
    for (size_t i = 0; i < n; i++)
        ascii = ascii && codes[i] < 0x80;
    for (size_t i = 0; i < n; i++)
        /* Controls, the blank behind them and surrogates are no letters of any label.  */
        if ((codes[i] >= 0x80 && codes[i] <= 0xa0) || (codes[i] >= 0xd800 && codes[i] < 0xe000))
            return false;
    size_t size = ascii ? 0 : punycode_encode(codes, n, again, sizeof again);
    return size && str_ieq(str_sub(label, 4, label.n), (struct str){ again, size });
}

/* The label from byte 'lo' to byte 'hi' of 's'.  */
static bool check_label(struct str s, size_t lo, size_t hi, struct fault *fault)
{
    struct str label = str_sub(s, lo, hi - lo);

    if (label.n == 0)
        return fault_at(fault, lo ? lo - 1 : 0, hi < s.n ? hi + 1 : hi,
                        lo == 0 ? "it begins with a dot" : "two dots stand side by side");
    for (size_t i = lo; i < hi; i++) {
        if (s.p[i] == '_')
            return fault_at(fault, i, i + 1, "`_` may not stand in a hostname");
        if (!is_alnum(s.p[i]) && s.p[i] != '-')
            return fault_at(fault, i, i + 1, "`%s` may not stand in a hostname",
                            show(str_sub(s, i, 1)).text);
    }
    if (label.n > LABEL_MAX)
        return fault_at(fault, lo, hi, "the label `%s` has %zu bytes; %d is the most",
                        show(label).text, label.n, LABEL_MAX);
    if (label.p[0] == '-' || label.p[label.n - 1] == '-')
        return fault_at(fault, lo, hi, "the label `%s` %s with a hyphen", show(label).text,
                        label.p[0] == '-' ? "begins" : "ends");
    if (str_ieq(str_sub(label, 0, 4), STR("xn--")) && !is_a_label(label))
        return fault_at(fault, lo, hi, "the label `%s` is not properly encoded",
                        show(label).text);
    return true;
}

/* All labels of 's'; '*n' becomes their number.  */
static bool check_labels(struct str s, size_t *n, struct fault *fault)
{
    size_t lo = 0;

    for (*n = 1;; ++*n) {
        size_t hi = lo + str_find(str_sub(s, lo, s.n), '.');
        if (!check_label(s, lo, hi, fault))
            return false;
        if (hi == s.n)
            break;
        lo = hi + 1;
    }
    size_t digits = lo;
    while (digits < s.n && is_digit(s.p[digits]))
        digits++;
    /* RFC 1123 section 2.1: so that it can be told from an address.  */
    if (digits == s.n)
        return fault_at(fault, lo, s.n, "the last label `%s` is all digits",
                        show(str_sub(s, lo, s.n)).text);
    return true;
}

/* The lower case of a letter whose lower case is certain, the character itself where it needs no
   mapping, or 0.  Covers ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic.  */
static uint32_t lower_of(uint32_t c)
{
    if (c < 0x80)
        return is_alnum((char)c) || c == '-' ? (uint32_t)(unsigned char)to_lower((char)c) : 0;
    if (c >= 0xc0 && c <= 0xde)
        return c == 0xd7 ? 0 : c + 32;
    if (c >= 0xdf && c <= 0xff)
        return c == 0xf7 ? 0 : c;
    if (c >= 0x100 && c <= 0x17e) {
        /* Compatibility characters and those with a mapping of their own.  */
        if (c == 0x130 || c == 0x132 || c == 0x133 || c == 0x13f || c == 0x140 || c == 0x149)
            return 0;
        if (c == 0x178)
            return 0xff;
        if (c == 0x131 || c == 0x138)
            return c;
        bool odd_upper = (c >= 0x139 && c <= 0x148) || c >= 0x179;
        return (c & 1) == odd_upper ? c + 1 : c;
    }
    if ((c >= 0x391 && c <= 0x3a1) || (c >= 0x3a3 && c <= 0x3ab))
        return c + 32;
    if (c == 0x386)
        return 0x3ac;
    if (c >= 0x388 && c <= 0x38a)
        return c + 37;
    if (c == 0x38c || c == 0x38e || c == 0x38f)
        return c == 0x38c ? 0x3cc : c + 63;
    if (c >= 0x3ac && c <= 0x3ce && c != 0x3b0)
        return c;
    if (c >= 0x400 && c <= 0x40f)
        return c + 80;
    if (c >= 0x410 && c <= 0x42f)
        return c + 32;
    return c >= 0x430 && c <= 0x45f ? c : 0;
}

/* Appends the A-label of one label; false where it cannot be computed with certainty.  */
static bool put_a_label(struct str label, char *out, size_t *at, size_t size)
{
    uint32_t codes[CODE_POINTS_MAX];
    size_t n = 0;
    bool ascii = true;

    for (size_t i = 0; i < label.n;) {
        uint32_t code = 0;
        size_t bytes = utf8_at(label, i, &code);
        if (!bytes || n == CODE_POINTS_MAX || !(code = lower_of(code)))
            return false;
        ascii = ascii && code < 0x80;
        codes[n++] = code;
        i += bytes;
    }
    if (size - *at < LABEL_MAX + 1)
        return false;
    size_t first = *at;
    if (ascii) {
        for (size_t i = 0; i < n; i++)
            out[(*at)++] = (char)codes[i];
    } else {
        memcpy(out + *at, "xn--", 4);
        size_t done = punycode_encode(codes, n, out + *at + 4, LABEL_MAX - 4);
        *at += 4 + done;
        if (!done)
            return false;
    }
    return n && *at - first <= LABEL_MAX;
}

/* 's' is not ASCII: says so, with its A-label form where it is certain.  */
static enum host_fault not_ascii(struct str s, bool single, struct fault *fault)
{
    char out[HOST_MAX + LABEL_MAX + 2];
    size_t at = 0, n, first = 0;
    struct fault unused;

    while (!((unsigned char)s.p[first] & 0x80))
        first++;
    struct str wrong = char_at(s, first);
    fault_at(fault, first, first + wrong.n, "`%s` is not ASCII", show(wrong).text);
    for (size_t lo = 0; lo <= s.n;) {
        size_t hi = lo + str_find(str_sub(s, lo, s.n), '.');
        if (at > HOST_MAX || !put_a_label(str_sub(s, lo, hi - lo), out, &at, sizeof out))
            return HOST_NOT_ASCII;
        out[at++] = '.';
        lo = hi + 1;
    }
    struct str fixed = { out, at - 1 };
    if (fixed.n <= HOST_MAX && check_labels(fixed, &n, &unused) && (single || n > 1))
        fault_fix_str(fault, fixed);
    return HOST_NOT_ASCII;
}

/* 's' is an address, or was meant to be one.  */
static bool is_address(struct str s)
{
    struct addr addr;
    struct fault unused;
    size_t dots = 0;

    if (s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
        s = str_sub(s, 1, s.n - 2);
    if (s.n && !is_digit(s.p[s.n - 1]) && str_find(s, ':') == s.n)
        return false;            /* the last label of a hostname is not all digits */
    if (value_addr(s, &addr, &unused))
        return true;
    for (size_t i = 0; i < s.n; i++) {
        if (!is_digit(s.p[i]) && s.p[i] != '.')
            return false;
        dots += s.p[i] == '.';
    }
    return dots == 3;
}

/* Nearly all names: two labels or more that nothing is wrong with.  False where that takes a closer
   look.  */
static bool is_plain_name(struct str s)
{
    size_t from = 0;             /* of the label */
    bool number = true;          /* the label is digits so far */
    char before = '.';

    if (s.n > HOST_MAX)
        return false;
    for (size_t i = 0; i < s.n; before = s.p[i++]) {
        char c = s.p[i];
        if (c >= 'a' && c <= 'z') {
            number = false;
        } else if (c == '.') {
            if (before == '.' || before == '-' || i - from > LABEL_MAX)
                return false;
            from = i + 1;
            number = true;
        } else if (c == '-') {
            if (before == '.' || before == '-') /* perhaps "xn--" */
                return false;
        } else if (!is_digit(c)) {
            return false;
        }
    }
    return from > 0 && !number && before != '-' && s.n - from <= LABEL_MAX;
}

bool value_host_below(struct str name, struct str above)
{
    size_t n = name.n - above.n; /* of the label and its dot */
    bool plain = true;

    if (name.n > HOST_MAX || n < 2 || n > LABEL_MAX + 1 || name.n < above.n ||
        name.p[n - 1] != '.' || memcmp(name.p + n, above.p, above.n) != 0)
        return false;
    for (size_t i = 0; i + 1 < n; i++) {
        char c = name.p[i];
        bool hyphen = c == '-' && i > 0 && i + 2 < n && name.p[i - 1] != '-';
        plain &= (c >= 'a' && c <= 'z') || is_digit(c) || hyphen;
    }
    return plain;
}

/* A domain name; 'single' allows one label.  */
static enum host_fault check_name(struct str s, bool single, struct fault *fault)
{
    size_t n;

    if (is_plain_name(s))
        return HOST_FINE;
    if (s.n == 0)
        return bad(fault_at(fault, 0, 0, "a hostname is missing"), HOST_SYNTAX);
    if (is_address(s))
        return bad(fault_at(fault, 0, 0, "`%s` is an address, not a hostname", show(s).text),
                   HOST_IS_ADDRESS);
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] & 0x80)
            return not_ascii(s, single, fault);
    if (s.n > 1 && s.p[s.n - 1] == '.') {
        struct fault unused;
        bool fine = check_name(str_sub(s, 0, s.n - 1), single, &unused) == HOST_FINE;
        fault_at(fault, s.n - 1, s.n, "a hostname is written without a dot at its end");
        if (fine)
            fault_fix_str(fault, str_sub(s, 0, s.n - 1));
        return HOST_SYNTAX;
    }
    if (s.n > HOST_MAX)
        return bad(fault_at(fault, 0, 0, "it has %zu bytes; a hostname has at most %d", s.n,
                            HOST_MAX), HOST_SYNTAX);
    if (!check_labels(s, &n, fault))
        return HOST_SYNTAX;
    if (n == 1 && !single)
        return bad(fault_at(fault, 0, 0, "`%s` is not fully qualified: it has no domain",
                            show(s).text), HOST_NOT_QUALIFIED);
    return HOST_FINE;
}

enum host_fault value_host(struct str s, struct fault *fault)
{
    return check_name(s, false, fault);
}

/* "{name}".  */
static enum host_fault check_reserved(struct str s, struct fault *fault)
{
    struct str inner = str_sub(s, 1, s.n - 2);

    if (s.n < 3 || s.p[s.n - 1] != '}')
        return bad(fault_at(fault, 0, 0, "`%s` is not a name in braces", show(s).text),
                   HOST_SYNTAX);
    if (!value_name(inner, true, fault))
        return bad(fault_shift(fault, 1, inner.n), HOST_SYNTAX);
    return HOST_FINE;
}

/* "[ip/mask]".  */
static enum host_fault check_literal(struct str s, struct fault *fault)
{
    struct str inner = str_sub(s, 1, s.n - 2);
    struct cidr cidr;

    if (s.p[s.n - 1] != ']')
        return bad(fault_at(fault, 0, 1, "the bracket is not closed"), HOST_SYNTAX);
    if (!value_cidr(inner, &cidr, fault))
        return bad(fault_shift(fault, 1, inner.n), HOST_SYNTAX);
    return HOST_FINE;
}

/* A pattern in which "$macro" stands for whole domains or pieces of them.  */
static enum host_fault check_macro(struct str s, struct fault *fault)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '$' && (i + 1 == s.n || (!is_alnum(s.p[i + 1]) && s.p[i + 1] != '_')))
            return bad(fault_at(fault, i, i + 1, "the name of a macro is missing behind `$`"),
                       HOST_SYNTAX);
        if (!is_alnum(c) && c != '$' && c != '.' && c != '-' && c != '_' && (unsigned char)c < 0x80)
            return bad(fault_at(fault, i, i + 1, "`%s` may not stand in a domain",
                                show(str_sub(s, i, 1)).text), HOST_SYNTAX);
    }
    return HOST_FINE;
}

enum host_fault value_domain(struct str s, bool pattern, struct fault *fault)
{
    size_t skip = 0;

    if (!pattern)
        return check_name(s, false, fault);
    if (str_eq(s, STR("*")))
        return HOST_FINE;
    if (str_starts(s, STR("{")))
        return check_reserved(s, fault);
    if (str_starts(s, STR("*.")))
        skip = 2;
    else if (str_starts(s, STR("[*.]")))
        skip = 4;
    else if (str_starts(s, STR("[")))
        return check_literal(s, fault);

    struct str rest = str_sub(s, skip, s.n);
    enum host_fault why = str_find(rest, '$') < rest.n ? check_macro(rest, fault)
                                                       : check_name(rest, skip > 0, fault);
    if (why != HOST_FINE && skip) {
        struct fault inner = *fault;
        fault_shift(fault, skip, rest.n);
        if (inner.fix[0])
            fault_fix(fault, "%s%s", show(str_sub(s, 0, skip)).text, inner.fix);
    }
    return why;
}

bool value_selector(struct str s, struct fault *fault)
{
    size_t lo = 0;

    if (s.n == 0)
        return fault_at(fault, 0, 0, "a selector is missing");
    if (s.n > HOST_MAX)
        return fault_at(fault, 0, 0, "it has %zu bytes; a selector has at most %d", s.n, HOST_MAX);
    while (lo <= s.n) {
        size_t hi = lo + str_find(str_sub(s, lo, s.n), '.');
        struct str label = str_sub(s, lo, hi - lo);

        if (label.n == 0)
            return fault_at(fault, 0, 0, "`%s` has an empty part", show(s).text);
        for (size_t i = lo; i < hi; i++)
            if (!is_alnum(s.p[i]) && s.p[i] != '-')
                return fault_at(fault, i, i + char_at(s, i).n, "`%s` may not stand in a selector; "
                                "letters, digits, `-` and `.` may", show(char_at(s, i)).text);
        if (label.p[0] == '-' || label.p[label.n - 1] == '-')
            return fault_at(fault, lo, hi, "`%s` %s with a hyphen", show(label).text,
                            label.p[0] == '-' ? "begins" : "ends");
        if (label.n > LABEL_MAX)
            return fault_at(fault, lo, hi, "`%s` has %zu bytes; %d is the most", show(label).text,
                            label.n, LABEL_MAX);
        lo = hi + 1;
    }
    return true;
}

/* The local part, the first 'n' bytes of 's': a Dot-string of RFC 5321 section 4.1.2, where RFC
   6531 section 3.3 adds UTF-8.  */
static bool check_local(struct str s, size_t n, struct fault *fault)
{
    if (n == 0)
        return fault_at(fault, 0, 0, "nothing stands before the `@`");
    if (n > LOCAL_PART_MAX)
        return fault_at(fault, 0, n, "%zu bytes stand before the `@`; %d is the most", n,
                        LOCAL_PART_MAX);
    for (size_t i = 0; i < n;) {
        uint32_t code;
        size_t size = utf8_at(s, i, &code);
        char c = s.p[i];

        if (size == 0)
            return fault_at(fault, i, i + 1, "`%s` is not UTF-8", show(str_sub(s, i, 1)).text);
        if (c == '.' && (i == 0 || i + 1 == n || s.p[i + 1] == '.'))
            return fault_at(fault, i, i + 1, "a dot stands at an end or beside another before the "
                            "`@`");
        if (size == 1 && !is_alnum(c) && (c == '\0' || !strchr(".!#$%&'*+-/=?^_`{|}~", c)))
            return fault_at(fault, i, i + 1, "`%s` may not stand before the `@`",
                            show(str_sub(s, i, 1)).text);
        i += size;
    }
    return true;
}

/* "[1.2.3.4]" or "[IPv6:...]", RFC 5321 section 4.1.3.  */
static bool check_domain_literal(struct str s, size_t at, struct fault *fault)
{
    struct str inner = str_sub(s, at + 1, s.n - at - 2);
    size_t skip = str_ieq(str_sub(inner, 0, 5), STR("IPv6:")) ? 5 : 0;
    struct str text = str_sub(inner, skip, inner.n);
    struct addr addr;

    if (s.n < at + 3 || s.p[s.n - 1] != ']')
        return fault_at(fault, at, s.n, "the bracket is not closed");
    if (!value_addr(text, &addr, fault))
        return fault_shift(fault, at + 1 + skip, text.n);
    if ((addr.family == 6) != (skip == 5))
        return fault_at(fault, at, s.n, "`IPv6:` stands before an IPv6 address in brackets, and "
                        "nowhere else");
    return true;
}

bool value_email(struct str s, struct fault *fault)
{
    size_t at = str_find(s, '@');
    struct str domain = str_sub(s, at + 1, s.n);

    if (s.n == 0)
        return fault_at(fault, 0, 0, "an e-mail address is missing");
    if (at == s.n)
        return fault_at(fault, 0, 0, "`%s` has no `@`", show(s).text);
    if (!check_local(s, at, fault))
        return false;
    if (domain.n == 0)
        return fault_at(fault, at, s.n, "nothing stands behind the `@`");
    if (domain.p[0] == '[')
        return check_domain_literal(s, at + 1, fault);
    switch (check_name(domain, true, fault)) {
    case HOST_FINE:
        return true;
    case HOST_IS_ADDRESS:
        return fault_at(fault, at + 1, s.n, "an address stands in brackets behind the `@`");
    case HOST_SYNTAX:
    case HOST_NOT_QUALIFIED:
    case HOST_NOT_ASCII:
        break;
    }
    struct fault inner = *fault;
    fault_shift(fault, at + 1, domain.n);
    if (inner.fix[0]) {
        struct str local = str_sub(s, 0, at);
        char whole[sizeof fault->fix];
        int n = snprintf(whole, sizeof whole, "%.*s@%s", STR_ARG(local), inner.fix);
        if (n > 0 && (size_t)n < sizeof whole)
            fault_fix_str(fault, (struct str){ whole, (size_t)n });
    }
    return false;
}
