//===- FakeProgram.cpp - An executable around the fake model --------------===//
//
// What an emitted executable is, for tests of its command line.
//
//===----------------------------------------------------------------------===//

#include "FakeModel.h"

int main(int argc, char **argv) {
  return nnc_program_main(argc, argv, &fakeModel());
}
