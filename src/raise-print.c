#include <config.h>

#include "raise-internal.h"

enum { INDENT = 4 };

/* Values as the topology spells them: nothing in a word of PowerMTA's is a range or a variable.  */

/* "${" becomes "$${".  */
static struct str without_variables(struct arena *arena, struct str s)
{
    struct buf out = { .arena = arena };
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '$' && i + 1 < s.n && s.p[i + 1] == '{')
            buf_char(&out, '$');
        buf_char(&out, s.p[i]);
    }
    return buf_str(&out);
}

/* It holds what a word of the topology would read as a range.  */
static bool has_range(struct str s)
{
    bool open = false;
    for (size_t i = 0; i < s.n; i++) {
        open |= s.p[i] == '{';
        if (open && s.p[i] == '.' && i + 1 < s.n && s.p[i + 1] == '.')
            return true;
    }
    return false;
}

/* What stands between the quotes of a string.  */
static struct str quoted(struct arena *arena, struct str s)
{
    struct buf out = { .arena = arena };
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_char(&out, '\\');
        buf_char(&out, s.p[i]);
    }
    return buf_str(&out);
}

static struct value value_of(const struct word *w, struct arena *arena)
{
    struct str text = w->text;
    enum value_kind kind = w->pattern ? VALUE_PATTERN : VALUE_WORD;
    if (!w->spelled && !w->pattern) {
        text = without_variables(arena, text);
        if (w->secret || has_range(text) || str_find(text, ',') < text.n) {
            text = quoted(arena, text);
            kind = VALUE_STRING;
        }
    }
    return (struct value){
        .p = text.p, .len = text.n & 0xffffffu, .kind = kind & 3u, .joined = w->joined
    };
}

static void put_words(const struct node *node, size_t indent, struct arena *arena, struct buf *out)
{
    struct value *values = NEW_ARRAY(arena, struct value, node->n_words);
    for (uint32_t i = 0; i < node->n_words; i++)
        values[i] = value_of(&node->words[i], arena);
    ast_print_words(words_make(arena, values, node->n_words, 0), indent, out);
}

/* Statements.  */

static void put_line(struct buf *out, size_t indent, struct str text)
{
    buf_fill(out, ' ', indent);
    buf_put(out, text);
    buf_char(out, '\n');
}

static void put_remarks(const remarks *list, size_t indent, bool first, struct buf *out)
{
    for (size_t i = 0; i < list->n; i++) {
        if (list->v[i].blank && !(first && i == 0))
            buf_char(out, '\n');
        put_line(out, indent, list->v[i].text);
    }
}

static void put_beside(struct str text, struct buf *out)
{
    if (text.n)
        buf_char(out, ' ');
    buf_put(out, text);
    buf_char(out, '\n');
}

static void put_nodes(const struct raise *, const nodes *, size_t indent, struct buf *out);

static void put_node(const struct raise *r, const struct node *node, size_t indent, struct buf *out)
{
    if (!node->n_words)
        return;
    VEC_PUSH(r->arena, &r->out->places,
             (struct raise_place){ out->n + indent, node->lo, node->hi });
    put_words(node, indent, r->m->scratch, out);
    if (!node->block) {
        put_beside(node->beside, out);
        return;
    }
    buf_text(out, " {");
    put_beside(node->beside, out);
    put_nodes(r, &node->kids, indent + INDENT, out);
    put_remarks(&node->end, indent + INDENT, !node->kids.n, out);
    buf_fill(out, ' ', indent);
    buf_char(out, '}');
    put_beside(node->behind, out);
}

/* Blocks stand apart at the top of a file; elsewhere blank lines are where they were.  */
static void put_nodes(const struct raise *r, const nodes *list, size_t indent, struct buf *out)
{
    bool after_block = false;
    size_t start = out->n;
    for (size_t i = 0; i < list->n; i++) {
        const struct node *node = list->v[i];
        bool first = out->n == start, loose = node->above.n && node->above.v[0].blank;
        if (node->gone)
            continue;
        bool apart = !indent && (after_block || node->block || node->fore.n);
        if (!first && apart && !loose)
            buf_char(out, '\n');
        for (size_t k = 0; k < node->fore.n; k++) {
            put_node(r, node->fore.v[k], indent, out);
            buf_char(out, '\n');
        }
        put_remarks(&node->above, indent, first || node->fore.n > 0, out);
        if (node->blank && (node->above.n || !apart) && out->n != start)
            buf_char(out, '\n');
        put_node(r, node, indent, out);
        after_block = node->block;
    }
}

void raise_print(const struct raise *r, struct buf *out)
{
    put_nodes(r, &r->top, 0, out);
}

static void put_text(const struct node *node, struct buf *out)
{
    for (uint32_t i = 0; i < node->n_words; i++) {
        const struct word *w = &node->words[i];
        buf_char(out, w->joined ? ',' : w->pattern ? '/' : w->secret ? '"' : ' ');
        buf_put(out, w->text);
    }
    buf_text(out, node->block ? "{\n" : "\n");
    for (size_t i = 0; i < node->kids.n; i++)
        put_text(node->kids.v[i], out);
    if (node->block)
        buf_text(out, "}\n");
}

struct str raise_text(const struct node *node, struct arena *arena)
{
    struct buf out = { .arena = arena };
    put_text(node, &out);
    return buf_str(&out);
}

struct str raise_texts(const nodes *list, struct arena *arena)
{
    struct buf out = { .arena = arena };
    for (size_t i = 0; i < list->n; i++)
        put_text(list->v[i], &out);
    return buf_str(&out);
}
