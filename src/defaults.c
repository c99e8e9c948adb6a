#include <config.h>

#include "defaults.h"

#include "buf.h"

void defaults_init(struct defaults *d, struct arena *arena)
{
    *d = (struct defaults){ arena, NEW_ARRAY(arena, struct defaults_use, dict_count()) };
}

static bool is_default(const struct directive *dir, const struct arg *args, size_t n)
{
    return n == 1 && dir->fallback[0] && dict_is_default(dir, args, n);
}

static struct defaults_use *use_of(const struct defaults *d, const struct directive *dir)
{
    return &d->uses[dir - dict_at(0)];
}

const struct directive *defaults_renamed(const struct model *m, const struct directive *dir)
{
    bool old = dir == m->target[TARGET_domain_route] && m->version >= PMTA_4_5;
    return old ? m->target[TARGET_domain_smtp_hosts] : dir;
}

struct str defaults_value(const struct directive *dir, const struct arg *args, size_t n,
                          struct arena *arena)
{
    struct buf text = { .arena = arena };
    struct fault fault;
    bool on;
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(&text, args[i].joined ? ',' : ' ');
        if (dir->type == TYPE_BOOL && value_bool(args[i].text, &on, &fault))
            buf_text(&text, on ? "yes" : "no");
        else if (args[i].pattern)
            buf_printf(&text, "/%.*s/", STR_ARG(args[i].text));
        else
            buf_put(&text, args[i].text);
    }
    return buf_str(&text);
}

void defaults_note(struct defaults *d, const struct directive *dir, const struct arg *args,
                   size_t n, enum defaults_place place)
{
    bool odd = !is_default(dir, args, n);
    struct defaults_use *use = use_of(d, dir);
    struct str value = defaults_value(dir, args, n, d->arena);
    if (!use->some)
        use->value = value;
    use->mixed |= !str_eq(use->value, value);
    use->some = true;
    use->odd |= odd;
    use->odd_address |= odd && (place == DEFAULTS_WIDEST || place == DEFAULTS_ADDRESS);
    use->widest |= place == DEFAULTS_WIDEST;
}

bool defaults_is_odd(const struct defaults *d, const struct directive *dir)
{
    return use_of(d, dir)->odd;
}

bool defaults_is_idle(const struct defaults *d, const struct directive *dir, const struct arg *args,
                      size_t n, enum defaults_place place)
{
    const struct defaults_use *use = use_of(d, dir);
    if (dir->repeatable)
        return false;
    if (is_default(dir, args, n))
        return place == DEFAULTS_WIDEST || !use->odd ||
               (place == DEFAULTS_LISTENER && !use->odd_address);
    bool domain = (dir->scopes & (uint64_t)1 << SCOPE_domain) != 0;
    return domain && place == DEFAULTS_NESTED && use->widest && !use->mixed &&
           str_eq(use->value, defaults_value(dir, args, n, d->arena));
}
