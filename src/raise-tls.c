#include <config.h>

#include "raise-internal.h"

/* TLS identities: what a listener shows.  */

static const enum target protocols[N_PROTOCOLS] = { TARGET_listener_tls_1_0,
                                                    TARGET_listener_tls_1_1,
                                                    TARGET_listener_tls_1_2,
                                                    TARGET_listener_tls_1_3 };

/* What 'minimum' would say of protocol 'i': 1 yes, 0 no, -1 nothing; as 'plan' has it.  */
static int minimum_says(const struct raise *r, int minimum, int i)
{
    struct fault fault;
    bool on = false;
    value_bool(str_of(r->m->target[protocols[i]]->fallback), &on, &fault);
    return i + 1 < minimum ? 0 : on ? -1 : 1;
}

static int switch_of(const struct raise *r, const nodes *list, int i)
{
    const struct node *line = raise_line(list, r->m->target[protocols[i]]);
    struct fault fault;
    bool on = false;
    return line && value_bool(line->words[1].text, &on, &fault) ? on : -1;
}

/* The oldest protocol, 1 to 4, for which 'minimum' says exactly what the switches do; else 0.  */
static int minimum_of(const struct raise *r, const nodes *list)
{
    for (int minimum = N_PROTOCOLS; minimum > 0; minimum--) {
        bool same = true, some = false;
        for (int i = 0; i < N_PROTOCOLS; i++) {
            same &= switch_of(r, list, i) == minimum_says(r, minimum, i);
            some |= switch_of(r, list, i) >= 0;
        }
        if (same && some)
            return minimum;
    }
    return 0;
}

static void take_minimum(struct raise *r, struct node *listener, struct node *tls)
{
    int minimum = minimum_of(r, &listener->kids);
    if (!minimum)
        return;
    struct node *line = raise_node(r, raise_called(CALL_minimum).p);
    raise_word(line, arena_printf(r->arena, "1.%d", minimum - 1));
    for (int i = 0; i < N_PROTOCOLS; i++) {
        struct node *old = raise_line(&listener->kids, r->m->target[protocols[i]]);
        if (!old)
            continue;
        raise_remarks(line, old);
        old->gone = true;
    }
    VEC_PUSH(r->arena, &tls->kids, line);
}

static void take_parts(struct raise *r, struct node *listener, struct node *tls)
{
    for (size_t i = 0; i < listener->kids.n; i++) {
        struct node *line = listener->kids.v[i];
        if (!line->dir || !raise_has_name(r, KIND_tls, line->dir))
            continue;
        struct node *copy = NEW(r->arena, struct node);
        *copy = *line;
        line->gone = true;
        VEC_PUSH(r->arena, &tls->kids, copy);
    }
    take_minimum(r, listener, tls);
    raise_sweep(&listener->kids);
}

/* The name of the file without its folder and ending.  */
static struct str stem(struct str path)
{
    size_t from = 0, end = path.n;
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] == '/')
            from = i + 1;
    for (size_t i = path.n; i > from + 1; i--)
        if (path.p[i - 1] == '.') {
            end = i - 1;
            break;
        }
    return str_sub(path, from, end - from);
}

void raise_identity(struct raise *r, struct node *listener)
{
    const struct directive *certificate = r->m->target[TARGET_listener_tls_certificate];
    struct node *word = raise_said(&listener->kids, kind_word(KIND_tls));
    const struct node *file = raise_line(&listener->kids, certificate);
    enum lower none = lower_tls_in(TLS_none);
    if (!word || !file || raise_is_group(word, KIND_listener, none))
        return;
    struct node *tls = raise_node(r, kind_word(KIND_tls));
    struct str name = raise_clean(r, stem(file->words[1].text));
    tls->block = true;
    tls->kind = KIND_tls;
    take_parts(r, listener, tls);
    raise_words(r, KIND_tls, &tls->kids);
    r->identities.arena = r->arena;
    r->identities.exact = true;
    void **same = map_add(&r->identities, raise_texts(&tls->kids, r->arena));
    if (!*same) {
        raise_word(tls, raise_name(r, KIND_tls, name.n ? name : raise_called(CALL_certificate)));
        VEC_PUSH(r->arena, &listener->fore, tls);
        *same = tls;
    }
    raise_word(word, ((const struct node *)*same)->words[1].text);
}
