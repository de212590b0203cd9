//===- FakeModel.h - A model written by hand ------------------------------===//
//
// A linear regression behind the table that the compiler fills in.
//
// y = ((x − mean) / deviation)·w + b with x of three features. The step
// descends the mean squared error by a closed-form gradient, and is there for
// batches of 4, 2 and 1; `predict` for 4. `classify` takes an index that must
// be below 3, and a scalar. `evaluate` gives the mean squared error of four
// rows, `shift` is a second step, and the model remembers what is reported.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_TEST_UNIT_RUNTIME_FAKEMODEL_H
#define NNC_TEST_UNIT_RUNTIME_FAKEMODEL_H

#include "nnc/Runtime/Model.h"

const nnc_model &fakeModel();

/// How often steps of each batch were called since the counters were reset.
struct FakeCalls {
  int ofFour = 0, ofTwo = 0, ofOne = 0;
};
FakeCalls &fakeCalls();

#endif // NNC_TEST_UNIT_RUNTIME_FAKEMODEL_H
