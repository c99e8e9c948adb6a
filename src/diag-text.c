#include <config.h>

#include "diag-secret.h"

/* Snippets are shown through a window of this many cells around the caret.  */
enum { WINDOW = 120, MASK = 8 };

struct rune_range {
    uint32_t lo, hi;
};

/* Wide characters of East Asia and pictures, in blocks: enough to keep a caret in place.  */
static const struct rune_range wide[] = {
    { 0x1100, 0x115f },   { 0x2e80, 0xa4cf },   { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff },
    { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f },
    { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

static const struct rune_range combining[] = {
    { 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x0610, 0x061a },
    { 0x064b, 0x065f }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x20d0, 0x20ff },
    { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
};

static const struct rune_range invisible[] = {
    { 0x0080, 0x00a0 }, { 0x00ad, 0x00ad }, { 0x061c, 0x061c }, { 0x1680, 0x1680 },
    { 0x2000, 0x200f }, { 0x2028, 0x202f }, { 0x205f, 0x2064 }, { 0x2066, 0x206f },
    { 0x3000, 0x3000 }, { 0xfeff, 0xfeff }, { 0xfff0, 0xfffb }, { 0xe0000, 0xe0fff },
};

static bool in_ranges(uint32_t rune, const struct rune_range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (rune >= ranges[i].lo && rune <= ranges[i].hi)
            return true;
    return false;
}

#define IN(RUNE, RANGES) in_ranges(RUNE, RANGES, sizeof(RANGES) / sizeof(RANGES)[0])

bool rune_is_invisible(uint32_t rune)
{
    return rune >= invisible[0].lo && IN(rune, invisible);
}

size_t utf8_rune(const char *p, size_t n, uint32_t *rune)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char c = n ? (unsigned char)p[0] : 0;
    size_t len = !n         ? 0
                 : c < 0x80 ? 1
                 : c < 0xc2 ? 0
                 : c < 0xe0 ? 2
                 : c < 0xf0 ? 3
                 : c < 0xf5 ? 4
                            : 0;
    if (!len || len > n)
        return 0;
    *rune = len == 1 ? c : c & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if (((unsigned char)p[i] & 0xc0) != 0x80)
            return 0;
        *rune = *rune << 6 | ((unsigned char)p[i] & 0x3f);
    }
    bool good = *rune >= least[len] && *rune <= 0x10ffff && (*rune < 0xd800 || *rune > 0xdfff);
    return good ? len : 0;
}

static size_t rune_cells(uint32_t rune)
{
    if (rune < combining[0].lo) /* nearly all */
        return 1;
    return IN(rune, wide) ? 2 : IN(rune, combining) ? 0 : 1;
}

/* Writes the character at 'p' as a terminal may show it; sets the cells it takes and returns the
   bytes it consumed.  */
static size_t put_rune(struct buf *out, const char *p, size_t n, size_t at, size_t *cells)
{
    uint32_t rune;
    size_t len = utf8_rune(p, n, &rune), before = out->n;
    if (!len) {
        buf_printf(out, "\\x%02x", (unsigned char)p[0]);
        *cells = 4;
        return 1;
    }
    if (rune == '\t') {
        *cells = 8 - at % 8;
        buf_fill(out, ' ', *cells);
    } else if (rune < 0x20 || rune == 0x7f) {
        buf_printf(out, "\\x%02x", (unsigned)rune);
        *cells = 4;
    } else if (rune_is_invisible(rune)) {
        buf_printf(out, "<U+%04X>", (unsigned)rune);
        *cells = out->n - before;
    } else {
        buf_put(out, (struct str){ p, len });
        *cells = rune_cells(rune);
    }
    return len;
}

void diag_escape(struct buf *out, struct str text)
{
    size_t cells;
    for (size_t i = 0; i < text.n;) {
        if (text.p[i] == '\t' || text.p[i] == '\n')
            buf_printf(out, "\\x%02x", (unsigned char)text.p[i++]);
        else
            i += put_rune(out, text.p + i, text.n - i, 0, &cells);
    }
}

struct snippet {
    struct buf text;
    size_t from, to; /* cells to underline */
};

/* Where drawing begins: far enough in front of byte 'at' of a long line that nobody sees it.  */
static size_t window_start(struct str line, size_t at)
{
    size_t i = at > 8 * WINDOW ? at - 4 * WINDOW : 0;
    while (i && i < line.n && ((unsigned char)line.p[i] & 0xc0) == 0x80)
        i++;
    return i;
}

/* A comment begins right behind the secret that ends at 'at', or inside of its quotes: to PowerMTA
   a
   `#` is never part of a value, and to its writer this was.  */
static bool is_cut_secret(struct str line, size_t start, size_t at)
{
    bool open = line.p[start] == '"' && (at - start < 2 || line.p[at - 1] != '"');
    while (open && at < line.n && is_blank(line.p[at]))
        at++;
    return at < line.n && line.p[at] == '#';
}

/* The line with everything dangerous made visible and everything secret hidden.  */
static struct snippet draw_line(struct diags *d, const struct masked_line *masked, struct span span)
{
    struct snippet s = { .text = { .arena = d->arena }, .from = SIZE_MAX };
    struct str line = masked->text;
    size_t i = window_start(line, span.lo - masked->base), at = 0;
    bool hidden = false;
    while (i <= line.n) {
        uint32_t place = masked->base + (uint32_t)i;
        if (s.from == SIZE_MAX && place >= span.lo)
            s.from = at;
        if (place < span.hi || place == span.lo)
            s.to = at + 1;
        if (i == line.n || (s.from != SIZE_MAX && at > s.from + 2 * WINDOW))
            break; /* what follows is outside of the window */
        size_t cells = hidden ? 0 : MASK, used = hidden_at(d, masked, i);
        hidden = used > 0;
        if (hidden && is_cut_secret(line, i, i + used))
            used = line.n - i;
        if (hidden)
            buf_fill(&s.text, '*', cells);
        else
            used = put_rune(&s.text, line.p + i, line.n - i, at, &cells);
        at += cells;
        if (place < span.hi && cells)
            s.to = at;
        i += used;
    }
    return s;
}

struct str diag_shown_line(struct diags *d, struct span span)
{
    const struct masked_line *line = masked_line(d, span.lo);
    if (!line)
        return STR("");
    struct snippet s = draw_line(d, line, (struct span){ line->base, line->base + 1 });
    return buf_str(&s.text);
}

struct str diag_shown_text(struct diags *d, const struct diag *m)
{
    return hide_in_text(d, m->span, m->text);
}

struct colors {
    const char *error, *warning, *note, *bold, *plain;
};

static const struct colors no_colors = { "", "", "", "", "" };
static const struct colors ansi = { "\033[1;31m", "\033[1;33m", "\033[1;36m", "\033[1m",
                                    "\033[0m" };

static const char *level_color(const struct colors *c, enum level level)
{
    return level == LEVEL_ERROR ? c->error : level == LEVEL_WARNING ? c->warning : c->note;
}

static void put_place(struct diags *d, struct buf *out, struct span span)
{
    struct place at = source_place(d->sources, span.lo);
    if (!at.source) {
        buf_text(out, "pmtac: ");
        return;
    }
    diag_escape(out, at.source->name);
    buf_printf(out, ":%u:%u: ", at.line, at.column);
}

/* The bytes of 'text' in front of cell 'cell', and the cells that they take: one more where the
   last character is wide.  */
static size_t bytes_before(struct str text, size_t cell, size_t *cells)
{
    size_t i = 0, at = 0;
    uint32_t rune;
    while (i < text.n) {
        size_t len = utf8_rune(text.p + i, text.n - i, &rune), width = len ? rune_cells(rune) : 1;
        if (at >= cell && width)
            break;
        at += width;
        i += len ? len : 1;
    }
    *cells = at;
    return i;
}

static void put_snippet(struct diags *d, struct buf *out, struct span span, const struct colors *c,
                        const char *color)
{
    const struct masked_line *line = masked_line(d, span.lo);
    if (!line)
        return;
    struct snippet s = draw_line(d, line, span);
    size_t from = s.from == SIZE_MAX ? 0 : s.from, to = s.to > from ? s.to : from + 1;
    struct str text = str_trim(buf_str(&s.text)).n ? buf_str(&s.text) : STR("");
    size_t skip = 0, cells;
    bytes_before(text, SIZE_MAX, &cells);
    if (cells > WINDOW && from > WINDOW / 2)
        text = str_sub(text, bytes_before(text, from - WINDOW / 2, &skip), text.n);
    size_t shown = bytes_before(text, WINDOW, &cells);
    bool cut = shown < text.n;
    text = str_sub(text, 0, shown);
    from -= skip;
    to -= skip;
    to = to > WINDOW ? (from + 1 > WINDOW ? from + 1 : WINDOW) : to;
    buf_printf(out, "%5u | %s%.*s%s\n      | ", line->number, skip ? "…" : "", STR_ARG(text),
               cut ? "…" : "");
    buf_fill(out, ' ', from + (skip ? 1 : 0));
    buf_text(out, color);
    buf_char(out, '^');
    buf_fill(out, '~', to - from - 1);
    buf_printf(out, "%s\n", c->plain);
}

static void put_note(struct diags *d, struct buf *out, struct span span, const struct colors *c,
                     const char *word, struct str text)
{
    put_place(d, out, span);
    buf_printf(out, "%s%s:%s ", c->note, word, c->plain);
    diag_escape(out, hide_in_text(d, span, text));
    buf_char(out, '\n');
}

/* A note is about both places.  */
static void put_also(struct diags *d, struct buf *out, const struct diag *m,
                     const struct diag_also *also, const struct colors *c)
{
    put_note(d, out, also->span, c, "note", hide_in_text(d, m->span, also->text));
}

static void put_first_line(struct diags *d, struct buf *out, const struct diag *m,
                           const struct colors *c)
{
    buf_text(out, c->bold);
    put_place(d, out, m->span);
    buf_printf(out, "%s%s%s:%s ", c->plain, level_color(c, m->level), level_name(m->level),
               c->plain);
    diag_escape(out, hide_in_text(d, m->span, m->text));
    if (m->more)
        buf_printf(out, " (and %zu more like this)", m->more);
    buf_printf(out, " [%s]\n", check_row(m->check)->name);
}

/* The texts that included the one at 'span', innermost first.  */
static void put_includes(struct diags *d, struct buf *out, struct span span, const struct colors *c)
{
    const struct source *source = span.hi ? source_of(d->sources, span.lo) : NULL;
    while (source && source->included.hi) {
        put_note(d, out, source->included, c, "note", STR("included from here"));
        source = source_of(d->sources, source->included.lo);
    }
}

static void put_diag(struct diags *d, struct buf *out, const struct diag *m, const struct colors *c)
{
    put_first_line(d, out, m, c);
    put_snippet(d, out, m->span, c, level_color(c, m->level));
    for (const struct diag_also *also = m->also; also; also = also->next) {
        put_also(d, out, m, also, c);
        put_snippet(d, out, also->span, c, c->note);
    }
    if (m->context.kind) {
        struct str in = arena_printf(d->arena, d->raw ? "in <%s %.*s>" : "in %s `%.*s`",
                                     m->context.kind, STR_ARG(m->context.name));
        put_note(d, out, m->context.span, c, "note", in);
    }
    put_includes(d, out, m->span, c);
    if (m->help.n)
        put_note(d, out, m->span, c, "help", m->help);
}

static void put_number(struct buf *out, size_t n, const char *thing)
{
    buf_printf(out, "%zu %s%s", n, thing, n == 1 ? "" : "s");
}

/* How many messages have been shown: errors together, all else by check.  */
struct shown {
    size_t errors, of[N_CHECKS];
};

/* What was left out.  */
static void put_unshown(struct buf *out, const struct diags *d, const struct shown *shown)
{
    if (d->n_errors > shown->errors) {
        buf_text(out, "pmtac: ");
        put_number(out, d->n_errors - shown->errors, "more error");
        buf_text(out, " not shown (--max-errors)\n");
    }
    for (size_t i = 0; i < N_CHECKS; i++)
        if (d->n_milder[i] > shown->of[i])
            buf_printf(out, "pmtac: %zu more like this not shown (--max-errors) [%s]\n",
                       d->n_milder[i] - shown->of[i], check_row((enum check)i)->name);
}

/* What was said in all, in one line; nothing where nothing forbids an output that is compiled.  */
static void put_count(struct buf *out, const struct diags *d)
{
    bool any = d->raw && (d->n_errors || d->n_warnings);
    if (!diags_forbid(d) && !any)
        return;
    buf_text(out, "pmtac: ");
    if (d->n_errors)
        put_number(out, d->n_errors, "error");
    buf_text(out, d->n_errors && d->n_warnings ? " and " : "");
    if (d->n_warnings)
        put_number(out, d->n_warnings, "warning");
    buf_text(out, d->n_errors || !diags_forbid(d) ? "\n" : ", and --strict takes none\n");
}

typedef void put_fn(struct diags *, struct buf *, const struct diag *, const struct colors *);

static void put_all(struct diags *d, struct buf *out, size_t max_errors, const struct colors *c,
                    put_fn *put)
{
    struct shown shown = { 0 };
    for (size_t i = 0; i < d->list.n; i++) {
        const struct diag *m = d->list.v[i];
        size_t *n = m->level == LEVEL_ERROR ? &shown.errors : &shown.of[m->check];
        if (m->level == LEVEL_OFF || (max_errors && *n == max_errors))
            continue;
        ++*n;
        put(d, out, m, c);
    }
    put_unshown(out, d, &shown);
    put_count(out, d);
}

/* A configuration that nobody has checked before is full of repeated faults, and its owner reads
   the first screen: what is said in the same words is said once, and what is worst comes first.  */

/* Of messages in the same words the first, with how many there are.  */
struct group {
    struct diag first;
    size_t n;
};

typedef VEC(struct group *) groups;

static groups groups_of(struct diags *d)
{
    groups list = { 0 };
    struct map seen = { .arena = d->arena, .exact = true };
    for (size_t i = 0; i < d->list.n; i++) {
        const struct diag *m = d->list.v[i];
        struct buf key = { .arena = d->arena };
        if (m->level == LEVEL_OFF)
            continue;
        buf_printf(&key, "%d %d ", (int)m->check, (int)m->level);
        if (m->cause)
            buf_printf(&key, "%u", m->cause);
        else
            buf_put(&key, m->text);
        struct group **slot = (struct group **)map_add(&seen, buf_str(&key));
        if (!*slot) {
            *slot = NEW(d->arena, struct group);
            (*slot)->first = *m;
            VEC_PUSH(d->arena, &list, *slot);
        } else {
            (*slot)->first.more += 1 + m->more;
        }
        (*slot)->n++;
    }
    return list;
}

static void put_groups(struct diags *d, struct buf *out, size_t max_errors, const struct colors *c)
{
    enum { SHARE = 5 }; /* one cause has many messages: a part of them will do */
    struct shown shown = { 0 };
    groups list = groups_of(d);
    size_t printed[N_CHECKS] = { 0 }, errors = 0, most = (max_errors + SHARE - 1) / SHARE;
    for (int level = LEVEL_ERROR; level > LEVEL_OFF; level--)
        for (size_t i = 0; i < list.n; i++) {
            const struct diag *m = &list.v[i]->first;
            bool error = m->level == LEVEL_ERROR;
            size_t *n = error ? &errors : &printed[m->check];
            if ((int)m->level != level || (max_errors && *n == (error ? max_errors : most)))
                continue;
            ++*n;
            *(error ? &shown.errors : &shown.of[m->check]) += list.v[i]->n;
            put_diag(d, out, m, c);
        }
    put_unshown(out, d, &shown);
    put_count(out, d);
}

void diags_print_text(struct diags *d, struct buf *out, size_t max_errors, bool color)
{
    const struct colors *c = color ? &ansi : &no_colors;
    if (d->raw)
        put_groups(d, out, max_errors, c);
    else
        put_all(d, out, max_errors, c, put_diag);
}

static void put_gcc(struct diags *d, struct buf *out, const struct diag *m, const struct colors *c)
{
    put_first_line(d, out, m, c);
    for (const struct diag_also *also = m->also; also; also = also->next)
        put_also(d, out, m, also, c);
}

void diags_print_gcc(struct diags *d, struct buf *out, size_t max_errors)
{
    put_all(d, out, max_errors, &no_colors, put_gcc);
}
