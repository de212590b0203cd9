//===- ModelTest.cpp - compiled functions do what the graph says ----------===//
//
// Every way in which values, variables and outputs can share memory, run.
//
//===----------------------------------------------------------------------===//
#include "TestModels.h"
#include <array>
#include <cstring>
#include <gtest/gtest.h>

using namespace nnc;
using namespace nnc::test;

namespace {

using Four = std::array<float, 4>;

class ModelTest : public testing::TestWithParam<unsigned> {
protected:
  void SetUp() override {
    compiled = compile(kModelText, "net", GetParam());
    auto result = LoadedModel::load(compiled);
    ASSERT_TRUE(bool(result)) << toString(result.takeError());
    loaded = std::move(*result);
    model = loaded->getDescriptor();
    instance = std::make_unique<Instance>(*model);
    ASSERT_EQ(model->init(instance->get(), 42), NNC_OK);
  }

  int call(const char *name, std::vector<const void *> arguments) {
    for (size_t i = 0; i < model->function_count; ++i)
      if (!strcmp(model->functions[i].name, name))
        return model->functions[i].call(
            instance->get(), const_cast<void *const *>(arguments.data()));
    ADD_FAILURE() << "no function " << name;
    return 1;
  }

  size_t find(const char *name) {
    for (size_t i = 0; i < model->tensor_count; ++i)
      if (!strcmp(model->tensors[i].name, name))
        return i;
    ADD_FAILURE() << "no tensor " << name;
    return 0;
  }

  Four read(const char *name) {
    Four values;
    EXPECT_EQ(model->read(instance->get(), find(name), values.data()), NNC_OK);
    return values;
  }

  CompiledModel compiled;
  std::unique_ptr<LoadedModel> loaded;
  const nnc_model *model = nullptr;
  std::unique_ptr<Instance> instance;
  const Four x = {10, 20, 30, 40};
};

const Four kOnes = {1, 1, 1, 1};

TEST_P(ModelTest, InitialValues) {
  EXPECT_EQ(read("m.w"), (Four{1, 2, 3, 4}));
  EXPECT_EQ(read("a"), kOnes);
  EXPECT_EQ(read("b"), (Four{0, 0, 0, 0}));
  int64_t seed = 0;
  EXPECT_EQ(model->read(instance->get(), find("count"), &seed), NNC_OK);
  EXPECT_EQ(seed, 42);
}

TEST_P(ModelTest, ScratchAndOutput) {
  Four y;
  EXPECT_EQ(call("predict", {x.data(), y.data()}), NNC_OK);
  EXPECT_EQ(y, (Four{41, 31, 21, 11}));
  EXPECT_EQ(read("a"), kOnes);
}

TEST_P(ModelTest, NaturalAlignmentSuffices) {
  alignas(64) float in[5] = {0, 10, 20, 30, 40}, out[5] = {};
  EXPECT_EQ(call("predict", {in + 1, out + 1}), NNC_OK);
  EXPECT_EQ(out[0], 0);
  EXPECT_EQ(out[1], 41);
  EXPECT_EQ(out[4], 11);
}

TEST_P(ModelTest, OldValueReadAfterUpdate) {
  Four old, fresh, sum;
  EXPECT_EQ(
      call("old_and_new", {x.data(), old.data(), fresh.data(), sum.data()}),
      NNC_OK);
  EXPECT_EQ(old, kOnes);
  EXPECT_EQ(fresh, (Four{11, 21, 31, 41}));
  EXPECT_EQ(sum, (Four{12, 22, 32, 42}));
  EXPECT_EQ(read("a"), fresh);
}

TEST_P(ModelTest, EverySubsetOfOutputsMayBeNull) {
  for (int given = 0; given < 8; ++given) {
    ASSERT_EQ(model->write(instance->get(), find("a"), kOnes.data()), NNC_OK);
    Four old, fresh, sum;
    EXPECT_EQ(call("old_and_new", {x.data(), given & 1 ? old.data() : nullptr,
                                   given & 2 ? fresh.data() : nullptr,
                                   given & 4 ? sum.data() : nullptr}),
              NNC_OK);
    if (given & 1) {
      EXPECT_EQ(old, kOnes);
    }
    if (given & 2) {
      EXPECT_EQ(fresh, (Four{11, 21, 31, 41}));
    }
    if (given & 4) {
      EXPECT_EQ(sum, (Four{12, 22, 32, 42}));
    }
    EXPECT_EQ(read("a"), (Four{11, 21, 31, 41}));
  }
}

TEST_P(ModelTest, VariableUpdatedAndReturned) {
  Four fresh;
  EXPECT_EQ(call("update", {x.data(), fresh.data()}), NNC_OK);
  EXPECT_EQ(call("update", {x.data(), fresh.data()}), NNC_OK);
  EXPECT_EQ(fresh, (Four{21, 41, 61, 81}));
  EXPECT_EQ(read("a"), fresh);
}

TEST_P(ModelTest, Swap) {
  ASSERT_EQ(model->write(instance->get(), find("b"), x.data()), NNC_OK);
  EXPECT_EQ(call("swap", {}), NNC_OK);
  EXPECT_EQ(read("a"), x);
  EXPECT_EQ(read("b"), kOnes);
}

TEST_P(ModelTest, VariableTimesInput) {
  EXPECT_EQ(call("multiply", {x.data()}), NNC_OK);
  EXPECT_EQ(read("m.w"), (Four{70, 100, 150, 220}));
}

TEST_P(ModelTest, OneValueManyPlaces) {
  const Four expected = {20, 40, 60, 80};
  Four p, q;
  EXPECT_EQ(call("spread", {x.data(), p.data(), q.data()}), NNC_OK);
  EXPECT_EQ(p, expected);
  EXPECT_EQ(q, expected);
  EXPECT_EQ(read("a"), expected);
  EXPECT_EQ(read("b"), expected);
}

TEST_P(ModelTest, ReturnedTwice) {
  const Four expected = {20, 40, 60, 80};
  Four p = {}, q = {};
  EXPECT_EQ(call("twice", {x.data(), nullptr, q.data()}), NNC_OK);
  EXPECT_EQ(q, expected);
  EXPECT_EQ(call("twice", {x.data(), p.data(), nullptr}), NNC_OK);
  EXPECT_EQ(p, expected);
}

TEST_P(ModelTest, InputsConstantsAndVariablesReturned) {
  Four same, w;
  int16_t constant[2];
  uint8_t flags[3];
  EXPECT_EQ(call("pass", {x.data(), same.data(), constant, flags, w.data()}),
            NNC_OK);
  EXPECT_EQ(same, x);
  EXPECT_EQ(constant[0], 7);
  EXPECT_EQ(constant[1], -8);
  EXPECT_EQ(flags[0] + 10 * flags[1] + 100 * flags[2], 101);
  EXPECT_EQ(w, (Four{1, 2, 3, 4}));
}

//===----------------------------------------------------------------------===//
// Statuses
//===----------------------------------------------------------------------===//

TEST_P(ModelTest, BadInstance) {
  Four y;
  const void *arguments[] = {x.data(), y.data()};
  auto *predict = model->functions[0].call;
  auto *data = const_cast<void *const *>(arguments);
  char *block = static_cast<char *>(instance->get());
  EXPECT_EQ(predict(nullptr, data), NNC_BAD_INSTANCE);
  EXPECT_EQ(predict(block + 32, data), NNC_BAD_INSTANCE);
  EXPECT_EQ(model->init(nullptr, 0), NNC_BAD_INSTANCE);
  EXPECT_EQ(model->init(block + 8, 0), NNC_BAD_INSTANCE);
  EXPECT_EQ(model->read(nullptr, 0, y.data()), NNC_BAD_INSTANCE);
  EXPECT_EQ(model->read(block, 0, nullptr), NNC_BAD_INSTANCE);
  EXPECT_EQ(model->write(block, 0, nullptr), NNC_BAD_INSTANCE);
  EXPECT_EQ(model->report(nullptr, 0), NNC_BAD_INSTANCE);
  EXPECT_EQ(model->set_parallel(nullptr, nullptr, nullptr, 1),
            NNC_BAD_INSTANCE);
}

TEST_P(ModelTest, NullInput) {
  Four y;
  EXPECT_EQ(call("predict", {nullptr, y.data()}), NNC_BAD_INSTANCE);
}

TEST_P(ModelTest, NotInitialised) {
  Instance fresh(*model);
  Four y;
  const void *arguments[] = {x.data(), y.data()};
  EXPECT_EQ(model->functions[0].call(fresh.get(),
                                     const_cast<void *const *>(arguments)),
            NNC_NOT_INITIALISED);
  EXPECT_EQ(model->read(fresh.get(), 0, y.data()), NNC_NOT_INITIALISED);
  EXPECT_EQ(model->write(fresh.get(), 0, x.data()), NNC_NOT_INITIALISED);
  EXPECT_EQ(model->report(fresh.get(), 0), NNC_NOT_INITIALISED);
  EXPECT_EQ(model->set_parallel(fresh.get(), nullptr, nullptr, 1),
            NNC_NOT_INITIALISED);
}

TEST_P(ModelTest, IndexOutOfRange) {
  const int32_t good[] = {0, -1, 9, 1000};
  const int32_t tooLarge[] = {0, 0, 10, 0};
  const int32_t negative[] = {-1, 0, 0, 0};
  EXPECT_EQ(call("indexed", {tooLarge}), NNC_INDEX_OUT_OF_RANGE);
  EXPECT_EQ(call("indexed", {negative}), NNC_INDEX_OUT_OF_RANGE);
  EXPECT_EQ(read("a"), kOnes);
  EXPECT_EQ(call("indexed", {good}), NNC_OK);
  EXPECT_EQ(read("a"), (Four{5, 5, 5, 5}));
  Four y;
  EXPECT_EQ(model->read(instance->get(), 4, y.data()), NNC_INDEX_OUT_OF_RANGE);
  EXPECT_EQ(model->write(instance->get(), size_t(-1), x.data()),
            NNC_INDEX_OUT_OF_RANGE);
}

void serial(void *, int tasks, void (*task)(void *, int, int), void *data) {
  for (int i = 0; i < tasks; ++i)
    task(data, i, 0);
}

TEST_P(ModelTest, Threads) {
  void *block = instance->get();
  EXPECT_EQ(model->set_parallel(block, serial, nullptr, model->max_threads),
            NNC_OK);
  EXPECT_EQ(model->set_parallel(block, serial, nullptr, model->max_threads + 1),
            NNC_TOO_MANY_THREADS);
  EXPECT_EQ(model->set_parallel(block, serial, nullptr, 0),
            NNC_TOO_MANY_THREADS);
  EXPECT_EQ(model->set_parallel(block, nullptr, nullptr, 0), NNC_OK);
}

TEST_P(ModelTest, InitKeepsTheParallelLoop) {
  void *block = instance->get(), *loop = nullptr;
  int32_t threads = 0;
  ASSERT_EQ(model->set_parallel(block, serial, nullptr, 3), NNC_OK);
  ASSERT_EQ(model->init(block, 1), NNC_OK);
  memcpy(&loop, static_cast<char *>(block) + ControlBlock::ParallelFor,
         sizeof loop);
  memcpy(&threads, static_cast<char *>(block) + ControlBlock::Threads,
         sizeof threads);
  EXPECT_EQ(loop, reinterpret_cast<void *>(serial));
  EXPECT_EQ(threads, 3);
}

TEST_P(ModelTest, Report) {
  EXPECT_EQ(model->report(instance->get(), 0.5f), NNC_OK);
}

TEST_P(ModelTest, StatusNames) {
  for (int code = 0; code > -5; --code) {
    EXPECT_STRNE(model->status(code), "unknown status");
    EXPECT_STRNE(model->status(code), "");
  }
  EXPECT_STREQ(model->status(1), "unknown status");
  EXPECT_STREQ(model->status(-5), "unknown status");
}

//===----------------------------------------------------------------------===//
// The descriptor
//===----------------------------------------------------------------------===//

TEST_P(ModelTest, Descriptor) {
  EXPECT_EQ(model->abi, uint32_t(NNC_MODEL_ABI));
  EXPECT_STREQ(model->name, "net");
  EXPECT_EQ(model->align, 64u);
  EXPECT_EQ(model->parameters_size, 16u);
  EXPECT_EQ(model->state_size, 16u + 16u + 8u);
  EXPECT_EQ(model->size % 64, 0u);
  EXPECT_EQ(model->max_threads, 16);
  ASSERT_EQ(model->tensor_count, 4u);
  EXPECT_STREQ(model->tensors[0].name, "m.w");
  EXPECT_EQ(model->tensors[0].kind, NNC_PARAMETER);
  EXPECT_EQ(model->tensors[0].rank, 2);
  EXPECT_EQ(model->tensors[0].shape[1], 2);
  EXPECT_EQ(model->tensors[2].kind, NNC_SLOT);
  EXPECT_EQ(model->tensors[3].type, NNC_I64);
  EXPECT_EQ(model->tensors[3].bytes, 8u);
  const nnc_function &pass = model->functions[model->function_count - 2];
  EXPECT_STREQ(pass.name, "pass");
  EXPECT_EQ(pass.kind, NNC_ENTRY);
  ASSERT_EQ(pass.inputs, 1);
  ASSERT_EQ(pass.outputs, 4);
  EXPECT_STREQ(pass.ports[0].name, "x");
  EXPECT_STREQ(pass.ports[3].name, "flags");
  EXPECT_EQ(pass.ports[3].type, NNC_BOOL);
  EXPECT_EQ(pass.ports[4].shape[0], 2);
  EXPECT_EQ(model->normalizer_count, 0u);
}

INSTANTIATE_TEST_SUITE_P(Levels, ModelTest, testing::Values(0u, 3u));

} // namespace
