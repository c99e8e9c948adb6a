#include <config.h>

#include "legacy-internal.h"

/* A user of the block, who leaves by the VMTA of the client-delivery rows if there is just one and
   nobody has said otherwise.  Else the listener decides.  */
static void add_block_user(struct legacy *l, struct stmt *user)
{
    struct made_block b = { .stmt = user, .braces = NEW(l->tree, struct braces) };
    struct str via = legacy_word(MADE_via);
    bool has_via = false;
    const struct stmt *child;
    stmts_add(&l->out->stmts, user);
    if (!user->block)
        return;
    for (struct walk w = walk_block(user); (child = walk_next(&w));) {
        has_via |= str_ieq(stmt_text(child, 0), via);
        stmts_add(&b.body, stmt_settled(l->tree, child));
    }
    *b.braces = (struct braces){ b.body.first, user->block->open, user->block->close, false };
    user->block = b.braces;
    if (!has_via && l->deliveries.n == 1) {
        struct delivery only = l->deliveries.v[0];
        struct str name = only.vmta->block.name.text;
        LEGACY_ADD(l, &b, legacy_keyword(l, MADE_via, only.row),
                   legacy_literal(l, legacy_via(name, only.row)));
    }
}

struct legacy *legacy_new(struct arena *arena, struct arena *tree, struct arena *scratch,
                          struct diags *diags)
{
    struct map names = { .arena = scratch }, exact = { .arena = scratch, .exact = true };
    struct legacy *l = NEW(scratch, struct legacy);
    l->arena = arena;
    l->tree = tree;
    l->scratch = scratch;
    l->diags = diags;
    l->seen = l->identities = exact;
    l->identity_names = l->domains = l->users = l->listeners = names;
    l->vmtas = l->taken = l->submissions = names;
    legacy_text_init(l);
    return l;
}

void legacy_lower(struct legacy *l, const struct rows *rows, const struct stmt *block,
                  struct ast_file *out)
{
    *out = (struct ast_file){ .source = rows->source };
    out->comments.v = rows->comments.v;
    out->comments.n = rows->comments.n;
    out->comments.cap = rows->comments.n;
    l->rows = rows;
    l->out = out;
    l->input++;
    l->block_users.n = l->senders.n = l->deliveries.n = 0;
    legacy_options(l, block);
    for (size_t i = 0; i < rows->list.n; i++)
        legacy_row(l, &rows->list.v[i]);
    for (size_t i = 0; i < l->senders.n; i++)
        legacy_sender_finish(l, l->senders.v[i]);
    for (size_t i = 0; i < l->block_users.n; i++)
        add_block_user(l, l->block_users.v[i]);
}

void legacy_finish(struct legacy *l)
{
    for (size_t i = 0; i < l->signatures.n; i++)
        legacy_sign(l, &l->signatures.v[i]);
    l->signatures.n = 0;
}
