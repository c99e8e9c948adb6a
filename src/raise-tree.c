#include <config.h>

#include "raise-internal.h"

#include "plan.h"

/* From the tree and its comments to statements that own theirs.  */

struct reader {
    struct raise *r;
    struct map next;         /* name of a source to the number of its comments that were taken */
    const struct source *at; /* of what was read last */
    uint32_t end;            /* where that ends */
    bool refused;            /* it was left out */
};

/* Comments.  */

static void put_rune(struct buf *out, unsigned char c)
{
    if (c >= 0xa0) { /* Latin-1 is the first part of Unicode */
        buf_char(out, (char)(0xc0 | c >> 6));
        buf_char(out, (char)(0x80 | (c & 0x3f)));
    } else {
        buf_char(out, '?');
    }
}

/* What a comment says as text that a topology may hold; people leave secrets in comments too.  */
static struct str comment_text(struct reader *k, struct span span)
{
    struct str s = str_trim(k->r->keep_secrets ? source_text(k->r->program->sources, span)
                                               : diag_masked(k->r->program->diags, span));
    struct buf out = { .arena = k->r->arena };
    for (size_t i = 0, n; i < s.n; i += n) {
        uint32_t rune;
        unsigned char c = (unsigned char)s.p[i];
        n = c < 0x80 ? 1 : utf8_rune(s.p + i, s.n - i, &rune);
        if (c < 0x80 && (c >= ' ' || c == '\t') && c != 0x7f)
            buf_char(&out, s.p[i]);
        else if (c >= 0x80 && n && !rune_is_invisible(rune))
            buf_put(&out, str_sub(s, i, n));
        else if (c >= 0x80 && !n)
            put_rune(&out, c);
        n = n ? n : 1;
    }
    return str_trim(buf_str(&out));
}

static const struct ast_file *file_of(struct reader *k, const struct source *source)
{
    const struct program *p = k->r->program;
    for (size_t i = 0; i < p->files.n; i++)
        if (p->files.v[i]->source == source)
            return p->files.v[i];
    return NULL;
}

/* The text of a source between two places.  */
static struct str between(const struct source *s, uint32_t from, uint32_t to)
{
    return from < to ? str_sub(s->text, from - s->base, to - from) : STR("");
}

static bool has_line_end(struct str s)
{
    return str_find(s, '\n') < s.n;
}

static bool has_blank_line(struct str s)
{
    size_t n_ends = 0;
    for (size_t i = 0; i < s.n && n_ends < 2; i++)
        n_ends = s.p[i] == '\n' ? n_ends + 1 : is_blank(s.p[i]) || s.p[i] == '\r' ? n_ends : 0;
    return n_ends >= 2;
}

/* Takes the comments of 'source' in front of 'limit': one on the line of what ended at k->end goes
   into 'beside', the others into 'list'.  */
static void take_comments(struct reader *k, const struct source *source, uint32_t limit,
                          struct str *beside, remarks *list)
{
    const struct ast_file *file = file_of(k, source);
    void **slot = map_add(&k->next, source->name);
    size_t i = (size_t)(uintptr_t)*slot;
    if (k->at != source)
        k->end = 0;
    k->at = source;
    for (; file && i < file->comments.n && file->comments.v[i].lo < limit; i++) {
        struct span c = file->comments.v[i];
        uint32_t from = k->end > source->base ? k->end : source->base;
        struct str gap = between(source, from, c.lo);
        struct remark remark = { comment_text(k, c), has_blank_line(gap) };
        bool here = beside && !beside->n && k->end > source->base && c.lo >= k->end;
        if (here && !has_line_end(gap))
            *beside = remark.text;
        else
            VEC_PUSH(k->r->arena, list, remark);
        k->end = c.hi;
    }
    *slot = (void *)(uintptr_t)i;
}

/* Statements.  */

static struct node *new_node(struct raise *r)
{
    struct node *node = NEW(r->arena, struct node);
    node->raise = r;
    node->kind = KIND_top;
    return node;
}

static void copy_words(struct node *node, const struct stmt *s)
{
    node->n_words = s->words->n;
    node->words = NEW_ARRAY(node->raise->arena, struct word, s->words->n);
    for (uint32_t i = 0; i < s->words->n; i++) {
        struct value v = stmt_value(s, i);
        node->words[i] = (struct word){ .text = value_text(v),
                                        .joined = v.joined,
                                        .pattern = v.kind == VALUE_PATTERN };
    }
}

static bool is_secret(const struct raise *r, struct span span)
{
    const struct diags *d = r->m->diags;
    for (size_t i = 0; i < d->secrets.n && !r->keep_secrets; i++)
        if (d->secrets.v[i].lo < span.hi && span.lo < d->secrets.v[i].hi)
            return true;
    return false;
}

/* The number of values of 's' that may be shown: where nobody knows the section it stands in, a
   word that nobody knows either may well have a secret behind it.  */
static uint32_t shown(struct reader *k, const struct stmt *s, bool inside)
{
    const struct diags *d = k->r->m->diags;
    struct str word = stmt_text(s, 0);
    if (k->r->keep_secrets)
        return s->words->n;
    for (size_t i = 0; i < d->secret_words.n; i++)
        if (str_ieq(word, d->secret_words.v[i].word))
            return 1 + (uint32_t)d->secret_words.v[i].skip;
    bool known = dict_any(k->r->m->dict, word) && !diag_hints_at_secret(word);
    return inside && !s->block && !known ? 1 : s->words->n;
}

/* What was left out stays as a comment, for a person to decide.  */
static void refuse(struct reader *k, const struct stmt *s, remarks *to, bool blank, bool inside)
{
    uint32_t n = shown(k, s, inside);
    struct buf text = { .arena = k->r->arena };
    struct place place = source_place(k->r->program->sources, s->lo);
    VEC_PUSH(k->r->arena, &k->r->out->refused, stmt_span(s));
    buf_printf(&text, "# left out, line %u:", place.line);
    for (uint32_t i = 0; i < s->words->n; i++) {
        struct value v = stmt_value(s, i);
        struct str word = comment_text(k, value_span(v));
        buf_text(&text, v.joined ? ", " : " ");
        buf_put(&text, i >= n || is_secret(k->r, value_span(v)) ? STR("***") : word);
    }
    VEC_PUSH(k->r->arena, to, (struct remark){ buf_str(&text), blank });
}

static void add_stmts(struct reader *k, struct walk w, nodes *to, remarks *pending,
                      enum scope scope);

static uint32_t end_of(const struct stmt *s)
{
    return s->block ? stmt_close(s) : stmt_span(s).hi;
}

/* The end of the closing tag, or of the statement.  */
static uint32_t behind(const struct source *source, const struct stmt *s)
{
    if (!s->block)
        return stmt_span(s).hi;
    struct str rest = str_sub(source->text, stmt_close(s) - source->base, source->text.n);
    size_t line = str_find(rest, '\n'), tag = str_find(rest, '>');
    return stmt_close(s) + (uint32_t)(tag < line ? tag + 1 : 0);
}

/* Where a comment goes that stands on the line of what was read last; NULL: nowhere.  */
static struct str *beside_last(const struct reader *k, const nodes *list)
{
    struct node *last = list->n && !k->refused ? list->v[list->n - 1] : NULL;
    return !last ? NULL : last->block ? &last->behind : &last->beside;
}

static void add_block(struct reader *k, struct node *node, const struct stmt *s,
                      const struct source *source)
{
    remarks pending = { 0 };
    const struct stmt *child;
    struct walk first = walk_block(s);
    uint32_t limit = stmt_close(s);
    node->block = true;
    node->scope = dict_section(k->r->m->dict, node->words[0].text);
    if (node->scope == N_SCOPES) /* a list behind its line */
        node->scope = dict_section(k->r->m->dict, node->words[node->n_words - 1].text);
    k->end = stmt_open(s);
    k->refused = false;
    if ((child = walk_next(&first)) && source_of(k->r->program->sources, child->lo) == source)
        limit = child->lo;
    take_comments(k, source, limit, &node->beside, &pending);
    add_stmts(k, walk_block(s), &node->kids, &pending, node->scope);
    take_comments(k, source, stmt_close(s), beside_last(k, &node->kids), &pending);
    node->end = pending;
    k->refused = false;
}

/* Nothing of it is told to PowerMTA.  */
static bool is_refused(struct reader *k, const struct stmt *s)
{
    uint32_t hi = end_of(s);
    return places_has(k->r->refuse, s->lo, s->lo + 1) ||
           !places_has(&k->r->accepted, s->lo, hi > s->lo ? hi : s->lo + 1);
}

static void refuse_all(struct reader *k, const struct stmt *s, remarks *to, bool blank, bool inside)
{
    const struct stmt *child;
    refuse(k, s, to, blank, inside);
    for (struct walk w = walk_block(s); (child = walk_next(&w));)
        refuse_all(k, child, to, false, true);
}

static void add_stmt(struct reader *k, const struct stmt *s, nodes *to, remarks *pending,
                     enum scope scope)
{
    const struct source *source = source_of(k->r->program->sources, s->lo);
    take_comments(k, source, s->lo, beside_last(k, to), pending);
    bool blank = k->end >= source->base && has_blank_line(between(source, k->end, s->lo));
    k->refused = is_refused(k, s);
    if (k->refused) {
        refuse_all(k, s, pending, blank, false);
        k->end = behind(source, s);
        return;
    }
    struct node *node = new_node(k->r);
    copy_words(node, s);
    node->above = *pending;
    *pending = (remarks){ 0 };
    node->blank = blank;
    node->scope = scope;
    node->lo = s->lo;
    node->hi = end_of(s) > s->lo ? end_of(s) : s->lo + 1;
    if (s->block)
        add_block(k, node, s, source);
    else
        node->dir = dict_find(k->r->m->dict,
                              node->words[0].pattern ? STR("/regex/") : node->words[0].text, scope);
    k->end = behind(source, s);
    VEC_PUSH(k->r->arena, to, node);
}

static void add_stmts(struct reader *k, struct walk w, nodes *to, remarks *pending,
                      enum scope scope)
{
    const struct stmt *s;
    while ((s = walk_next(&w)))
        add_stmt(k, s, to, pending, scope);
}

static void note_section(struct raise *r, const struct conf_section *s)
{
    VEC_PUSH(r->arena, &r->accepted, s->origin.lo);
    for (const struct conf_line *l = s->lines; l; l = l->next) {
        if (l->dir != dict_verbatim()) /* a topology has no way to say such a line */
            VEC_PUSH(r->arena, &r->accepted, l->origin.lo);
        if (l->nested)
            note_section(r, l->nested);
    }
    for (const struct conf_section *c = s->children; c; c = c->next)
        note_section(r, c);
}

static void note_conf(const struct conf *conf, void *context)
{
    for (const struct conf_section *s = conf->first; s; s = s->next)
        note_section(context, s);
}

/* Where all stands that PowerMTA is told.  */
static void find_accepted(struct raise *r)
{
    struct conf conf = { .arena = r->m->scratch,
                         .diags = r->m->diags,
                         .places = true,
                         .done = note_conf,
                         .context = r };
    plan(r->m, &conf);
    places_sort(&r->accepted);
}

void raise_read(struct raise *r)
{
    struct reader k = { .r = r, .next = { .arena = r->arena, .exact = true } };
    const struct program *p = r->program;
    remarks pending = { 0 };
    find_accepted(r);
    for (size_t i = 0; i < p->items.n; i++)
        add_stmt(&k, p->items.v[i].stmt, &r->top, &pending, SCOPE_global);
    for (size_t i = 0; i < p->files.n; i++)
        take_comments(&k, p->files.v[i]->source, UINT32_MAX, beside_last(&k, &r->top), &pending);
    if (pending.n) {
        struct node *tail = new_node(r);
        tail->above = pending;
        VEC_PUSH(r->arena, &r->top, tail);
    }
}

/* Work with statements.  */

void raise_word(struct node *node, struct str text)
{
    struct word *words = NEW_ARRAY(node->raise->arena, struct word, node->n_words + 1);
    if (node->n_words)
        memcpy(words, node->words, node->n_words * sizeof *words);
    words[node->n_words++] = (struct word){ .text = text };
    node->words = words;
}

struct node *raise_node(struct raise *r, const char *word)
{
    struct node *node = new_node(r);
    raise_word(node, str_of(word));
    return node;
}

static void add_remark(struct node *to, struct str text, bool blank)
{
    if (text.n)
        VEC_PUSH(to->raise->arena, &to->above, (struct remark){ text, blank });
}

void raise_remarks(struct node *to, const struct node *from)
{
    for (size_t i = 0; i < from->above.n; i++)
        add_remark(to, from->above.v[i].text, from->above.v[i].blank);
    add_remark(to, from->beside, false);
    add_remark(to, from->behind, false);
    for (size_t i = 0; i < from->end.n; i++)
        add_remark(to, from->end.v[i].text, from->end.v[i].blank);
}

void raise_sweep(nodes *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++)
        if (!list->v[i]->gone)
            list->v[kept++] = list->v[i];
    list->n = kept;
}

struct node *raise_line(const nodes *list, const struct directive *dir)
{
    for (size_t i = 0; i < list->n; i++)
        if (!list->v[i]->gone && list->v[i]->dir == dir && !list->v[i]->block)
            return list->v[i];
    return NULL;
}

struct arg *raise_args(const struct node *node)
{
    struct arg *args = NEW_ARRAY(node->raise->arena, struct arg, node->n_words);
    uint32_t from = node->words[0].pattern ? 0 : 1;
    for (uint32_t i = from; i < node->n_words; i++)
        args[i - from] = (struct arg){ .text = node->words[i].text,
                                       .joined = i > from && node->words[i].joined,
                                       .pattern = node->words[i].pattern };
    return args;
}

static bool same_word(const struct word *a, const struct word *b)
{
    return str_eq(a->text, b->text) && a->joined == b->joined && a->pattern == b->pattern &&
           a->secret == b->secret;
}

bool raise_same(const struct node *a, const struct node *b)
{
    if (a->n_words != b->n_words || a->block != b->block || a->kids.n != b->kids.n)
        return false;
    for (uint32_t i = 0; i < a->n_words; i++)
        if (!same_word(&a->words[i], &b->words[i]))
            return false;
    for (size_t i = 0; i < a->kids.n; i++)
        if (!raise_same(a->kids.v[i], b->kids.v[i]))
            return false;
    return true;
}

bool raise_speaks(const struct node *node)
{
    if (node->above.n || node->end.n || node->beside.n || node->behind.n)
        return true;
    for (size_t i = 0; i < node->kids.n; i++)
        if (raise_speaks(node->kids.v[i]))
            return true;
    return false;
}

struct str raise_clean(struct raise *r, struct str text)
{
    struct buf out = { .arena = r->arena };
    for (size_t i = 0; i < text.n && out.n < 48; i++) {
        char c = text.p[i];
        if (is_alnum(c) || ((c == '.' || c == '_' || c == '-') && out.n))
            buf_char(&out, c);
        else if (out.n && out.p[out.n - 1] != '-' && i + 1 < text.n)
            buf_char(&out, '-');
    }
    return buf_str(&out);
}

struct str raise_name(struct raise *r, enum kind kind, struct str text)
{
    struct map *names = &r->names[kind];
    uintptr_t n = (uintptr_t)map_get(names, text); /* the last number that was behind it */
    struct str name = text;
    while (n) {
        name = arena_printf(r->arena, "%.*s-%zu", STR_ARG(text), (size_t)++n);
        if (!map_find(names, name))
            break;
    }
    *map_add(names, name) = (void *)(uintptr_t)1;
    if (n)
        *map_add(names, text) = (void *)n;
    return name;
}
