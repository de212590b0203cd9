/* Uses the trained model: NAME.o needs no library but libm. */
#include "NAME.h"
#include <stdio.h>
#include <stdlib.h>

static union {
  double align;
  unsigned char bytes[NAME_UPPER_SIZE + NAME_UPPER_ALIGN];
} memory;

int main(int argc, char **argv) {
  /* The instance is the caller's memory, aligned. */
  size_t address = (size_t)memory.bytes;
  NAME *model = (NAME *)((address + NAME_UPPER_ALIGN - 1) / NAME_UPPER_ALIGN * NAME_UPPER_ALIGN);
  float x[4] = {0.5f, 0.25f, -0.5f, 0.0f}, y;
  int i, status;
  for (i = 0; i != 4 && i + 1 < argc; ++i)
    x[i] = (float)atof(argv[i + 1]);

  status = NAME_init(model, 0); /* copies the weights that the build was given */
  if (status == 0)
    status = NAME_predict(model, x, &y);
  if (status != 0) {
    fprintf(stderr, "NAME: %s\n", NAME_status(status));
    return 1;
  }
  printf("%g\n", (double)y);
  return 0;
}
