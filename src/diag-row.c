#include <config.h>

#include "diag-secret.h"

/* Fields of a whole row, and what stands where in one that hands in mail.  */
enum { WHOLE = 6, SELECTOR = 1, NAME = 4, PASSWORD = 5 };

/* A row cut at its separators, or at what was written instead of them.  */
struct fields {
    struct str line;
    char separator;
    size_t n;
};

static size_t count_fields(struct str line, char separator)
{
    size_t n = 1;
    for (size_t i = 0; i < line.n; i++)
        n += line.p[i] == separator;
    return n;
}

static struct fields cut(struct str line)
{
    static const char separators[] = { ',', ';', '\t', ' ' };
    struct fields f = { line, '|', count_fields(line, '|') };
    for (size_t i = 0; f.n < 2 && i < sizeof separators; i++)
        f = (struct fields){ line, separators[i], count_fields(line, separators[i]) };
    return f;
}

static bool has_sign(struct str s)
{
    return str_find(s, '@') < s.n;
}

/* Only such bytes are in it, and one of 'wanted' is.  */
static bool is_made_of(struct str s, const char *bytes, const char *wanted)
{
    bool found = false;
    for (size_t i = 0; i < s.n; i++) {
        if (!is_alnum(s.p[i]) && !strchr(bytes, s.p[i]))
            return false;
        found |= strchr(wanted, s.p[i]) != NULL;
    }
    return found;
}

/* An address, a domain, a host: no password looks like them.  */
static bool is_host(struct str s)
{
    return is_made_of(s, ".-_:/", ".:");
}

/* The same of an address alone.  A field that begins with digits may be one that is wrong, but is
   no name.  */
static bool is_address(struct str s)
{
    size_t colon = str_find(s, ':');
    for (size_t i = 0; colon < s.n && i < colon; i++)
        if (!is_digit(s.p[i]) && (to_lower(s.p[i]) < 'a' || to_lower(s.p[i]) > 'f'))
            return false;
    return is_host(s) && (is_digit(s.p[0]) || colon < s.n);
}

static struct str field(const struct fields *f, size_t i)
{
    size_t at = 0;
    for (; i; i--)
        at += str_find(str_sub(f->line, at, f->line.n), f->separator) + 1;
    struct str rest = str_sub(f->line, at, f->line.n);
    return str_trim(str_sub(rest, 0, str_find(rest, f->separator)));
}

/* A user and his password changed places: what stands last is the shorter one and plain.  */
static bool is_swapped(const struct fields *f)
{
    if (f->n != WHOLE)
        return false;
    struct str user = field(f, NAME), password = field(f, PASSWORD);
    for (size_t i = 0; i < password.n; i++)
        if (!is_alpha(password.p[i]) && !strchr("@.-_", password.p[i]))
            return false;
    return !has_sign(user) && (has_sign(password) || password.n < user.n);
}

/* What may be shown of 's', which names somebody or something, and perhaps his password behind.  */
static size_t shown_of_name(struct str s)
{
    size_t sign = str_find(s, '@'), colon = str_find(s, ':');
    if (sign == s.n)
        return is_address(s) || colon == s.n ? s.n : colon + 1;
    while (sign < s.n && !is_blank(s.p[sign]) && !strchr(":;,/", s.p[sign]))
        sign++;
    return colon < sign ? colon + 1 : sign;
}

/* What a row is, by the forms of its fields.  */
struct order {
    bool delivery; /* the second field is an address */
    bool swapped;
    size_t plain; /* bare words from this field on are no names: the fields are in another order */
};

/* An address, a domain or a host belongs there.  */
static bool is_host_column(const struct order *order, size_t i)
{
    size_t selector = SELECTOR + order->delivery;
    return i < selector || i == selector + 1 || i == selector + 2;
}

static bool is_bare(struct str s)
{
    return !has_sign(s) && !is_host(s);
}

/* A single bare word where a host belongs may be a host that is wrong; two are not, nor is one that
   left its place to a host.  Behind the last host everything may have moved.  */
static struct order find_order(const struct fields *f)
{
    struct order order = { .delivery = f->n >= WHOLE && is_address(field(f, 1)),
                           .swapped = is_swapped(f),
                           .plain = SIZE_MAX };
    size_t bare = 0, hosts = 0, n = f->n < WHOLE ? f->n : WHOLE, last = SELECTOR + 2;
    if (n < WHOLE - 1 && f->separator != '|')
        return order;
    for (size_t i = 0; i < n; i++) {
        struct str s = field(f, i);
        bool host = is_host_column(&order, i);
        bare += host && s.n && is_bare(s);
        hosts += !host && is_host(s) && i < PASSWORD;
        bool more = str_find(s, ':') < s.n && !is_address(s);
        if (host && i == last + order.delivery && (more || is_bare(s)))
            order.plain = i + 1;
    }
    if (bare > 1 || (bare && (hosts || is_bare(field(f, 0)))))
        order.plain = 0;
    return order;
}

/* A piece of the field looks like a secret, and is no login, of which the user is shown.  */
static bool holds_secret(struct str s)
{
    bool login = str_find(s, ':') < s.n && !is_address(s);
    for (size_t i = 0; !login && i < s.n; i++)
        if (secret_by_looks(s, i))
            return true;
    return false;
}

/* What may be shown of field 'i': all where it has the form of what belongs there.  */
static size_t shown_of_field(const struct fields *f, size_t i, struct str s,
                             const struct order *order)
{
    bool user = f->n >= WHOLE && !order->delivery;
    if (f->n >= WHOLE && (i > PASSWORD || (i == PASSWORD && user)))
        return 0;
    if (holds_secret(s) || (i == NAME && user && order->swapped))
        return 0;
    if (is_bare(s) && (is_no_name(s) || i >= order->plain))
        return 0;
    return shown_of_name(s);
}

void mask_row(struct diags *d, struct masked_line *line)
{
    struct fields f = cut(line->text);
    struct order order = find_order(&f);
    size_t at = 0;
    if (str_starts(str_trim(line->text), STR("#")))
        return;
    for (size_t i = 0; at <= line->text.n; i++) {
        struct str rest = str_sub(line->text, at, line->text.n);
        struct str all = str_sub(rest, 0, str_find(rest, f.separator)), s = str_trim(all);
        size_t lo = at + (s.n ? (size_t)(s.p - all.p) : 0);
        size_t shown = s.n ? shown_of_field(&f, i, s, &order) : 0;
        mask_add(d, line, lo + shown, lo + s.n);
        at += all.n + 1;
    }
}
