#include <config.h>

#include "legacy-internal.h"

/* Values: fields as they are, templates with fields in them, names.  */

static const char *const part_words[] = {
#define FIELD(ID, WORD) WORD,
#include "../grammar/legacy.def"
};

static const struct str made_words[] = {
#define MADE(ID, WORD) STR_INIT(WORD),
#include "../grammar/legacy.def"
};

void legacy_text_init(struct legacy *l)
{
    for (int c = 0; c <= ' '; c++)
        l->class[c] = CLASS_ODD;
    for (const char *p = "\"#;,{}$\\"; *p; p++)
        l->class[(unsigned char)*p] = CLASS_ODD;
    for (int c = 'A'; c <= 'Z'; c++)
        l->class[c] = CLASS_UPPER;
    l->text.raw.arena = l->text.quoted.arena = l->key.arena = l->scratch;
}

/* All classes that bytes of 's' are of.  */
static unsigned classes(const struct legacy *l, struct str s)
{
    unsigned found = 0;
    if ((uintptr_t)s.p - (uintptr_t)l->plain.p < l->plain.n)
        return 0;
    for (size_t i = 0; i < s.n; i++)
        found |= l->class[(unsigned char)s.p[i]];
    return found;
}

void legacy_look_at(struct legacy *l, const struct row *row)
{
    struct str text = row_text(l->rows, row->line);
    l->plain = STR("");
    if (row->plain || !classes(l, text))
        l->plain = text;
}

/* Keywords.  */

struct str legacy_word(enum made id)
{
    return made_words[id];
}

/* The words for rows as long as 'row', or NULL where it is too long for that.  */
static struct keywords *keywords_of(struct legacy *l, const struct row *row)
{
    uint32_t n = row->line.hi - row->line.lo;
    if (n >= LENGTHS)
        return NULL;
    if (!l->keywords[n])
        l->keywords[n] = NEW(l->scratch, struct keywords);
    return l->keywords[n];
}

struct value legacy_keyword(struct legacy *l, enum made id, const struct row *row)
{
    struct keywords *k = keywords_of(l, row);
    if (k && k->word[id].p) {
        struct value v = k->word[id];
        v.lo = row->line.lo;
        return v;
    }
    struct value v = value_make(l->arena, VALUE_WORD, made_words[id], row->line);
    if (k)
        k->word[id] = v;
    return v;
}

const struct words *legacy_tls_none(struct legacy *l, const struct row *row)
{
    struct keywords *k = keywords_of(l, row);
    if (k && k->tls_none)
        return k->tls_none;
    struct value v[] = { legacy_keyword(l, MADE_tls, row), legacy_keyword(l, MADE_none, row) };
    const struct words *words = words_make(l->tree, v, 2, row->line.lo);
    if (k)
        k->tls_none = words;
    return words;
}

/* Text in the making.  */

struct text *legacy_text(struct legacy *l)
{
    l->text.raw.n = l->text.quoted.n = 0;
    l->text.string = l->text.differs = false;
    return &l->text;
}

/* Appends 's', which says so as a word, and between quotes too.  */
static void put_both(struct text *t, struct str s)
{
    buf_put(&t->raw, s);
    if (t->differs)
        buf_put(&t->quoted, s);
}

/* From here on the two are not the same.  */
static void differ(struct text *t)
{
    if (!t->differs)
        buf_put(&t->quoted, buf_str(&t->raw));
    t->differs = true;
}

void legacy_text_put(struct legacy *l, struct text *t, struct str s)
{
    if (!(classes(l, s) & CLASS_ODD)) {
        put_both(t, s);
        return;
    }
    t->string = true;
    differ(t);
    buf_put(&t->raw, s);
    for (size_t i = 0; i < s.n; i++) {
        struct str rest = str_sub(s, i, s.n);
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_char(&t->quoted, '\\');
        else if (str_starts(rest, STR("${")) && str_find(rest, '}') < rest.n)
            buf_char(&t->quoted, '$');
        buf_char(&t->quoted, s.p[i]);
    }
}

struct str legacy_text_quoted(const struct text *t)
{
    return buf_str(t->differs ? &t->quoted : &t->raw);
}

struct str legacy_text_str(const struct text *t)
{
    return t->string ? legacy_text_quoted(t) : buf_str(&t->raw);
}

struct value legacy_text_value(struct legacy *l, const struct text *t, struct span span)
{
    bool string = t->string || !t->raw.n;
    return value_make(l->arena, string ? VALUE_STRING : VALUE_WORD, legacy_text_str(t), span);
}

struct value legacy_literal_made(struct legacy *l, struct piece piece)
{
    struct text *t = legacy_text(l);
    legacy_text_put(l, t, piece.text);
    return legacy_text_value(l, t, piece.span);
}

struct value legacy_literal(struct legacy *l, struct piece piece)
{
    struct str s = piece.text;
    if (!s.n || piece.span.hi - piece.span.lo != s.n || (classes(l, s) & CLASS_ODD))
        return legacy_literal_made(l, piece);
    return legacy_slice(piece);
}

/* Templates.  */

/* The part of a row that "${...}" at the start of 's' names, or N_PARTS; '*len' is its length.  */
static enum part part_at(struct str s, size_t *len)
{
    struct str name = str_sub(s, 2, str_find(s, '}') - 2);
    size_t i = 0;
    *len = name.n + 3;
    while (i < N_PARTS && !str_ieq(name, str_of(part_words[i])))
        i++;
    return (enum part)i;
}

/* The length of what stands at the start of 's' by itself; '*part' if that is a field.  */
static size_t cut_at(struct str s, bool in_string, enum part *part)
{
    size_t len;
    *part = N_PARTS;
    if (str_starts(s, STR("$${")) || (in_string && s.p[0] == '\\'))
        return s.n < 2 ? s.n : 2;
    if (!str_starts(s, STR("${")) || str_find(s, '}') == s.n)
        return 1;
    *part = part_at(s, &len);
    return *part < N_PARTS ? len : 2;
}

/* Adds 's' as somebody wrote it: what is in it is expanded later.  */
static void add_cut(struct legacy *l, struct template *t, struct str s)
{
    struct cut cut = { s, s, N_PARTS };
    struct buf quoted = { .arena = l->scratch };
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\')
            buf_char(&quoted, '\\');
        buf_char(&quoted, s.p[i]);
    }
    if (t->value.kind != VALUE_STRING && quoted.n > s.n)
        cut.quoted = buf_str(&quoted);
    if (s.n)
        VEC_PUSH(l->scratch, &t->cuts, cut);
}

struct template legacy_template(struct legacy *l, struct value v)
{
    struct template t = { .value = v };
    struct str s = value_text(v);
    bool in_string = v.kind == VALUE_STRING;
    size_t from = 0;
    for (size_t i = 0, len; i < s.n; i += len) {
        enum part part;
        len = cut_at(str_sub(s, i, s.n), in_string, &part);
        if (part == N_PARTS)
            continue;
        add_cut(l, &t, str_sub(s, from, i - from));
        VEC_PUSH(l->scratch, &t.cuts, (struct cut){ .part = part });
        t.parts |= 1u << part;
        from = i + len;
    }
    add_cut(l, &t, str_sub(s, from, s.n));
    t.plain = v.kind == VALUE_WORD;
    for (size_t i = 0; i < t.cuts.n; i++)
        t.plain &= !(classes(l, t.cuts.v[i].raw) & CLASS_ODD);
    return t;
}

/* What 'cut' says for a row, as a word.  */
static struct str cut_text(const struct cut *cut, const struct entry *e)
{
    return cut->part < N_PARTS ? e->part[cut->part].text : cut->raw;
}

static void put_cut(struct legacy *l, struct text *t, const struct cut *cut, const struct entry *e)
{
    if (cut->part < N_PARTS) {
        legacy_text_put(l, t, e->part[cut->part].text);
    } else if (cut->quoted.n == cut->raw.n) {
        put_both(t, cut->raw);
    } else {
        differ(t);
        buf_put(&t->raw, cut->raw);
        buf_put(&t->quoted, cut->quoted);
    }
}

void legacy_text_option(struct legacy *l, struct text *t, enum option id, const struct entry *e)
{
    const struct template *template = &l->option[id];
    t->string |= template->value.kind == VALUE_STRING;
    for (size_t i = 0; i < template->cuts.n && legacy_text_quoted(t).n <= AST_WORD; i++)
        put_cut(l, t, &template->cuts.v[i], e);
}

struct value legacy_option_value(struct legacy *l, const struct text *t, enum option id,
                                 struct span span)
{
    if (legacy_fits(l, t, id, span))
        return legacy_text_value(l, t, span);
    struct value v = legacy_literal_made(l, (struct piece){ STR(""), span });
    v.bad = true;
    return v;
}

/* The same as a word, which it is for plain rows; false where that takes a closer look.  */
static bool option_word(struct legacy *l, const struct template *t, const struct entry *e,
                        struct span span, struct value *v)
{
    size_t n = 0;
    char *p;
    if (!t->plain || !e->row->plain)
        return false;
    for (size_t i = 0; i < t->cuts.n && n <= AST_WORD; i++)
        n += cut_text(&t->cuts.v[i], e).n;
    if (!n || n > AST_WORD)
        return false;
    *v = value_room(l->arena, n, span, &p);
    for (size_t i = 0; i < t->cuts.n; i++) {
        struct str s = cut_text(&t->cuts.v[i], e);
        memcpy(p, s.p, s.n);
        p += s.n;
    }
    return true;
}

struct value legacy_option(struct legacy *l, enum option id, const struct entry *e,
                           struct span span)
{
    struct value v;
    if (option_word(l, &l->option[id], e, span, &v))
        return v;
    struct text *t = legacy_text(l);
    legacy_text_option(l, t, id, e);
    return legacy_option_value(l, t, id, span);
}

/* Names. */

struct str legacy_lower_case(struct legacy *l, struct str s)
{
    if (!(classes(l, s) & CLASS_UPPER))
        return s;
    char *p = arena_alloc(l->arena, s.n);
    for (size_t i = 0; i < s.n; i++)
        p[i] = to_lower(s.p[i]);
    return (struct str){ p, s.n };
}

static bool is_name_byte(char c)
{
    return is_alnum(c) || c == '.' || c == '_' || c == '-';
}

struct str legacy_name(struct legacy *l, struct str s)
{
    struct str cut = str_sub(s, 0, NAME_LIMIT);
    size_t i = 0;
    while (i < cut.n && is_name_byte(cut.p[i]))
        i++;
    if (i == cut.n)
        return cut;
    char *p = arena_alloc(l->arena, cut.n);
    for (i = 0; i < cut.n; i++)
        p[i] = is_name_byte(cut.p[i]) ? cut.p[i] : '-';
    return (struct str){ p, cut.n };
}

struct str legacy_joined(struct legacy *l, struct str a, const char *between, struct str b)
{
    l->key.n = 0;
    buf_put(&l->key, a);
    buf_text(&l->key, between);
    buf_put(&l->key, b);
    return arena_str(l->arena, buf_str(&l->key));
}

/* The map counts, so that many equal names take no longer than others.  */
struct str legacy_free_name(struct legacy *l, struct map *taken, const struct map *others,
                            struct str name)
{
    void **slot = map_add(taken, name);
    uintptr_t next = (uintptr_t)*slot;
    struct str result = name;
    if (!next && others && map_find(others, name))
        next = 2;
    *slot = (void *)(next ? next : 2);
    while (next) {
        struct str number = arena_printf(l->scratch, "-%zu", (size_t)next++);
        result = legacy_joined(l, str_sub(name, 0, NAME_LIMIT - number.n), "", number);
        if (map_find(taken, result) || (others && map_find(others, result)))
            continue;
        *map_add(taken, result) = (void *)(uintptr_t)2;
        *map_find(taken, name) = (void *)next;
        break;
    }
    return result;
}

/* Bars are in no part of a row, so the key is one for each.  */
bool legacy_first_time(struct legacy *l, enum made what, const void *of, struct str a, struct str b)
{
    struct buf *key = &l->key;
    key->n = 0;
    buf_char(key, (char)what);
    buf_put(key, (struct str){ (const char *)&of, sizeof of });
    buf_put(key, a);
    buf_char(key, '|');
    buf_put(key, b);
    void **slot = map_add(&l->seen, buf_str(key));
    bool first = !*slot;
    if (first)
        l->seen.entries[map_index(&l->seen, slot)].key = arena_str(l->scratch, buf_str(key));
    *slot = l;
    return first;
}
