#include <config.h>

#include "raise-internal.h"

/* Takes note of a line in 'section', which stands in 'around'; NULL: at the top of the file.  */
static void note_line(struct raise *r, const struct node *line, const struct node *section,
                      const struct node *around)
{
    struct defaults_place place = { .scope = section ? section->scope : SCOPE_global,
                                    .parent = around ? around->scope : SCOPE_global,
                                    .arg = STR("") };
    struct defaults_line said = { .dir = line->dir };
    struct cidr cidr;
    struct fault fault;
    bool on = false;
    if (!line->dir || line->n_words < 2 || place.scope == N_SCOPES)
        return;
    if (section && section->n_words == 2)
        place.arg = section->words[1].text;
    said.value = raise_value(r, line);
    said.usual = line->n_words == 2 && defaults_is_usual(line->dir, said.value, r->arena);
    defaults_note(&r->defaults, &place, &said);
    r->relay_client |= line->dir == r->m->target[TARGET_source_relay] &&
                       value_cidr(place.arg, &cidr, &fault) &&
                       value_bool(line->words[1].text, &on, &fault) && on;
}

static void note_all(struct raise *r, const nodes *list, const struct node *section,
                     const struct node *around)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->v[i]->block)
            note_all(r, &list->v[i]->kids, list->v[i], section);
        else
            note_line(r, list->v[i], section, around);
}

/* Secrets.  */

/* Letters that the name of a variable may have.  */
static void put_upper(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        buf_char(out, is_alpha(c) ? (char)(c & ~0x20) : is_digit(c) ? c : '_');
    }
}

static struct str variable_name(struct raise *r, const struct node *line,
                                const struct node *section)
{
    struct buf name = { .arena = r->arena };
    buf_put(&name, raise_called(CALL_variable));
    put_upper(&name, line->words[0].text);
    if (section && section->n_words > 1) {
        buf_char(&name, '_');
        put_upper(&name, raise_clean(r, section->words[1].text));
    }
    struct str base = buf_str(&name), text = base;
    for (unsigned n = 2; map_find(&r->variables, text); n++)
        text = arena_printf(r->arena, "%.*s_%u", STR_ARG(base), n);
    return text;
}

static struct str owner_of(struct raise *r, const struct node *line, const struct node *section)
{
    if (!section)
        return line->words[0].text;
    return arena_printf(r->arena, "%.*s of %.*s%s%.*s", STR_ARG(line->words[0].text),
                        STR_ARG(section->words[0].text), section->n_words > 1 ? " " : "",
                        section->n_words > 1 ? (int)section->words[1].text.n : 0,
                        section->n_words > 1 ? section->words[1].text.p : "");
}

/* In a topology it would say where the secret is.  */
static bool is_reference(struct str text)
{
    return str_starts(text, raise_called(CALL_environment)) ||
           str_starts(text, raise_called(CALL_file));
}

static void hide_secret(struct raise *r, struct node *line, const struct node *section)
{
    int at = line->dir ? dict_secret_arg(line->dir) : -1;
    struct word *word = at >= 0 && (uint32_t)at + 1 < line->n_words ? &line->words[at + 1] : NULL;
    if (!word)
        return;
    word->secret = true;
    if (!word->text.n || (r->keep_secrets && !is_reference(word->text)))
        return;
    struct str name = variable_name(r, line, section);
    struct raise_secret secret = { name, word->text, owner_of(r, line, section) };
    *map_add(&r->variables, name) = r;
    VEC_PUSH(r->arena, &r->out->secrets, secret);
    *word =
        (struct word){ .text = arena_printf(r->arena, "%.*s%.*s",
                                            STR_ARG(raise_called(CALL_environment)), STR_ARG(name)),
                       .joined = word->joined };
}

static void hide_secrets(struct raise *r, nodes *list, const struct node *section)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->v[i]->block)
            hide_secrets(r, &list->v[i]->kids, list->v[i]);
        else
            hide_secret(r, list->v[i], section);
}

/* Names that are there already.  */
static void note_names(struct raise *r)
{
    for (size_t i = 0; i < N_KINDS; i++)
        r->names[i].arena = r->arena;
    for (size_t i = 0; i < r->m->sources.n; i++)
        if (raise_source(r, r->m->sources.v[i]->object.name) == NULL)
            *map_add(&r->names[KIND_listener], r->m->sources.v[i]->object.name) =
                (void *)(uintptr_t)1;
    for (size_t i = 0; i < r->top.n; i++)
        if (raise_keeps_source(r, r->top.v[i]))
            *map_add(&r->names[KIND_listener], raise_asked(r, r->top.v[i])) = (void *)(uintptr_t)1;
}

/* A listener brings a source of its name with it: not that of one which somebody else still asks
   for.  */
static void part_names(struct raise *r)
{
    struct map sources = { .arena = r->arena };
    for (size_t i = 0; i < r->top.n; i++) {
        struct node *node = r->top.v[i];
        if (node->block && !node->gone && node->scope == SCOPE_source && node->n_words == 2 &&
            node->kind == KIND_top)
            *map_add(&sources, node->words[1].text) = node;
    }
    for (size_t i = 0; sources.n && i < r->top.n; i++) {
        struct node *node = r->top.v[i];
        if (node->kind != KIND_listener || !map_find(&sources, node->words[1].text))
            continue;
        *map_add(&r->names[KIND_listener], node->words[1].text) = (void *)(uintptr_t)1;
        node->words[1].text = raise_name(r, KIND_listener, node->words[1].text);
    }
}

/* An include that was left to the server has a word of its own in a topology.  */
static void rename_includes(struct raise *r, nodes *list)
{
    for (size_t i = 0; i < list->n; i++) {
        struct node *node = list->v[i];
        rename_includes(r, &node->kids);
        if (node->n_words && node->dir == r->m->target[TARGET_global_include])
            node->words[0].text = raise_called(CALL_include);
    }
}

static void put_version(const struct raise *r, struct buf *out)
{
    if (r->m->version != PMTA_5_0)
        buf_printf(out, "%.*s %s\n\n", STR_ARG(raise_called(CALL_version)),
                   version_text(r->m->version));
}

/* What a topology adds where nothing is said, and PowerMTA by itself does otherwise.  */
static void keep_defaults(struct raise *r)
{
    for (const struct lower_row *row = lower_rows(LOWER_defaults); row->group == LOWER_defaults;
         row++) {
        const struct directive *dir = r->m->target[row->target];
        if (!dir->fallback[0] || raise_line(&r->top, dir) || dict_is_default(dir, &row->value, 1))
            continue;
        struct node *line = raise_node(r, dir->name);
        raise_word(line, str_of(dir->fallback));
        line->dir = dir;
        VEC_PUSH(r->arena, &r->top, line);
    }
}

void raise_model(const struct program *program, const struct model *m, bool part, bool keep_secrets,
                 const place_list *refuse, struct raised *out)
{
    struct raise r = { .program = program,
                       .m = m,
                       .arena = m->arena,
                       .out = out,
                       .refuse = refuse,
                       .keep_secrets = keep_secrets,
                       .variables = { .arena = m->arena } };
    struct buf text = { .arena = m->arena };
    raise_read(&r);
    defaults_init(&r.defaults, r.arena, m);
    note_all(&r, &r.top, NULL, NULL);
    r.signs_all = raise_is_idle(&r, lower_rows(LOWER_sign));
    hide_secrets(&r, &r.top, NULL);
    note_names(&r);
    rename_includes(&r, &r.top);
    raise_listeners(&r);
    raise_users(&r);
    raise_clients(&r);
    part_names(&r);
    raise_vmtas(&r);
    raise_domains(&r);
    raise_ranges(&r);
    raise_policies(&r);
    if (!part)
        keep_defaults(&r);
    for (size_t i = 0; i < r.top.n; i++)
        out->n_statements += r.top.v[i]->n_words > 0;
    put_version(&r, &text);
    raise_print(&r, &text);
    out->text = buf_str(&text);
}
