#include <config.h>

#include "dict.h"

#define IN(ID) (UINT64_C(1) << SCOPE_##ID)

static const struct section sections[] = {
#define SECTION(ID, NAME, ARGUMENT, PARENTS, ONCE, ORDERED, SINCE, ABOUT) \
    { NAME, ARG_##ARGUMENT, PARENTS, ONCE, ORDERED, SINCE, ABOUT },
#include "../grammar/sections.def"
#undef SECTION
};

_Static_assert(N_SCOPES <= 64, "a set of scopes is 64 bits");
_Static_assert(sizeof sections / sizeof *sections == N_SCOPES, "one row for each scope");

/* The columns SINCE and REPEAT of a row.  */
#define V4_0 PMTA_4_0, true
#define V4_5 PMTA_4_5, true
#define V5_0 PMTA_5_0, true
#define BY_4_0 PMTA_4_0, false
#define BY_4_5 PMTA_4_5, false
#define BY_5_0 PMTA_5_0, false
#define ONCE false
#define MANY true

static const struct directive directives[] = {
#define DIRECTIVE(NAME, SCOPES, TYPE, PARAM, FALLBACK, REPEAT, SINCE, REPLACED, PROOF, ABOUT) \
    { NAME, SCOPES, TYPE_##TYPE, PARAM, FALLBACK, REPEAT, SINCE, REPLACED, PROOF_##PROOF, ABOUT },
#include "../grammar/directives.def"
#undef DIRECTIVE
};

static const struct foreign foreigns[] = {
#define FOREIGN(NAME, INSTEAD) { NAME, INSTEAD },
#include "../grammar/foreign.def"
#undef FOREIGN
};

enum {
    N_DIRECTIVES = sizeof directives / sizeof *directives,
    N_FOREIGNS = sizeof foreigns / sizeof *foreigns,
    N_SLOTS = 2048               /* a power of two, at most half full */
};

_Static_assert(2 * (N_DIRECTIVES + N_FOREIGNS + N_SCOPES) <= N_SLOTS, "the index is half empty");

enum kind { FREE_SLOT, DIRECTIVE_SLOT, FOREIGN_SLOT, SECTION_SLOT };

/* Open addressing: a word stands in the first free slot from its hash on.  */
struct slot {
    uint32_t hash;
    uint16_t kind;               /* enum kind */
    uint16_t row;                /* of its table; for directives the first of that name */
};

struct dict {
    struct slot slots[N_SLOTS];
};

/* FNV-1a over the lower case, with the kind of the word so that tables do not meet.  */
static uint32_t hash_of(struct str name, enum kind kind)
{
    uint32_t hash = UINT32_C(2166136261) ^ (uint32_t)kind;
    for (size_t i = 0; i < name.n; i++)
        hash = (hash ^ (unsigned char)to_lower(name.p[i])) * UINT32_C(16777619);
    return hash;
}

static const char *slot_name(const struct slot *slot)
{
    switch ((enum kind)slot->kind) {
    case FREE_SLOT: break;
    case DIRECTIVE_SLOT: return directives[slot->row].name;
    case FOREIGN_SLOT: return foreigns[slot->row].name;
    case SECTION_SLOT: return sections[slot->row].name;
    }
    return "";
}

/* The slot of 'name', or the free one where it would stand.  */
static size_t slot_of(const struct dict *dict, struct str name, enum kind kind)
{
    uint32_t hash = hash_of(name, kind);
    size_t i = hash & (N_SLOTS - 1);

    for (;; i = (i + 1) & (N_SLOTS - 1)) {
        const struct slot *slot = &dict->slots[i];
        if (slot->kind == FREE_SLOT || (slot->hash == hash && slot->kind == (uint16_t)kind &&
                                        str_ieq(name, str_of(slot_name(slot)))))
            return i;
    }
}

/* Enters a row unless an earlier one has its name.  */
static void enter(struct dict *dict, const char *name, enum kind kind, size_t row)
{
    struct slot *slot = &dict->slots[slot_of(dict, str_of(name), kind)];

    if (slot->kind == FREE_SLOT)
        *slot = (struct slot){ hash_of(str_of(name), kind), (uint16_t)kind, (uint16_t)row };
}

struct dict *dict_new(struct arena *arena)
{
    struct dict *dict = NEW(arena, struct dict);

    for (size_t i = 0; i < N_DIRECTIVES; i++)
        enter(dict, directives[i].name, DIRECTIVE_SLOT, i);
    for (size_t i = 0; i < N_FOREIGNS; i++)
        enter(dict, foreigns[i].name, FOREIGN_SLOT, i);
    for (size_t i = SCOPE_global + 1; i < N_SCOPES; i++)
        enter(dict, sections[i].name, SECTION_SLOT, i);
    return dict;
}

const struct directive *dict_any(const struct dict *dict, struct str name)
{
    const struct slot *slot = &dict->slots[slot_of(dict, name, DIRECTIVE_SLOT)];
    return slot->kind == FREE_SLOT ? NULL : &directives[slot->row];
}

/* The row after 'row' if it has the same name, else NULL: the table is sorted.  */
static const struct directive *next_of_name(const struct directive *row)
{
    if (row + 1 == directives + N_DIRECTIVES || strcmp(row->name, row[1].name) != 0)
        return NULL;
    return row + 1;
}

const struct directive *dict_find(const struct dict *dict, struct str name, enum scope scope)
{
    const struct directive *row = dict_any(dict, name);

    if (scope >= N_SCOPES)
        return NULL;
    while (row && !(row->scopes >> scope & 1))
        row = next_of_name(row);
    return row;
}

enum scope dict_section(const struct dict *dict, struct str name)
{
    const struct slot *slot = &dict->slots[slot_of(dict, name, SECTION_SLOT)];
    return slot->kind == FREE_SLOT ? N_SCOPES : (enum scope)slot->row;
}

const struct foreign *dict_foreign(const struct dict *dict, struct str name)
{
    const struct slot *slot = &dict->slots[slot_of(dict, name, FOREIGN_SLOT)];
    return slot->kind == FREE_SLOT ? NULL : &foreigns[slot->row];
}

size_t dict_count(void)
{
    return N_DIRECTIVES;
}

const struct directive *dict_at(size_t i)
{
    return &directives[i];
}

const struct directive *dict_verbatim(void)
{
    static const struct directive any = { .name = "/",
                                          .scopes = UINT64_MAX,
                                          .type = TYPE_STRING,
                                          .param = "",
                                          .fallback = "",
                                          .repeatable = true,
                                          .since = PMTA_4_0,
                                          .replaced = "",
                                          .about = "" };
    return &any;
}

const struct section *dict_scope(enum scope scope)
{
    return &sections[scope];
}

/* The scopes of 'set' in words; the file itself comes last, as it has no tag.  */
static struct str set_text(uint64_t set, struct arena *arena)
{
    struct str out = STR("");

    for (size_t i = SCOPE_global + 1; i <= N_SCOPES; i++) {
        size_t scope = i == N_SCOPES ? SCOPE_global : i;
        if (!(set >> scope & 1))
            continue;
        set &= ~(UINT64_C(1) << scope);
        const char *join = out.n == 0 ? "" : set ? ", " : " and ";
        out = scope == SCOPE_global
                  ? arena_printf(arena, "%.*s%sglobal", STR_ARG(out), join)
                  : arena_printf(arena, "%.*s%s<%s>", STR_ARG(out), join, sections[scope].name);
    }
    return out;
}

struct str dict_scopes_text(const struct dict *dict, struct str name, struct arena *arena)
{
    uint64_t set = 0;

    for (const struct directive *row = dict_any(dict, name); row; row = next_of_name(row))
        set |= row->scopes;
    return set_text(set, arena);
}
