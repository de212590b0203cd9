# Writes text files into one C++ file:
# cmake -DOUTPUT=… -DFILES=a;b -DNAMES=a;b -P Embed.cmake
set(text "// Made by lib/Driver/Texts/Embed.cmake.\n#include \"Texts.h\"\n\n")
string(APPEND text "const nnc::driver::Text nnc::driver::texts[] = {\n")
foreach(path name IN ZIP_LISTS FILES NAMES)
  file(READ "${path}" content)
  string(APPEND text "    {\"${name}\", R\"nnc-text(${content})nnc-text\"},\n")
endforeach()
string(APPEND text "    {nullptr, nullptr}};\n")
file(WRITE "${OUTPUT}" "${text}")
