# The few functions every CMakeLists.txt of the project is made of.

# Flags that code built against Debian's LLVM needs: RTTI on, exceptions off.
add_library(nnc_options INTERFACE)
target_compile_options(nnc_options INTERFACE -Wall -Wextra -Wno-unused-parameter)
target_include_directories(nnc_options INTERFACE
  "${PROJECT_SOURCE_DIR}/include" "${PROJECT_BINARY_DIR}/include")
if(NNC_SANITIZE)
  target_compile_options(nnc_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize=vptr -fno-omit-frame-pointer -g1)
  target_link_options(nnc_options INTERFACE -fsanitize=address,undefined)
  target_sources(nnc_options INTERFACE "${CMAKE_CURRENT_LIST_DIR}/SanitizerOptions.cpp")
endif()

add_library(nnc_mlir INTERFACE)
target_include_directories(nnc_mlir SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_compile_options(nnc_mlir INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
target_link_libraries(nnc_mlir INTERFACE nnc_options MLIR LLVM)
add_custom_target(nnc-headers)

# One precompiled header of the MLIR headers and our dialects, shared by every
# library: an ordinary MLIR file then compiles in a quarter of the time.
file(WRITE "${PROJECT_BINARY_DIR}/pch.cpp" "")
add_library(nnc_pch OBJECT "${PROJECT_BINARY_DIR}/pch.cpp")
target_link_libraries(nnc_pch PRIVATE nnc_mlir)
target_precompile_headers(nnc_pch PRIVATE "${PROJECT_SOURCE_DIR}/lib/PrecompiledMLIR.h")
add_dependencies(nnc_pch nnc-headers)

# nnc_add_library(NAME a.cpp b.cpp … [LINK lib…])
# A library on MLIR. Every .cpp of the folder must be listed.
function(nnc_add_library name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  file(GLOB present RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" "*.cpp")
  foreach(file ${present})
    if(NOT file IN_LIST ARG_UNPARSED_ARGUMENTS)
      message(FATAL_ERROR "${CMAKE_CURRENT_SOURCE_DIR}/${file} is in no library")
    endif()
  endforeach()
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC ${ARG_LINK} nnc_mlir)
  target_precompile_headers(${name} REUSE_FROM nnc_pch)
  add_dependencies(${name} nnc-headers)
endfunction()

# nnc_tablegen(TARGET FILE.td out1 flags1 … ): runs mlir-tblgen into the build
# tree's include folder, and hangs the target on nnc-headers. Outputs are given
# as NAME.inc=-gen-flag[;-more].
function(nnc_tablegen target td)
  set(LLVM_TARGET_DEFINITIONS ${td})
  foreach(rule ${ARGN})
    string(REGEX MATCH "^([^=]+)=(.*)$" _ "${rule}")
    string(REPLACE "," ";" flags "${CMAKE_MATCH_2}")
    mlir_tablegen(${CMAKE_MATCH_1} ${flags})
  endforeach()
  add_public_tablegen_target(${target})
  add_dependencies(nnc-headers ${target})
endfunction()

# nnc_add_doc(FILE.td PAGE flags…): writes build/docs/PAGE.md, hung on nnc-doc.
add_custom_target(nnc-doc COMMENT "Pages are in ${PROJECT_BINARY_DIR}/docs")
function(nnc_add_doc td page)
  set(LLVM_TARGET_DEFINITIONS ${td})
  mlir_tablegen(${page}.md ${ARGN})
  set(copy "${PROJECT_BINARY_DIR}/docs/${page}.md")
  add_custom_command(OUTPUT "${copy}"
    COMMAND ${CMAKE_COMMAND} -E copy "${CMAKE_CURRENT_BINARY_DIR}/${page}.md" "${copy}"
    DEPENDS "${CMAKE_CURRENT_BINARY_DIR}/${page}.md")
  add_custom_target(nnc-doc-${page} DEPENDS "${copy}")
  add_dependencies(nnc-doc nnc-doc-${page})
endfunction()

# nnc_add_tool(NAME file.cpp… LINK lib…)
function(nnc_add_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  # The precompiled header is made with -fPIC; -fPIE would not fit it.
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIC)
  target_link_libraries(${name} PRIVATE ${ARG_LINK} nnc_mlir)
  target_precompile_headers(${name} REUSE_FROM nnc_pch)
  add_dependencies(${name} nnc-headers)
endfunction()
