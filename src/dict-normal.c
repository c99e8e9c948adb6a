#include <config.h>

#include "dict.h"

#include "dict-word.h"

/* One spelling for each value.  What is not known for certain to mean the same stays apart.  */

static struct str lower_text(struct str s, struct arena *arena)
{
    size_t i = 0;
    while (i < s.n && s.p[i] == to_lower(s.p[i]))
        i++;
    if (i == s.n)
        return s;
    char *p = arena_alloc(arena, s.n);
    for (i = 0; i < s.n; i++)
        p[i] = to_lower(s.p[i]);
    return (struct str){ p, s.n };
}

typedef struct str normal_word(const struct directive *, struct str, struct arena *);

static struct str as_word(const struct directive *dir, struct str s, struct arena *arena)
{
    (void)dir;
    return lower_text(s, arena);
}

static struct str as_bool(const struct directive *dir, struct str s, struct arena *arena)
{
    bool yes;
    struct fault fault;
    if (value_bool(s, &yes, &fault))
        return yes ? STR("yes") : STR("no");
    return as_word(dir, s, arena);
}

static struct str as_duration(const struct directive *dir, struct str s, struct arena *arena)
{
    uint64_t seconds;
    struct fault fault;
    if (!s.n || !is_digit(s.p[0]) || !value_duration(s, &seconds, &fault))
        return as_bool(dir, s, arena);
    return arena_printf(arena, "%llus", (unsigned long long)seconds);
}

/* The word that a duration may be, which is no switch.  */
static struct str as_time(const struct directive *dir, struct str s, struct arena *arena)
{
    return s.n && is_digit(s.p[0]) ? as_duration(dir, s, arena) : as_word(dir, s, arena);
}

/* A number without a suffix is bytes only where the directive takes it as such.  */
static struct str as_size(const struct directive *dir, struct str s, struct arena *arena)
{
    uint64_t bytes;
    bool bare;
    struct fault fault;
    if (!value_size(s, &bytes, &bare, &fault) || (bare && !param_has(dir, STR("bare"))))
        return as_word(dir, s, arena);
    return arena_printf(arena, "%llub", (unsigned long long)bytes);
}

static struct str as_rate(const struct directive *dir, struct str s, struct arena *arena)
{
    uint64_t count, seconds;
    bool multiple;
    struct fault fault;
    if (!value_rate(s, &count, &seconds, &multiple, &fault))
        return as_word(dir, s, arena);
    return arena_printf(arena, "%llu/%llus", (unsigned long long)count,
                        (unsigned long long)seconds);
}

static struct str as_datarate(const struct directive *dir, struct str s, struct arena *arena)
{
    uint64_t bytes, seconds;
    bool multiple;
    struct fault fault;
    if (!value_datarate(s, &bytes, &seconds, &multiple, &fault))
        return as_word(dir, s, arena);
    return arena_printf(arena, "%llub/%llus", (unsigned long long)bytes,
                        (unsigned long long)seconds);
}

/* The network; an address by itself is one too.  */
static struct str as_network(const struct directive *dir, struct str s, struct arena *arena)
{
    struct cidr cidr;
    char text[56];
    struct fault fault;
    (void)dir;
    if (!value_cidr(s, &cidr, &fault))
        return s;
    cidr = cidr_network(&cidr);
    return arena_str(arena, str_of(cidr_text(&cidr, text)));
}

/* 0.0.0.0 is every address of the machine, as 0/0 is.  */
static struct str as_endpoint(const struct directive *dir, struct str s, struct arena *arena)
{
    struct cidr cidr;
    uint16_t port;
    char text[56];
    struct fault fault;
    if (!value_endpoint(s, &cidr, &port, &fault))
        return as_word(dir, s, arena);
    if (addr_kind(&cidr.addr) == ADDR_UNSPECIFIED && cidr.addr.b[0] + cidr.addr.b[3] == 0)
        cidr.bits = 0;
    cidr = cidr_network(&cidr);
    return arena_printf(arena, cidr.addr.family == 6 ? "[%s]:%u" : "%s:%u", cidr_text(&cidr, text),
                        port);
}

/* The case of the local part is the receiver's matter.  */
static struct str as_email(const struct directive *dir, struct str s, struct arena *arena)
{
    size_t at = s.n;
    while (at && s.p[at - 1] != '@')
        at--;
    struct str domain = as_word(dir, str_sub(s, at, s.n), arena);
    if (!at)
        return s;
    return arena_printf(arena, "%.*s%.*s", (int)at, s.p, STR_ARG(domain));
}

static const struct {
    word_check *check;
    normal_word *normal;
} normals[] = {
    { word_bool, as_bool },
    { word_bool_or_duration, as_duration },
    { word_duration, as_time },
    { word_duration_or_never, as_time },
    { word_days_or_never, as_time },
    { word_size, as_size },
    { word_rate, as_rate },
    { word_daily, as_rate },
    { word_datarate, as_datarate },
    { word_ip, as_network },
    { word_cidr, as_network },
    { word_endpoint, as_endpoint },
    { word_int, as_word },
    { word_enum, as_word },
    { word_access_option, as_word },
    { word_host, as_word },
    { word_host_port, as_word },
    { word_client, as_word },
    { word_smtp_hosts, as_word },
    { word_domain, as_word },
    { word_domain_pattern, as_word },
    { word_queue, as_word },
    { word_selector, as_word },
    { word_key_domain, as_word },
    { word_macro_piece, as_word },
    { word_header_name, as_word },
    { word_header_or_regex, as_word },
    { word_email, as_email },
    { word_email_source, as_email },
    { word_email_target, as_email },
    { word_email_or_regex, as_email },
    { word_identity, as_email },
};

struct str dict_normal(const struct directive *dir, size_t i, struct str text, struct arena *arena)
{
    word_check *check = dict_word_check(dir->type, i);
    for (size_t k = 0; k < sizeof normals / sizeof *normals; k++)
        if (normals[k].check == check)
            return normals[k].normal(dir, text, arena);
    return text;
}

struct str dict_normal_arg(enum scope scope, struct str text, struct arena *arena)
{
    switch (dict_scope(scope)->arg) {
    case ARG_DOMAIN:
        return lower_text(text, arena);
    case ARG_SOURCE:
        return as_network(NULL, text, arena);
    case ARG_ENDPOINT:
        return as_endpoint(NULL, text, arena);
    case ARG_NONE:
    case ARG_NAME:
    case ARG_OPTIONAL_NAME:
    case ARG_PATH:
        break;
    }
    return text;
}
