/* What the page on the C interface promises of calls that are wrong. */
#include "hostile.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;
#define EXPECT(condition)                                                      \
  do {                                                                         \
    if (!(condition)) {                                                        \
      printf("line %d: %s\n", __LINE__, #condition);                           \
      ++failures;                                                              \
    }                                                                          \
  } while (0)

/* Memory whose every byte is known. */
static union {
  double align;
  unsigned char bytes[HOSTILE_SIZE + 2 * HOSTILE_ALIGN];
} memory, before;

static hostile *place(void *block) {
  size_t address = (size_t)block;
  address = (address + HOSTILE_ALIGN - 1) / HOSTILE_ALIGN * HOSTILE_ALIGN;
  return (hostile *)address;
}

static int ran = 0;
static void run(void *context, int tasks,
                void (*task)(void *data, int index, int worker), void *data) {
  int i;
  ran += *(int *)context;
  for (i = tasks; i-- != 0;)
    task(data, i, i % 3);
}

int main(void) {
  hostile *model = place(memory.bytes), *off;
  int32_t ids[6] = {0, 1, 2, 3, 4, 6}, class_[2] = {-7, -7}, first[2];
  float bias[4] = {0.5f, 0.5f, 0.5f, 0.5f}, value[4], plain[4], loss;
  float kept[64], same[64];
  size_t i;
  int one = 1;

  EXPECT(HOSTILE_ABI == 1 && HOSTILE_ALIGN == 64);
  EXPECT(HOSTILE_SIZE >= HOSTILE_PARAMETERS_SIZE + HOSTILE_STATE_SIZE + HOSTILE_SCRATCH_SIZE);
  EXPECT(HOSTILE_NAME_MAX >= 64 && sizeof hostile_tensors[0].name == HOSTILE_NAME_MAX);
  EXPECT(HOSTILE_TENSORS == sizeof hostile_tensors / sizeof hostile_tensors[0]);

  /* Not initialised, null, misaligned; nothing is written. */
  memset(memory.bytes, 0xa5, sizeof memory.bytes);
  before = memory;
  off = (hostile *)((unsigned char *)model + 4);
  EXPECT(hostile_look(model, ids, bias, value, class_) == -2);
  EXPECT(hostile_train(model, ids, bias, &loss) == -2);
  EXPECT(hostile_read(model, 0, kept) == -2);
  EXPECT(hostile_write(model, 0, kept) == -2);
  EXPECT(hostile_report(model, 1.0f) == -2);
  EXPECT(hostile_set_parallel(model, run, &one, 2) == -2);
  EXPECT(hostile_init(NULL, 0) == -1 && hostile_init(off, 0) == -1);
  EXPECT(memcmp(&memory, &before, sizeof memory) == 0);

  EXPECT(hostile_init(model, 7) == 0);
  EXPECT(hostile_look(NULL, ids, bias, value, class_) == -1);
  EXPECT(hostile_look(off, ids, bias, value, class_) == -1);
  EXPECT(hostile_read(off, 0, kept) == -1 && hostile_write(NULL, 0, kept) == -1);
  EXPECT(hostile_set_parallel(off, run, &one, 2) == -1);
  EXPECT(hostile_look(model, NULL, bias, value, class_) == -1);
  EXPECT(hostile_look(model, ids, bias, value, class_) == 0);

  /* An index that is out of range: checked before anything is written. */
  ids[4] = 7;
  before = memory;
  value[0] = 42;
  class_[0] = 42;
  EXPECT(hostile_look(model, ids, bias, value, class_) == -3);
  ids[4] = -1;
  EXPECT(hostile_train(model, ids, bias, &loss) == -3);
  EXPECT(memcmp(&memory, &before, sizeof memory) == 0);
  EXPECT(value[0] == 42 && class_[0] == 42);
  ids[4] = 4;
  EXPECT(hostile_read(model, HOSTILE_TENSORS, kept) == -3);
  EXPECT(hostile_write(model, (size_t)-1, kept) == -3);

  /* A null output is not written, and changes no other. */
  EXPECT(hostile_look(model, ids, bias, plain, first) == 0);
  EXPECT(hostile_look(model, ids, bias, NULL, class_) == 0);
  EXPECT(memcmp(first, class_, sizeof first) == 0);
  EXPECT(hostile_look(model, ids, bias, value, NULL) == 0);
  EXPECT(memcmp(plain, value, sizeof plain) == 0);
  EXPECT(hostile_look(model, ids, bias, NULL, NULL) == 0);

  /* Threads. */
  EXPECT(hostile_set_parallel(model, run, &one, HOSTILE_MAX_THREADS + 1) == -4);
  EXPECT(hostile_set_parallel(model, run, &one, HOSTILE_MAX_THREADS) == 0);
  EXPECT(hostile_look(model, ids, bias, value, NULL) == 0);
  EXPECT(memcmp(plain, value, sizeof plain) == 0);
  EXPECT(hostile_set_parallel(model, NULL, NULL, 0) == 0);

  /* By value: what was read is not what the model has, and comes back. */
  for (i = 0; i != HOSTILE_TENSORS; ++i) {
    const hostile_tensor *tensor = &hostile_tensors[i];
    uint64_t bytes = tensor->type == HOSTILE_I64 ? 8 : 4;
    int axis;
    for (axis = 0; axis != tensor->rank; ++axis)
      bytes *= (uint64_t)tensor->shape[axis];
    EXPECT(bytes == tensor->bytes && strlen(tensor->name) < HOSTILE_NAME_MAX);
    EXPECT(tensor->kind >= HOSTILE_PARAMETER && tensor->kind <= HOSTILE_SLOT);
    if (tensor->bytes > sizeof kept)
      continue;
    EXPECT(hostile_read(model, i, kept) == 0);
    memset(same, 0, sizeof same);
    EXPECT(hostile_write(model, i, same) == 0);
    EXPECT(hostile_read(model, i, same) == 0);
    EXPECT(same[0] == 0);
    EXPECT(hostile_write(model, i, kept) == 0);
  }
  EXPECT(hostile_look(model, ids, bias, value, NULL) == 0);
  EXPECT(memcmp(plain, value, sizeof plain) == 0);

  for (i = 0; i != 5; ++i)
    EXPECT(strlen(hostile_status(-(int)i)) > 0);
  EXPECT(strlen(hostile_status(5)) > 0 && strlen(hostile_status(-99)) > 0);
  EXPECT(hostile_report(model, 0.25f) == 0);
  printf("%d failures\n", failures);
  return failures != 0;
}
