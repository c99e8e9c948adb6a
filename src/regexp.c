#include <config.h>

#include "regexp.h"

#ifdef HAVE_PCRE2

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* PCRE2's own default of 250 groups inside each other, whatever it was built with, and more bytes
   than anybody writes.  */
enum { NEST_LIMIT = 250, LENGTH_LIMIT = 1 << 16, REASON_SIZE = 256 };

/* Steps, and kilobytes, that a match may take: plenty for an address.  */
enum { STEP_LIMIT = 5000, HEAP_LIMIT = 256 };

struct regexp_block {
    struct regexp_block *next;
    size_t size;
    _Alignas(max_align_t) char data[];
};

/* A block of the arena, which aligns for pointers only; the library expects what 'malloc' gives. */
static struct regexp_block *new_block(struct arena *arena, size_t size)
{
    size_t align = _Alignof(struct regexp_block);
    char *p = arena_alloc(arena, sizeof(struct regexp_block) + size + align - 1);
    p += -(uintptr_t)p & (align - 1);
    struct regexp_block *block = (struct regexp_block *)(void *)p;
    block->size = size;
    return block;
}

/* Memory for PCRE2: a block that it gave back, or a new one.  There are few at a time.  */
static void *take(size_t size, void *context)
{
    struct regexps *r = context;
    for (struct regexp_block **at = &r->spare; *at; at = &(*at)->next) {
        struct regexp_block *block = *at;
        if (block->size < size)
            continue;
        *at = block->next;
        return block->data;
    }
    return new_block(r->arena, size)->data;
}

static void give_back(void *p, void *context)
{
    struct regexps *r = context;
    if (!p)
        return;
    struct regexp_block *block =
        (struct regexp_block *)(void *)((char *)p - offsetof(struct regexp_block, data));
    block->next = r->spare;
    r->spare = block;
}

bool regexp_is_checked(void)
{
    return true;
}

void regexps_init(struct regexps *r, struct arena *arena)
{
    *r = (struct regexps){ .arena = arena, .faults = { .arena = arena, .exact = true } };
}

/* Characters beyond ASCII are read as such, so that a range of them is one.  */
static uint32_t options_of(struct str pattern)
{
    uint32_t options = PCRE2_NO_START_OPTIMIZE | PCRE2_NO_AUTO_POSSESS;
    for (size_t i = 0; i < pattern.n; i++)
        if ((unsigned char)pattern.p[i] & 0x80)
            return options | PCRE2_UTF;
    return options;
}

static const struct regexp_fault *new_fault(struct regexps *r, struct str pattern, int error,
                                            size_t at)
{
    PCRE2_UCHAR why[REASON_SIZE] = "";
    struct regexp_fault *fault = NEW(r->arena, struct regexp_fault);
    pcre2_get_error_message(error, why, sizeof why);
    fault->at = at < pattern.n ? at : pattern.n;
    fault->limit = error == PCRE2_ERROR_PATTERN_TOO_LARGE ||
                   error == PCRE2_ERROR_PATTERN_STRING_TOO_LONG ||
                   error == PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP;
    fault->why = arena_printf(r->arena, "%s", (const char *)why);
    return fault;
}

/* The code, or NULL with what is wrong and where.  */
static pcre2_code *compile(pcre2_general_context *general, struct str pattern, int *error,
                           PCRE2_SIZE *at)
{
    pcre2_compile_context *context = pcre2_compile_context_create(general);
    pcre2_set_parens_nest_limit(context, NEST_LIMIT);
    pcre2_set_max_pattern_length(context, LENGTH_LIMIT);
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, options_of(pattern), error, at, context);
    pcre2_compile_context_free(context);
    return code;
}

static const struct regexp_fault *judge(struct regexps *r, struct str pattern)
{
    int error = 0;
    PCRE2_SIZE at = 0;
    pcre2_general_context *general = pcre2_general_context_create(take, give_back, r);
    pcre2_code *code = compile(general, pattern, &error, &at);
    const struct regexp_fault *fault = code ? NULL : new_fault(r, pattern, error, at);
    pcre2_code_free(code);
    pcre2_general_context_free(general);
    return fault;
}

const struct regexp_fault *regexp_fault(struct regexps *r, struct str pattern)
{
    void **known = map_find(&r->faults, pattern);
    if (known)
        return *known;
    const struct regexp_fault *fault = judge(r, pattern);
    *map_add(&r->faults, pattern) = (void *)(uintptr_t)fault;
    return fault;
}

bool regexp_open(struct regexps *r, struct str pattern, struct regexp_program *program)
{
    int error = 0;
    PCRE2_SIZE at = 0;
    pcre2_general_context *general = pcre2_general_context_create(take, give_back, r);
    pcre2_code *code = compile(general, pattern, &error, &at);
    *program = (struct regexp_program){ .code = code };
    if (code) {
        pcre2_match_context *limits = program->limits = pcre2_match_context_create(general);
        pcre2_set_match_limit(limits, STEP_LIMIT);
        pcre2_set_depth_limit(limits, STEP_LIMIT);
        pcre2_set_heap_limit(limits, HEAP_LIMIT);
        program->data = pcre2_match_data_create(1, general);
    }
    pcre2_general_context_free(general);
    return code;
}

bool regexp_match(const struct regexp_program *program, struct str text)
{
    return pcre2_match(program->code, (PCRE2_SPTR)text.p, text.n, 0, 0, program->data,
                       program->limits) >= 0;
}

void regexp_close(struct regexp_program *program)
{
    pcre2_match_data_free(program->data);
    pcre2_match_context_free(program->limits);
    pcre2_code_free(program->code);
}

#else

bool regexp_is_checked(void)
{
    return false;
}

void regexps_init(struct regexps *r, struct arena *arena)
{
    *r = (struct regexps){ .arena = arena };
}

const struct regexp_fault *regexp_fault(struct regexps *r, struct str pattern)
{
    (void)r, (void)pattern;
    return NULL;
}

bool regexp_open(struct regexps *r, struct str pattern, struct regexp_program *program)
{
    (void)r, (void)pattern, (void)program;
    return false;
}

bool regexp_match(const struct regexp_program *program, struct str text)
{
    (void)program, (void)text;
    return false;
}

void regexp_close(struct regexp_program *program)
{
    (void)program;
}

#endif
