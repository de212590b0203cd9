//===- InstanceTest.cpp - where an instance is ----------------------------===//

#include "nnc/Runtime/Instance.h"
#include "FakeModel.h"
#include <gtest/gtest.h>
#include <cstring>

using namespace nnc::runtime;

/// The address of the block that a model of this size and alignment is given.
static uintptr_t placeOf(uint64_t size, uint64_t align) {
  static void *block;
  static uint64_t bytes;
  nnc_model model = fakeModel();
  model.size = bytes = size;
  model.align = align;
  model.init = [](void *instance, uint64_t) {
    block = instance;
    std::memset(instance, 1, bytes);
    return int(NNC_OK);
  };
  Instance instance(model, 0, 1);
  return reinterpret_cast<uintptr_t>(block);
}

TEST(Instance, IsAlignedAsTheModelWants) {
  EXPECT_EQ(placeOf(100, 64) % 64, 0u);
  EXPECT_EQ(placeOf(10'000, 4096) % 4096, 0u);
}

TEST(Instance, IsOnHugePagesIfItIsLarge) {
  EXPECT_EQ(placeOf((4 << 20) + 1, 64) % (2 << 20), 0u);
  EXPECT_EQ(placeOf(4 << 20, 4 << 20) % (4 << 20), 0u);
}

TEST(Instance, OfMoreThanThereIsIsNotMade) {
  EXPECT_THROW(placeOf(UINT64_MAX, 64), std::bad_alloc);
}
