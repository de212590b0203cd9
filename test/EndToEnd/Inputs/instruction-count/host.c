/* Calls the one function of the object that the command line names. */
#include "fixed.h"

#include <stdlib.h>
#include <string.h>

static float first[65536], second[65536], result[65536];

int main(int argc, char **argv) {
  fixed *model = aligned_alloc(FIXED_ALIGN, (FIXED_SIZE + FIXED_ALIGN - 1) / FIXED_ALIGN * FIXED_ALIGN);
  if (argc != 2 || !model || fixed_init(model, 0))
    return 2;
  for (int i = 0; i < 65536; ++i)
    first[i] = second[i] = (float)(i % 13) / 13;
  if (!strcmp(argv[1], "product"))
    return fixed_product(model, first, second, result);
  if (!strcmp(argv[1], "rows"))
    return fixed_rows(model, first, result);
  if (!strcmp(argv[1], "chain"))
    return fixed_chain(model, first, result);
  if (!strcmp(argv[1], "window"))
    return fixed_window(model, first, result);
  if (!strcmp(argv[1], "descend"))
    return fixed_descend(model, first, second, result);
  return 2;
}
