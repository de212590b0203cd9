//===- Driver.h - argv to files ---------------------------------*- C++ -*-===//
#ifndef NNC_DRIVER_DRIVER_H
#define NNC_DRIVER_DRIVER_H

namespace nnc::driver {

/// Carries out a command line; answers the exit status: 0 done, 1 the input is
/// wrong, 2 the command line is wrong, 3 an internal error.
int run(int argc, char **argv);

} // namespace nnc::driver

#endif // NNC_DRIVER_DRIVER_H
