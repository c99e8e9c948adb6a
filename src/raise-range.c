#include <config.h>

#include "raise-internal.h"

/* Runs of blocks and members that differ by numbers become ranges.  */

enum { DIGITS = 9, LINE = 72, WIDTH_OF_RANGE = 8 };

/* A text in pieces: what is no number, and a number, in turn.  */
struct number {
    size_t at, n; /* its digits */
    uint32_t value;
};

typedef VEC(struct number) numbers;

static void find_numbers(struct str s, struct arena *arena, numbers *list)
{
    list->n = 0;
    for (size_t i = 0; i < s.n; i++) {
        struct number x = { .at = i };
        while (i < s.n && is_digit(s.p[i])) {
            x.value = x.n < DIGITS ? x.value * 10 + (uint32_t)(s.p[i] - '0') : 0;
            x.n++;
            i++;
        }
        if (x.n && x.n <= DIGITS)
            VEC_PUSH(arena, list, x);
    }
}

static bool is_padded(struct str s, const struct number *x)
{
    return x->n > 1 && s.p[x->at] == '0';
}

/* The number 'b' may follow 'a' in a range: the step, -1, 0 or 1, or 2 where it may not.  */
static int step(struct str s, const struct number *a, struct str t, const struct number *b)
{
    bool padded = is_padded(s, a) || is_padded(t, b);
    if (padded && a->n != b->n)
        return 2;
    if (a->value == b->value)
        return a->n == b->n ? 0 : 2;
    return b->value == a->value + 1 ? 1 : a->value == b->value + 1 ? -1 : 2;
}

/* Texts that are to become one: the first, the last, and how each number goes.  */
struct run {
    struct raise *r;
    struct str first, last;
    numbers start, end; /* of the two */
    int *steps;         /* of each number of 'start' */
    size_t n;           /* texts */
};

/* 's' and 't' are alike but for numbers that may follow each other; the steps go into 'steps'.  */
static bool follows(struct run *run, struct str t, const numbers *b, int *steps)
{
    const numbers *a = &run->end;
    size_t i = 0, k = 0;
    bool moves = false;
    if (a->n != b->n)
        return false;
    for (size_t x = 0; x < a->n; x++) {
        size_t n = a->v[x].at - i;
        if (b->v[x].at - k != n || !str_eq(str_sub(run->last, i, n), str_sub(t, k, n)))
            return false;
        steps[x] = step(run->last, &a->v[x], t, &b->v[x]);
        if (steps[x] == 2)
            return false;
        moves |= steps[x] != 0;
        i = a->v[x].at + a->v[x].n;
        k = b->v[x].at + b->v[x].n;
    }
    return moves && str_eq(str_sub(run->last, i, run->last.n), str_sub(t, k, t.n));
}

static void begin_run(struct run *run, struct str text)
{
    struct arena *arena = run->r->arena;
    *run = (struct run){ .r = run->r, .first = text, .last = text, .n = 1 };
    find_numbers(text, arena, &run->start);
    run->end = run->start;
    run->steps = NEW_ARRAY(arena, int, run->start.n + 1);
}

/* Takes 'text' into the run, if it goes on as the others do.  */
static bool goes_on(struct run *run, struct str text)
{
    struct arena *arena = run->r->arena;
    numbers next = { 0 };
    int *steps = NEW_ARRAY(arena, int, run->start.n + 1);
    find_numbers(text, arena, &next);
    if (!follows(run, text, &next, steps) ||
        (run->n > 1 && memcmp(steps, run->steps, run->start.n * sizeof *steps) != 0))
        return false;
    run->steps = steps;
    run->last = text;
    run->end = next;
    run->n++;
    return true;
}

/* The 'from'th number and those behind it, which stand in 'text', put as ranges; '*from' becomes
   the next one.  */
static struct str with_ranges(const struct run *run, struct str text, size_t *from, bool *ranges)
{
    struct buf out = { .arena = run->r->arena };
    numbers own = { 0 };
    size_t at = 0;
    find_numbers(text, run->r->arena, &own);
    for (size_t i = 0; i < own.n; i++, ++*from) {
        const struct number *x = &own.v[i], *a = &run->start.v[*from], *b = &run->end.v[*from];
        buf_put(&out, str_sub(text, at, x->at - at));
        at = x->at + x->n;
        if (run->steps[*from] == 0) {
            buf_put(&out, str_sub(text, x->at, x->n));
            continue;
        }
        *ranges = true;
        buf_printf(&out, "{%.*s..%.*s}", STR_ARG(str_sub(run->first, a->at, a->n)),
                   STR_ARG(str_sub(run->last, b->at, b->n)));
    }
    buf_put(&out, str_sub(text, at, text.n));
    return buf_str(&out);
}

/* Blocks.  */

static bool may_hold(const struct word *w)
{
    for (size_t i = 0; i < w->text.n; i++)
        if (w->text.p[i] == '{' || w->text.p[i] == '$' || w->text.p[i] == '"' ||
            is_blank(w->text.p[i]))
            return false;
    return !w->pattern && !w->secret;
}

/* Ranges may stand in it: nothing in it would read otherwise then.  */
static bool may_fold(const struct node *node)
{
    if (!(node->kind == KIND_vmta || node->kind == KIND_dkim) || node->fore.n)
        return false;
    for (size_t i = 0; i < node->n_words; i++)
        if (!may_hold(&node->words[i]))
            return false;
    return node->kids.n > 0;
}

static void put_ranges(const struct run *run, struct node *node, size_t *from)
{
    for (uint32_t i = 0; i < node->n_words; i++) {
        bool ranges = false;
        struct str text = with_ranges(run, node->words[i].text, from, &ranges);
        if (ranges) {
            node->words[i].text = text;
            node->words[i].spelled = true;
        }
    }
    for (size_t i = 0; i < node->kids.n; i++)
        put_ranges(run, node->kids.v[i], from);
}

/* Behind the second slash of a path a brace would end a pattern.  */
static bool reads_as_pattern(struct str s)
{
    struct str rest = str_sub(s, 1, s.n);
    size_t close = str_find(rest, '/');
    return s.n && s.p[0] == '/' && close + 1 < rest.n && rest.p[close + 1] == '{';
}

/* A number may move in the header, and in lines whose words can hold a range.  */
static bool is_good(const struct run *run, const struct node *node, size_t *from, size_t depth)
{
    for (uint32_t i = 0; i < node->n_words; i++) {
        bool ranges = false;
        struct str text = with_ranges(run, node->words[i].text, from, &ranges);
        bool first_word = i == 0 && (depth < 2 || node->block);
        if (ranges && (first_word || reads_as_pattern(text) || !may_hold(&node->words[i]) ||
                       (node->block && depth > 0)))
            return false;
    }
    for (size_t i = 0; i < node->kids.n; i++)
        if (!is_good(run, node->kids.v[i], from, depth + 1))
            return false;
    return true;
}

/* Its name moves, or the blocks would be one.  */
static bool moves_header(const struct run *run, const struct node *node)
{
    size_t from = 0;
    bool ranges = false;
    with_ranges(run, node->words[0].text, &from, &ranges);
    with_ranges(run, node->words[1].text, &from, &ranges);
    return ranges;
}

static void end_run(struct run *run, nodes *list, size_t first)
{
    struct node *node = list->v[first];
    size_t from = 0;
    if (run->n < 2 || !is_good(run, node, &from, 0) || !moves_header(run, node))
        return;
    from = 0;
    put_ranges(run, node, &from);
    for (size_t i = 1; i < run->n; i++) {
        struct node *other = list->v[first + i];
        raise_remarks(node, other);
        for (size_t k = 0; k < other->kids.n; k++)
            raise_remarks(node, other->kids.v[k]);
        other->gone = true;
    }
}

/* Neighbours only: who stood apart, or has something said of him, stays so.  */
static void fold_blocks(struct raise *r, nodes *list)
{
    struct run run = { .r = r };
    size_t first = 0;
    for (size_t i = 0; i < list->n; i++) {
        struct node *node = list->v[i];
        bool fits = may_fold(node);
        struct str text = fits ? raise_text(node, r->arena) : STR("");
        if (fits && run.n && !raise_speaks(node) && goes_on(&run, text))
            continue;
        if (run.n)
            end_run(&run, list, first);
        run.n = 0;
        if (fits) {
            begin_run(&run, text);
            first = i;
        }
    }
    if (run.n)
        end_run(&run, list, first);
    raise_sweep(list);
}

/* Members of a pool.  */

static void fold_words(struct raise *r, struct node *line)
{
    struct word *out = NEW_ARRAY(r->arena, struct word, line->n_words);
    uint32_t n = 0;
    for (uint32_t i = 0; i < line->n_words;) {
        struct run run = { .r = r };
        size_t from = 0;
        bool ranges = false;
        begin_run(&run, line->words[i].text);
        while (i + run.n < line->n_words && goes_on(&run, line->words[i + run.n].text))
            ;
        bool fold = run.n > 2 || (run.n == 2 && line->words[i].text.n > WIDTH_OF_RANGE);
        out[n] = line->words[i];
        if (fold)
            out[n].text = with_ranges(&run, line->words[i].text, &from, &ranges);
        out[n++].spelled = fold;
        i += fold ? (uint32_t)run.n : 1;
    }
    line->words = out;
    line->n_words = n;
}

/* A line of members that is too long goes on in the next ones.  */
static void break_line(struct raise *r, struct node *line, nodes *to)
{
    size_t width = 0;
    uint32_t from = 0;
    struct word *words = line->words;
    uint32_t n = line->n_words;
    struct node *part = line;
    for (uint32_t i = 0; i < n; i++) {
        width += words[i].text.n + 1;
        if (width < LINE || i == from)
            continue;
        part->n_words = i - from;
        VEC_PUSH(r->arena, to, part);
        part = raise_node(r, "");
        part->words = words + i;
        from = i;
        width = words[i].text.n + 1;
    }
    part->n_words = n - from;
    VEC_PUSH(r->arena, to, part);
}

static void fold_members(struct raise *r, struct node *pool)
{
    nodes kids = { 0 };
    for (size_t i = 0; i < pool->kids.n; i++) {
        struct node *kid = pool->kids.v[i];
        if (kid->dir || kid->block || raise_is_word(KIND_pool, kid->words[0].text)) {
            VEC_PUSH(r->arena, &kids, kid);
            continue;
        }
        fold_words(r, kid);
        break_line(r, kid, &kids);
    }
    pool->kids = kids;
}

/* Declarations that were made for something stand in front of it; all keys stand together, in front
   of the first that is used.  */
static void place_declarations(struct raise *r)
{
    nodes all = { 0 };
    bool keys = false;
    for (size_t i = 0; i < r->top.n; i++) {
        struct node *node = r->top.v[i];
        for (size_t k = 0; k < node->fore.n; k++) {
            bool key = node->fore.v[k]->kind == KIND_dkim;
            if (!key)
                VEC_PUSH(r->arena, &all, node->fore.v[k]);
            for (size_t x = 0; key && !keys && x < r->keys.n; x++)
                VEC_PUSH(r->arena, &all, r->keys.entries[x].value);
            keys |= key;
        }
        node->fore.n = 0;
        VEC_PUSH(r->arena, &all, node);
    }
    r->top = all;
}

void raise_ranges(struct raise *r)
{
    place_declarations(r);
    fold_blocks(r, &r->top);
    for (size_t i = 0; i < r->top.n; i++)
        if (r->top.v[i]->kind == KIND_pool)
            fold_members(r, r->top.v[i]);
}
