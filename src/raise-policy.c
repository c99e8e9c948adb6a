#include <config.h>

#include "raise-internal.h"

/* Lines that several blocks say together become a policy.  */

enum { LEAST_BLOCKS = 3, LEAST_LINES = 2, LEAST_PREFIX = 3 };

/* A block that may use policies, and the statement at the top of the file that it stands in.  */
struct block {
    struct node *node, *top;
};

/* A text that stands in several blocks: where, as a number that is the same for the same blocks. */
struct phrase {
    uint64_t where;
    size_t n, last; /* blocks; the last one of them, counted from 1 */
    bool twice;     /* in one block */
};

/* Lines that stand in the same blocks.  */
struct chorus {
    nodes lines;             /* of the first block */
    size_t n;                /* blocks */
    VEC(size_t) where;       /* which, in order */
    size_t n_lines;          /* those in blocks of its own included */
    const struct node *from; /* the source that all come from, or NULL */
    bool mixed;              /* not all come from one */
    struct node *policy;
};

struct singers {
    struct raise *r;
    enum kind kind;
    VEC(struct block) blocks;
    struct map phrases;  /* text to struct phrase */
    struct map choruses; /* 'where' to struct chorus */
};

static void find_blocks(struct singers *k, struct node *node, struct node *top)
{
    if (node->gone || !node->block)
        return;
    if (node->kind == k->kind)
        VEC_PUSH(k->r->arena, &k->blocks, (struct block){ node, top });
    for (size_t i = 0; i < node->kids.n; i++)
        find_blocks(k, node->kids.v[i], top);
}

/* Words that say the same wherever they stand.  */
static bool is_plain(const struct node *line)
{
    for (uint32_t i = 0; i < line->n_words; i++)
        if (line->words[i].spelled || line->words[i].secret)
            return false;
    for (size_t i = 0; i < line->kids.n; i++)
        if (!is_plain(line->kids.v[i]))
            return false;
    return true;
}

/* What has a comment of its own stays where it is.  */
static bool may_join(const struct singers *k, const struct node *line)
{
    return !line->gone && (line->block || raise_is_single(k->kind, line)) && is_plain(line) &&
           (line->from || !raise_speaks(line));
}

/* A number for block 'i' that is unlike all others.  */
static uint64_t mark_of(size_t i)
{
    uint64_t x = (uint64_t)i * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    return x ^ x >> 27;
}

static struct phrase *phrase_of(struct singers *k, const struct node *line)
{
    struct arena *arena = k->r->arena;
    struct str text = raise_text(line, arena);
    if (line->from)
        text = arena_printf(arena, "%.*s\n%.*s", STR_ARG(line->from->words[1].text), STR_ARG(text));
    void **slot = map_add(&k->phrases, text);
    if (!*slot)
        *slot = NEW(k->r->arena, struct phrase);
    return *slot;
}

static void count_phrases(struct singers *k)
{
    for (size_t i = 0; i < k->blocks.n; i++)
        for (size_t x = 0; x < k->blocks.v[i].node->kids.n; x++) {
            const struct node *line = k->blocks.v[i].node->kids.v[x];
            if (!may_join(k, line))
                continue;
            struct phrase *phrase = phrase_of(k, line);
            phrase->twice |= phrase->last == i + 1;
            phrase->where += mark_of(i + 1);
            phrase->last = i + 1;
            phrase->n++;
        }
}

static struct chorus *chorus_of(struct singers *k, const struct node *line)
{
    const struct phrase *phrase = may_join(k, line) ? phrase_of(k, line) : NULL;
    if (!phrase || phrase->twice || phrase->n < 2)
        return NULL;
    struct str key =
        arena_printf(k->r->arena, "%zu %016llx", phrase->n, (unsigned long long)phrase->where);
    void **slot = map_add(&k->choruses, key);
    if (!*slot) {
        struct chorus *chorus = NEW(k->r->arena, struct chorus);
        chorus->n = phrase->n;
        *slot = chorus;
    }
    return *slot;
}

static size_t count_lines(const struct node *line)
{
    size_t n = line->block ? 2 : 1;
    for (size_t i = 0; i < line->kids.n; i++)
        n += count_lines(line->kids.v[i]);
    return n;
}

static void gather(struct singers *k)
{
    for (size_t i = 0; i < k->blocks.n; i++)
        for (size_t x = 0; x < k->blocks.v[i].node->kids.n; x++) {
            struct node *line = k->blocks.v[i].node->kids.v[x];
            struct chorus *chorus = chorus_of(k, line);
            if (!chorus)
                continue;
            if (!chorus->lines.n)
                chorus->from = line->from;
            if (!chorus->where.n || chorus->where.v[chorus->where.n - 1] != i)
                VEC_PUSH(k->r->arena, &chorus->where, i);
            chorus->mixed |= line->from != chorus->from;
            if (chorus->where.v[0] != i)
                continue;
            VEC_PUSH(k->r->arena, &chorus->lines, line);
            chorus->n_lines += count_lines(line);
        }
}

/* The file becomes shorter, and what one source said to two stays one.  */
static bool is_worth_it(const struct chorus *c)
{
    bool shared = c->from && !c->mixed;
    return c->n_lines >= LEAST_LINES && (c->n >= LEAST_BLOCKS || shared) &&
           (shared || c->n * c->n_lines > c->n + c->n_lines + 3);
}

/* Without the range in it.  */
static struct str name_of(const struct singers *k, size_t block)
{
    struct str name = k->blocks.v[block].node->words[1].text;
    return str_sub(name, 0, str_find(name, '{'));
}

/* What the names of all blocks that sing it begin with.  */
static struct str common_name(const struct singers *k, const struct chorus *chorus)
{
    struct str name = name_of(k, chorus->where.v[0]);
    for (size_t i = 1; i < chorus->where.n; i++) {
        struct str other = name_of(k, chorus->where.v[i]);
        size_t n = 0;
        while (n < name.n && n < other.n && name.p[n] == other.p[n])
            n++;
        name.n = n;
    }
    while (name.n && !is_alpha(name.p[name.n - 1]))
        name.n--;
    return name;
}

static struct str policy_name(struct singers *k, const struct chorus *chorus)
{
    struct raise *r = k->r;
    bool shared = chorus->from && !chorus->mixed;
    struct str name = raise_clean(r, shared ? chorus->from->words[1].text : common_name(k, chorus));
    if (name.n < LEAST_PREFIX)
        name = arena_printf(r->arena, "%.*s%.*s", STR_ARG(raise_called(CALL_like)),
                            STR_ARG(raise_clean(r, name_of(k, chorus->where.v[0]))));
    return raise_name(r, KIND_policy, name);
}

static void make_policy(struct singers *k, struct chorus *chorus)
{
    const struct block *first = &k->blocks.v[chorus->where.v[0]];
    struct node *policy = raise_node(k->r, kind_word(KIND_policy));
    raise_word(policy, policy_name(k, chorus));
    policy->block = true;
    policy->kind = KIND_policy;
    VEC_PUSH(k->r->arena, &first->top->fore, policy);
    chorus->policy = policy;
}

/* The lines of a policy leave the block, and 'use' stands where the first of them did.  */
static void use_policies(struct singers *k, size_t i)
{
    struct node *node = k->blocks.v[i].node;
    const struct node *used = NULL;
    for (size_t x = 0; x < node->kids.n; x++) {
        struct node *line = node->kids.v[x];
        struct chorus *chorus = chorus_of(k, line);
        if (!chorus || !is_worth_it(chorus))
            continue;
        if (!chorus->policy)
            make_policy(k, chorus);
        struct node *copy = NEW(k->r->arena, struct node);
        *copy = *line;
        copy->blank = false;
        line->gone = true;
        if (chorus->where.v[0] == i)
            VEC_PUSH(k->r->arena, &chorus->policy->kids, copy);
        else if (raise_speaks(line))
            raise_remarks(chorus->policy->kids.v[0], line);
        if (chorus->policy == used)
            continue;
        used = chorus->policy;
        struct node *use = raise_node(k->r, raise_called(CALL_use).p);
        raise_word(use, used->words[1].text);
        use->blank = line->blank;
        node->kids.v[x] = use;
    }
}

static bool uses(const struct node *a, const struct node *b)
{
    return a->n_words == 2 && raise_same(a, b) && str_eq(a->words[0].text, raise_called(CALL_use));
}

/* One 'use' of each policy is enough.  */
static void drop_repeats(nodes *list)
{
    for (size_t i = 0; i < list->n; i++)
        for (size_t k = 0; k < i && !list->v[i]->gone && !list->v[i]->dir; k++)
            if (!list->v[k]->gone && uses(list->v[i], list->v[k]))
                list->v[i]->gone = true;
    raise_sweep(list);
}

static void raise_kind_policies(struct raise *r, enum kind kind)
{
    struct singers k = { .r = r,
                         .kind = kind,
                         .phrases = { .arena = r->arena, .exact = true },
                         .choruses = { .arena = r->arena, .exact = true } };
    for (size_t i = 0; i < r->top.n; i++)
        find_blocks(&k, r->top.v[i], r->top.v[i]);
    count_phrases(&k);
    gather(&k);
    for (size_t i = 0; i < k.blocks.n; i++)
        use_policies(&k, i);
    for (size_t i = 0; i < k.blocks.n; i++)
        drop_repeats(&k.blocks.v[i].node->kids);
}

void raise_policies(struct raise *r)
{
    static const enum kind kinds[] = { KIND_listener, KIND_client, KIND_user,
                                       KIND_vmta,     KIND_pool,   KIND_domain };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        raise_kind_policies(r, kinds[i]);
}
