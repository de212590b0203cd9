//===- TestModels.h - small models compiled for tests -----------*- C++ -*-===//
//
// Compiles modules whose kernels are written by hand, scalar loops on memrefs,
// so that planning, interface functions and emission are tested alone.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_TARGET_TESTMODELS_H
#define NNC_TEST_UNIT_TARGET_TESTMODELS_H

#include "nnc/Target/Emit.h"
#include "nnc/Target/Jit.h"
#include <string>

namespace nnc::test {

/// Variables, kernels and functions that exercise planning and the interface.
extern const char kModelText[];

/// Compiles `text` for a triple, or for this machine.
CompiledModel compile(const std::string &text, const std::string &prefix,
                      unsigned optLevel = 3, const std::string &triple = "",
                      const std::string &cpu = "");

/// A block of a model's size and alignment.
class Instance {
public:
  explicit Instance(const nnc_model &model);
  ~Instance();
  void *get() const { return memory; }

private:
  void *memory;
};

} // namespace nnc::test

#endif // NNC_TEST_UNIT_TARGET_TESTMODELS_H
