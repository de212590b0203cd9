/* Trains and uses the diabetes model from C: no library but the object itself.
 *
 *   nnc build ../diabetes/diabetes.nn -D B=4 -o diabetes
 *   cc -std=c11 host.c diabetes.o -lm -o host && ./host
 */
#include "diabetes.h"

#include <stdio.h>
#include <stdlib.h>

enum { rows = 8, epochs = 200 };

/* Eight patients: ten measurements, standardised, and what became of them. */
static const float measured[rows][10] = {
    {0.80f, 1.07f, 1.30f, 0.46f, -0.93f, -0.73f, -0.91f, -0.05f, 0.42f, -0.37f},
    {-0.04f, -0.94f, -1.08f, -0.55f, -0.18f, -0.40f, 1.56f, -0.83f, -1.44f, -1.94f},
    {1.79f, 1.07f, 0.93f, -0.12f, -0.96f, -0.72f, -0.68f, -0.05f, 0.06f, -0.55f},
    {-1.87f, -0.94f, -0.24f, -0.77f, 0.26f, 0.53f, -0.76f, 0.72f, 0.48f, -0.20f},
    {0.11f, -0.94f, -0.76f, 0.46f, 0.08f, 0.33f, 0.17f, -0.05f, -0.67f, -0.98f},
    {-1.95f, -0.94f, -0.85f, -0.41f, -1.45f, -1.67f, 0.87f, -1.60f, -0.87f, -2.03f},
    {-0.95f, 1.07f, -0.97f, 0.09f, -0.34f, -0.53f, 0.33f, -0.69f, -0.51f, -0.48f},
    {1.34f, 1.07f, 0.17f, 0.91f, 0.24f, 0.27f, -0.29f, 0.00f, 0.11f, 0.33f}};
static const float outcome[rows][1] = {{151}, {75}, {141}, {206}, {135}, {97}, {138}, {63}};

static void check(int status) {
  if (status != 0) {
    fprintf(stderr, "%s\n", diabetes_status(status));
    exit(1);
  }
}

int main(void) {
  /* The model is one block of memory that the caller owns. */
  void *memory = aligned_alloc(DIABETES_ALIGN, (DIABETES_SIZE + DIABETES_ALIGN - 1) /
                                                   DIABETES_ALIGN * DIABETES_ALIGN);
  diabetes *model = memory;
  if (!memory)
    return 1;
  check(diabetes_init(model, 0));

  for (int epoch = 1; epoch <= epochs; ++epoch) {
    float sum = 0;
    for (int row = 0; row != rows; row += 4) {
      float loss;
      check(diabetes_train(model, measured[row], outcome[row], &loss));
      sum += loss;
    }
    if (epoch == 1 || epoch == epochs)
      printf("epoch %d: loss %.1f\n", epoch, sum * 4 / rows);
  }
  for (int row = 0; row != rows; ++row) {
    float predicted;
    check(diabetes_predict(model, measured[row], &predicted));
    printf("patient %d: predicted %.0f, was %.0f\n", row, predicted, outcome[row][0]);
  }
  free(memory);
  return 0;
}
