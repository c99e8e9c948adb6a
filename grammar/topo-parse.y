/* topo-parse.y - the shape of the topology language.

   A file is statements; a statement is a line of values and perhaps a block.  What the words mean
   is in kinds.def and directives.def, not here.  */

%require "3.8"
%define api.pure full
%define api.prefix {topo_}
%define api.token.prefix {TOK_}
%define api.header.include {"grammar/topo-parse.h"}
%expect 0
%param {struct topo *topo} {void *yyscanner}

%code top {
#include <config.h>
}

%code requires {
#include "topo.h"
}

%code provides {
#define TOPO_DECL int topo_lex(TOPO_STYPE *lval, struct topo *topo, void *yyscanner)
TOPO_DECL;
}

%code {
#define YYMALLOC(SIZE) arena_alloc(topo->arena, SIZE)
#define YYFREE(P) ((void)(P))

static void topo_error(struct topo *topo, void *yyscanner, const char *what);
static struct stmt *statement(struct topo *topo, struct line_read line,
                              const struct braces *block);
static struct stmt *with_block(struct topo *topo, uint32_t depth, struct stmts body,
                               uint32_t close);
static struct stmts append(struct stmts list, struct stmt *stmt);
}

%union {
    struct line_read line;
    uint32_t depth;
    uint32_t at;
    const struct braces *block;
    struct stmts list;
}

%token <line> LINE "the values of a statement"
%token <block> BLOCK "a block that was read before"
%token <block> WHOLE "a line and such a block"
%token <depth> OPEN "{"
%token <depth> HEADER "a line and the brace behind it"
%token <at> CLOSE "}"

%nterm <list> statements

%%

file:
  statements                        { topo->file->stmts = $1; }
;

statements:
  %empty                             { $$ = (struct stmts){ NULL, NULL }; }
| statements LINE                    { $$ = append($1, statement(topo, $2, NULL)); }
| statements LINE BLOCK              { $$ = append($1, statement(topo, $2, $3)); }
| statements WHOLE                   { $$ = append($1, statement(topo, topo->line_read, $2)); }
| statements LINE "{" statements "}" { $$ = append($1, with_block(topo, $3, $4, $5)); }
| statements HEADER statements "}"   { $$ = append($1, with_block(topo, $2, $3, $4)); }
;

%%

/* Never reached: every sequence of tokens that the scanner hands out has a rule, and AST_DEPTH
   keeps the stack short.  */
static void topo_error(struct topo *topo, void *yyscanner, const char *what)
{
    (void)yyscanner;
    arena_bug(topo->arena, what);
}

static struct stmt *statement(struct topo *topo, struct line_read line, const struct braces *block)
{
    struct stmt *stmt = arena_alloc(topo->arena, sizeof *stmt);
    *stmt = (struct stmt){ .words = line.words, .block = block, .lo = line.lo };
    return stmt;
}

/* The statement whose block was opened at 'depth'.  Places in the block become relative to the line
   in front of it.  */
static struct stmt *with_block(struct topo *topo, uint32_t depth, struct stmts body, uint32_t close)
{
    const struct topo_open *open = &topo->open[depth];
    uint32_t lo = open->line.lo;
    struct braces *block = arena_alloc(topo->arena, sizeof *block);
    *block = (struct braces){ body.first, topo_place(topo, open->p) - lo, close - lo, true };
    for (struct stmt *s = body.first; s; s = s->next) {
        s->lo -= lo;
        block->plain &= !s->words->special && (!s->block || s->block->plain);
    }
    topo_remember(topo, depth, block);
    return statement(topo, open->line, block);
}

static struct stmts append(struct stmts list, struct stmt *stmt)
{
    stmts_add(&list, stmt);
    return list;
}
