#include <config.h>

#include "relay-internal.h"

/* Two mailboxes of unrelated domains, written alike, in each way in which an address may be seen.
   Nobody means these names, and no word is in them.  */
static const struct form {
    const char *before[2], *after;
    bool upper;
} forms[] = {
    { { "vqj@qzvkjw.", "kxw@xhwpfb." }, "", false },
    { { "<vqj@qzvkjw.", "<kxw@xhwpfb." }, ">", false },
    { { "vqj@qzvkjw.", "kxw@xhwpfb." }, "", true },
    { { "vqj@gkx.qzvkjw.", "kxw@zvq.xhwpfb." }, "", false },
};

static const char *const tops[] = {
#define TOP_LEVEL(domain) domain,
#include "../grammar/toplevel.def"
#undef TOP_LEVEL
};

enum {
    N_FORMS = sizeof forms / sizeof forms[0],
    N_TOPS = sizeof tops / sizeof tops[0],
    N_PROBES = N_FORMS * N_TOPS
};

bool relay_is_top_level(struct str domain)
{
    for (size_t i = 0; i < N_TOPS; i++)
        if (str_ieq(domain, str_of(tops[i])))
            return true;
    return false;
}

static struct str make_probe(struct arena *arena, const struct form *form, int side,
                             const char *top)
{
    struct buf text = { .arena = arena };
    buf_text(&text, form->before[side]);
    buf_text(&text, top);
    buf_text(&text, form->after);
    for (size_t i = 0; form->upper && i < text.n; i++)
        if (text.p[i] >= 'a' && text.p[i] <= 'z')
            text.p[i] = (char)(text.p[i] - 'a' + 'A');
    return buf_str(&text);
}

static void make_probes(struct relay_probes *p)
{
    struct arena *arena = p->regexps.arena;
    p->pairs = arena_zalloc(arena, N_PROBES, sizeof *p->pairs);
    for (size_t i = 0; i < N_PROBES; i++)
        for (int side = 0; side < 2; side++)
            p->pairs[i][side] = make_probe(arena, &forms[i % N_FORMS], side, tops[i / N_FORMS]);
}

bool relay_probe(struct relay_probes *p, struct str pattern)
{
    struct regexp_program program;
    bool open = false;
    if (!regexp_open(&p->regexps, pattern, &program))
        return false;
    if (!p->pairs)
        make_probes(p);
    for (size_t i = 0; !open && i < N_PROBES; i++)
        open = regexp_match(&program, p->pairs[i][0]) && regexp_match(&program, p->pairs[i][1]);
    regexp_close(&program);
    return open;
}
