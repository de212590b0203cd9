//===- CommandLine.h - pieces of the command line ---------------*- C++ -*-===//
#ifndef NNC_LIB_DRIVER_COMMANDLINE_COMMANDLINE_H
#define NNC_LIB_DRIVER_COMMANDLINE_COMMANDLINE_H

#include "nnc/Driver/Options.h"
#include <CLI/CLI.hpp>

namespace nnc::driver {

/// A sub-command and what it stands for.
using Commands = std::vector<std::pair<CLI::App *, Command>>;

/// Makes all sub-commands; they fill `invocation`.
Commands defineCommands(CLI::App &app, Invocation &invocation);

/// "; did you mean 'x'?", or nothing.
std::string didYouMean(const std::string &word, const std::vector<std::string> &names);

/// The names of an application's options: "--emit", "-o".
std::vector<std::string> optionNames(const CLI::App &app);

/// The script that completes nnc's commands and options in a shell: bash, zsh
/// or fish.
std::string completionScript(const CLI::App &app, const std::string &shell);

} // namespace nnc::driver

#endif // NNC_LIB_DRIVER_COMMANDLINE_COMMANDLINE_H
