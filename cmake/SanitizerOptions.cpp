// Defaults of the sanitized build, which ASAN_OPTIONS may override.
//
// LLVM's allocators mark what they have not handed out as poisoned where their
// headers are compiled with the sanitizer; the shared LLVM library, compiled
// without, hands memory out and does not take the mark away. Leaks at exit are
// LLVM's own.
extern "C" const char *__asan_default_options() {
  return "detect_leaks=0:allow_user_poisoning=0";
}
