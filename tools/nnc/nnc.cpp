//===- nnc.cpp - the compiler ---------------------------------------------===//
#include "nnc/Driver/Driver.h"

int main(int argc, char **argv) { return nnc::driver::run(argc, argv); }
