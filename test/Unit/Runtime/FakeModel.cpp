//===- FakeModel.cpp - A model written by hand ----------------------------===//
//
// A linear regression behind the table that the compiler fills in.
//
//===----------------------------------------------------------------------===//

#include "FakeModel.h"
#include <cstring>
#include <iterator>

namespace {
struct Block {
  float weight[3], bias[1];
  float mean[3], deviation[3];
  float rate, calls, reported;
};

constexpr float learningRate = 0.05f;

template <int B>
void forward(const Block &block, const float *x, float *y, float (*z)[3]) {
  for (int row = 0; row < B; ++row) {
    y[row] = block.bias[0];
    for (int i = 0; i < 3; ++i) {
      z[row][i] = (x[3 * row + i] - block.mean[i]) / block.deviation[i];
      y[row] += z[row][i] * block.weight[i];
    }
  }
}

template <int B>
int trainStep(void *model, void *const *arguments) {
  Block &block = *static_cast<Block *>(model);
  const float *x = static_cast<const float *>(arguments[0]);
  const float *t = static_cast<const float *>(arguments[1]);
  float y[B], z[B][3], loss = 0;
  forward<B>(block, x, y, z);
  Block next = block;
  for (int row = 0; row < B; ++row) {
    float off = y[row] - t[row];
    loss += off * off / B;
    next.bias[0] -= learningRate * 2 * off / B;
    for (int i = 0; i < 3; ++i)
      next.weight[i] -= learningRate * 2 * off * z[row][i] / B;
  }
  next.calls += 1;
  block = next;
  if (arguments[2])
    *static_cast<float *>(arguments[2]) = loss;
  (B == 4   ? fakeCalls().ofFour
   : B == 2 ? fakeCalls().ofTwo
            : fakeCalls().ofOne)++;
  return NNC_OK;
}

template <int B>
int predictEntry(void *model, void *const *arguments) {
  float y[B], z[B][3];
  forward<B>(*static_cast<Block *>(model),
             static_cast<const float *>(arguments[0]), y, z);
  if (arguments[1])
    std::memcpy(arguments[1], y, sizeof(y));
  return NNC_OK;
}

/// The mean squared error of four rows.
int evaluateEntry(void *model, void *const *arguments) {
  float y[4], z[4][3], loss = 0;
  forward<4>(*static_cast<Block *>(model),
             static_cast<const float *>(arguments[0]), y, z);
  const float *t = static_cast<const float *>(arguments[1]);
  for (int row = 0; row < 4; ++row)
    loss += (y[row] - t[row]) * (y[row] - t[row]) / 4;
  *static_cast<float *>(arguments[2]) = loss;
  return NNC_OK;
}

/// Moves the bias towards the mean of the targets.
int shiftStep(void *model, void *const *arguments) {
  Block &block = *static_cast<Block *>(model);
  const float *t = static_cast<const float *>(arguments[0]);
  float mean = (t[0] + t[1] + t[2] + t[3]) / 4;
  *static_cast<float *>(arguments[1]) = mean - block.bias[0];
  block.bias[0] += 0.1f * (mean - block.bias[0]);
  block.calls += 100;
  return NNC_OK;
}

int classifyEntry(void *, void *const *arguments) {
  const int32_t *index = static_cast<const int32_t *>(arguments[0]);
  const float *scale = static_cast<const float *>(arguments[1]);
  for (int row = 0; row < 2; ++row)
    if (index[row] < 0 || index[row] > 2)
      return NNC_INDEX_OUT_OF_RANGE;
  float *p = static_cast<float *>(arguments[2]);
  for (int row = 0; row < 2; ++row)
    for (int i = 0; i < 3; ++i)
      p[3 * row + i] = i == index[row] ? *scale : 0;
  return NNC_OK;
}

constexpr size_t offsets[] = {
    offsetof(Block, weight),    offsetof(Block, bias), offsetof(Block, mean),
    offsetof(Block, deviation), offsetof(Block, rate), offsetof(Block, calls),
    offsetof(Block, reported)};

constexpr nnc_tensor tensors[] = {
    {"m.fc.weight", NNC_F32, NNC_PARAMETER, 2, {1, 3}, 12},
    {"m.fc.bias", NNC_F32, NNC_PARAMETER, 1, {1}, 4},
    {"m.norm.mean", NNC_F32, NNC_STATE, 1, {3}, 12},
    {"m.norm.deviation", NNC_F32, NNC_STATE, 1, {3}, 12},
    {"optimizer.train.lr", NNC_F32, NNC_SLOT, 0, {}, 4},
    {"optimizer.train.t", NNC_F32, NNC_SLOT, 0, {}, 4},
    {"optimizer.train.reported", NNC_F32, NNC_SLOT, 0, {}, 4}};

template <int B>
constexpr nnc_port trainPorts[] = {{"x", NNC_F32, 2, {B, 3}},
                                   {"t", NNC_F32, 1, {B}},
                                   {"loss", NNC_F32, 0, {}}};
constexpr nnc_port predictPorts[] = {{"x", NNC_F32, 2, {4, 3}},
                                     {"y", NNC_F32, 1, {4}}};
constexpr nnc_port shiftPorts[] = {{"t", NNC_F32, 1, {4}},
                                   {"loss", NNC_F32, 0, {}}};
constexpr nnc_port classifyPorts[] = {{"index", NNC_I32, 1, {2}},
                                      {"scale", NNC_F32, 0, {}},
                                      {"p", NNC_F32, 2, {2, 3}}};

int init(void *model, uint64_t seed) {
  Block &block = *static_cast<Block *>(model);
  block = Block{};
  for (int i = 0; i < 3; ++i) {
    block.weight[i] = static_cast<float>((seed + 7 * i) % 11) / 10 - 0.5f;
    block.deviation[i] = 1;
  }
  block.rate = learningRate;
  return NNC_OK;
}

int readTensor(const void *model, size_t index, void *values) {
  std::memcpy(values, static_cast<const char *>(model) + offsets[index],
              tensors[index].bytes);
  return NNC_OK;
}

int writeTensor(void *model, size_t index, const void *values) {
  std::memcpy(static_cast<char *>(model) + offsets[index], values,
              tensors[index].bytes);
  return NNC_OK;
}

int setParallel(void *, nnc_parallel_for *, void *, int) { return NNC_OK; }
int report(void *model, float metric) {
  static_cast<Block *>(model)->reported = metric;
  return NNC_OK;
}

const char *status(int code) {
  return code == NNC_INDEX_OUT_OF_RANGE ? "an index is out of range" : "other";
}

constexpr nnc_function functions[] = {
    {"predict", "predict", NNC_ENTRY, 1, 1, predictPorts, predictEntry<4>, 32},
    {"classify", "classify", NNC_ENTRY, 2, 1, classifyPorts, classifyEntry, 6},
    {"train_2", "train", NNC_STEP, 2, 1, trainPorts<2>, trainStep<2>, 60},
    {"train_4", "train", NNC_STEP, 2, 1, trainPorts<4>, trainStep<4>, 120},
    {"train_1", "train", NNC_STEP, 2, 1, trainPorts<1>, trainStep<1>, 30},
    {"evaluate", "evaluate", NNC_ENTRY, 2, 1, trainPorts<4>, evaluateEntry, 40},
    {"shift", "shift", NNC_STEP, 1, 1, shiftPorts, shiftStep, 9}};

constexpr nnc_normalizer normalizers[] = {
    {"m.norm.mean", "m.norm.deviation", "x"}};
} // namespace

FakeCalls &fakeCalls() {
  static FakeCalls calls;
  return calls;
}

const nnc_model &fakeModel() {
  static const nnc_model model = {NNC_MODEL_ABI,
                                  "fake",
                                  sizeof(Block),
                                  64,
                                  16,
                                  32,
                                  0,
                                  16,
                                  0,
                                  std::size(tensors),
                                  tensors,
                                  std::size(functions),
                                  functions,
                                  std::size(normalizers),
                                  normalizers,
                                  init,
                                  readTensor,
                                  writeTensor,
                                  setParallel,
                                  report,
                                  status};
  return model;
}
