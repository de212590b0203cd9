/* Trains two instances: one serially, one through a loop that runs the tasks
 * backwards, as another thread might. */
#include "many.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int loops, most;

static void backwards(void *context, int tasks, void (*task)(void *data, int index, int worker),
                      void *data) {
  int index;
  (void)context;
  ++loops;
  if (tasks > most)
    most = tasks;
  for (index = tasks; index-- > 0;)
    task(data, index, index % 2);
}

int main(void) {
  static float x[151 * 203], t[151 * 33];
  size_t size = (MANY_SIZE + MANY_ALIGN - 1) / MANY_ALIGN * MANY_ALIGN, i;
  many *model[2];
  float loss[2];
  int k, call;
  for (i = 0; i != sizeof x / sizeof *x; ++i)
    x[i] = (float)(i * 7 % 11) / 11 - 0.5f;
  for (i = 0; i != sizeof t / sizeof *t; ++i)
    t[i] = (float)(i * 5 % 13) / 13 - 0.5f;
  for (k = 0; k != 2; ++k) {
    model[k] = aligned_alloc(MANY_ALIGN, size);
    if (!model[k] || many_init(model[k], 3) != 0)
      return 1;
    if (k == 1 && many_set_parallel(model[k], backwards, NULL, 2) != 0)
      return 1;
    for (call = 0; call != 5; ++call)
      if (many_train(model[k], x, t, &loss[k]) != 0)
        return 1;
  }
  printf("loops %d, tasks at most %d\n", loops, most);
  for (i = 0; i != MANY_TENSORS; ++i) {
    void *a = malloc(many_tensors[i].bytes), *b = malloc(many_tensors[i].bytes);
    many_read(model[0], i, a);
    many_read(model[1], i, b);
    if (memcmp(a, b, many_tensors[i].bytes) != 0)
      return 1;
    free(a);
    free(b);
  }
  puts(loss[0] == loss[1] ? "same" : "different");
  free(model[0]);
  free(model[1]);
  return 0;
}
