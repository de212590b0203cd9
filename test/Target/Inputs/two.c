/* Two models, two instances of each, four threads: as if each were alone. */
#include "digits.h"
#include "words.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALLS 300

static float *record(void *(*run)(void *), void *(*other)(void *), int together) {
  float *losses = (float *)calloc(4 * CALLS, sizeof *losses);
  pthread_t threads[4];
  int i;
  for (i = 0; i != 4; ++i) {
    losses[i * CALLS] = (float)(i / 2); /* the seed */
    pthread_create(&threads[i], NULL, i % 2 ? other : run, losses + i * CALLS);
    if (!together)
      pthread_join(threads[i], NULL);
  }
  for (i = 0; together && i != 4; ++i)
    pthread_join(threads[i], NULL);
  return losses;
}

#define RUN(model, SIZE, ALIGN, INPUT)                                         \
  static void *run_##model(void *argument) {                                   \
    float *losses = (float *)argument, x[INPUT], t[4];                         \
    void *block = NULL;                                                        \
    int i;                                                                     \
    if (posix_memalign(&block, ALIGN, SIZE) != 0)                              \
      abort();                                                                 \
    for (i = 0; i != INPUT; ++i)                                               \
      x[i] = (float)(i % 5) - 2;                                               \
    for (i = 0; i != 4; ++i)                                                   \
      t[i] = (float)i;                                                         \
    if (model##_init((model *)block, (uint64_t)losses[0]) != 0)                \
      abort();                                                                 \
    for (i = 0; i != CALLS; ++i)                                               \
      if (model##_train((model *)block, x, t, losses + i) != 0)                \
        abort();                                                               \
    free(block);                                                               \
    return NULL;                                                               \
  }
RUN(digits, DIGITS_SIZE, DIGITS_ALIGN, 32)
RUN(words, WORDS_SIZE, WORDS_ALIGN, 32)

int main(void) {
  float *alone = record(run_digits, run_words, 0);
  float *together = record(run_digits, run_words, 1);
  if (memcmp(alone, together, 4 * CALLS * sizeof *alone) != 0) {
    printf("different\n");
    return 1;
  }
  printf("the same: %d losses from %g to %g\n", 4 * CALLS, (double)alone[0], (double)alone[CALLS - 1]);
  return 0;
}
