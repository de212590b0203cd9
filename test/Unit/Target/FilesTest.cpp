//===- FilesTest.cpp - the object and header as a C program sees them -----===//
//
// Writes files, compiles hosts against them with the system's compilers, and
// looks at the objects' symbols and sections.
//
//===----------------------------------------------------------------------===//
#include "TestModels.h"
#include "nnc/Support/File.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include <gtest/gtest.h>
#include <set>

using namespace llvm;
using namespace nnc;
using namespace nnc::test;

namespace {

/// A folder that goes away with the test.
class FilesTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(sys::fs::createUniqueDirectory("nnc-test", folder));
  }
  void TearDown() override { sys::fs::remove_directories(folder); }

  std::string path(StringRef name) { return (folder + "/" + name).str(); }

  void write(StringRef name, StringRef bytes) {
    Error error = writeFile(path(name), bytes);
    ASSERT_FALSE(bool(error)) << toString(std::move(error));
  }

  void writeModel(const CompiledModel &model) {
    write(model.interface.prefix + ".o", model.object);
    write(model.interface.prefix + ".h", model.header);
  }

  /// Runs a program and returns its status; what it says goes to the log.
  int run(ArrayRef<StringRef> arguments) {
    auto program = sys::findProgramByName(arguments.front());
    if (!program)
      return -1;
    return sys::ExecuteAndWait(*program, arguments);
  }

  SmallString<128> folder;
};

const char kHost[] = R"c(
#include "net.h"
#include "other.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(x) do { if (!(x)) { printf("line %d: %s\n", __LINE__, #x); return 1; } } while (0)

int main(void) {
  net *n = NULL, *m = NULL;
  other *o = NULL;
  char *block = (char *)malloc(NET_SIZE * 2 + OTHER_SIZE + NET_ALIGN * 4);
  char *aligned = block + (NET_ALIGN - (size_t)block % NET_ALIGN);
  float x[4] = {10, 20, 30, 40}, y[4], z[4];
  size_t i;
  n = (net *)(void *)aligned;
  m = (net *)(void *)(aligned + NET_SIZE);
  o = (other *)(void *)(aligned + 2 * NET_SIZE);
  CHECK(net_init(n, 7) == 0 && net_init(m, 8) == 0 && other_init(o, 9) == 0);
  CHECK(net_predict((net *)(void *)o, x, y) == -2);
  CHECK(net_update(n, x, y) == 0 && y[0] == 11);
  CHECK(net_predict(m, x, z) == 0 && z[0] == 41);
  CHECK(other_predict(o, x, z) == 0 && z[0] == 41);
  CHECK(net_predict(n, x, z) == 0 && z[0] == 81);
  CHECK(NET_TENSORS == 4 && NET_ABI == 1 && NET_MAX_THREADS == 16);
  CHECK(NET_PARAMETERS_SIZE + NET_STATE_SIZE + NET_SCRATCH_SIZE <= NET_SIZE);
  for (i = 0; i < NET_TENSORS; ++i)
    CHECK(strcmp(net_tensors[i].name, other_tensors[i].name) == 0);
  CHECK(strcmp(net_tensors[0].name, "m.w") == 0);
  CHECK(net_tensors[0].type == NET_F32 && net_tensors[0].kind == NET_PARAMETER);
  CHECK(net_tensors[0].rank == 2 && net_tensors[0].shape[0] == 2 && net_tensors[0].bytes == 16);
  CHECK(net_tensors[3].type == NET_I64 && net_tensors[3].kind == NET_STATE);
  CHECK(net_read(n, 1, z) == 0 && z[0] == 11);
  CHECK(net_set_parallel(n, NULL, NULL, 1) == 0 && net_report(n, 0.5f) == 0);
  CHECK(net_set_parallel(n, NULL, NULL, 17) == -4);
  CHECK(strcmp(net_status(0), "success") == 0);
  free(block);
  return 0;
}
)c";

TEST_F(FilesTest, TwoModelsInOneCProgram) {
  writeModel(compile(kModelText, "net"));
  writeModel(compile(kModelText, "other"));
  write("host.c", kHost);
  std::string host = path("host"), source = path("host.c"), net = path("net.o"),
              other = path("other.o");
  ASSERT_EQ(run({"cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic",
                 source, net, other, "-o", host}),
            0);
  EXPECT_EQ(run({host}), 0);
  ASSERT_EQ(
      run({"c++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-pedantic",
           "-x", "c++", source, "-x", "none", net, other, "-o", host}),
      0);
  EXPECT_EQ(run({host}), 0);
}

TEST_F(FilesTest, SharedLibrariesTakeTheObject) {
  writeModel(compile(kModelText, "net"));
  std::string library = path("libnet.so"), object = path("net.o");
  EXPECT_EQ(run({"cc", "-shared", "-Wl,-z,text", "-Wl,-z,defs", object, "-o",
                 library}),
            0);
}

/// Names of all kinds that C would misread, and a model without variables.
const char kAwkward[] = R"mlir(
func.func private @copy(%x: memref<f32>, %z: memref<f32>) {
  %v = memref.load %x[] : memref<f32>
  memref.store %v, %z[] : memref<f32>
  return
}
nn.entry @f(%a: tensor<f32> {nn.name = "float"}, %b: tensor<f32> {nn.name = "class"},
            %c: tensor<2x3xui8> {nn.name = "model"}, %d: tensor<1xf64> {nn.name = "uint8_t"},
            %e: tensor<4xi1> {nn.name = "unix"}, %g: tensor<1xi8> {nn.name = "awkward"})
    -> (tensor<f32> {nn.name = "float"}, tensor<f32> {nn.name = "loss"}) {
  %r = kernel.call @copy(%a) : (tensor<f32>) -> tensor<f32>
  nn.return %r, %b : tensor<f32>, tensor<f32>
}
)mlir";

TEST_F(FilesTest, AwkwardNames) {
  CompiledModel model = compile(kAwkward, "awkward");
  writeModel(model);
  EXPECT_NE(model.header.find(
                "int awkward_f(awkward *model, const float *float_, "
                "const float *class_, const uint8_t *model_, "
                "const double *uint8_t_, const uint8_t *unix_, "
                "const int8_t *awkward_, float *float__, float *loss);"),
            std::string::npos)
      << model.header;
  write(
      "host.c",
      "#include \"awkward.h\"\n#include \"awkward.h\"\nint main(void) { return "
      "AWKWARD_TENSORS; }\n");
  std::string source = path("host.c"), object = path("awkward.o"),
              host = path("host");
  EXPECT_EQ(run({"cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic",
                 source, object, "-o", host}),
            0);
  EXPECT_EQ(run({host}), 0);
  EXPECT_EQ(run({"c++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-x",
                 "c++", "-c", source, "-o", host}),
            0);
}

TEST_F(FilesTest, SymbolsAreThoseOfTheHeader) {
  CompiledModel model = compile(kModelText, "net");
  auto object = object::ObjectFile::createObjectFile(
      MemoryBufferRef(model.object, "net.o"));
  ASSERT_TRUE(bool(object));
  std::set<std::string> defined;
  for (const object::SymbolRef &symbol : (*object)->symbols()) {
    uint32_t flags = cantFail(symbol.getFlags());
    if ((flags & object::SymbolRef::SF_Global) &&
        !(flags & object::SymbolRef::SF_Undefined))
      defined.insert(cantFail(symbol.getName()).str());
  }
  EXPECT_EQ(defined,
            (std::set<std::string>{
                "net_init", "net_indexed", "net_multiply", "net_old_and_new",
                "net_pass", "net_predict", "net_read", "net_report",
                "net_set_parallel", "net_spread", "net_status", "net_swap",
                "net_tensors", "net_twice", "net_update", "net_write"}));
}

TEST_F(FilesTest, SameBytesTwice) {
  CompiledModel first = compile(kModelText, "net"),
                second = compile(kModelText, "net");
  EXPECT_EQ(first.object, second.object);
  EXPECT_EQ(first.header, second.header);
  EXPECT_EQ(first.program, second.program);
}

TEST_F(FilesTest, ForeignSymbolsAreRefused) {
  CompiledModel model = compile(kModelText, "net");
  // The program refers to the model's functions and holds pointers.
  std::string message = toString(verifyObject(model.program));
  EXPECT_NE(message.find("which is not in the allow-list"), std::string::npos)
      << message;
}

// Each object passes its check of symbols and sections.
TEST_F(FilesTest, ObjectsOfOtherTargets) {
  const std::pair<const char *, const char *> targets[] = {
      {"aarch64-linux-gnu", ""},
      {"riscv64-linux-gnu", ""},
      {"x86_64-apple-darwin", ""},
      {"x86_64-windows-msvc", ""},
      {"thumbv7em-none-eabihf", "cortex-m7"},
  };
  for (auto [triple, cpu] : targets)
    EXPECT_FALSE(compile(kModelText, "net", 2, triple, cpu).object.empty());
}

TEST_F(FilesTest, UnknownTargets) {
  auto message = [](CodeOptions options) {
    auto target = resolveTarget(options);
    return target ? "" : toString(target.takeError());
  };
  EXPECT_EQ(message({"pdp11-unknown", "", "", 3, false}),
            "unknown target 'pdp11-unknown'");
  EXPECT_EQ(message({"x86_64-linux-gnu", "pentium9", "", 3, false}),
            "target 'x86_64-unknown-linux-gnu' has no cpu 'pentium9'");
  EXPECT_EQ(message({"x86_64-linux-gnu", "", "+avx3000", 3, false}),
            "target 'x86_64-unknown-linux-gnu' has no feature 'avx3000'");
  EXPECT_EQ(message({"x86_64-linux-gnu", "", "avx2", 3, false}),
            "feature 'avx2' must begin with + or -");
  EXPECT_EQ(message({"x86_64-linux-gnu", "haswell", "-avx2", 3, false}), "");
}

//===----------------------------------------------------------------------===//
// Output files
//===----------------------------------------------------------------------===//

size_t countFiles(StringRef folder) {
  size_t count = 0;
  std::error_code code;
  for (sys::fs::directory_iterator it(folder, code), end; it != end && !code;
       it.increment(code))
    ++count;
  return count;
}

TEST_F(FilesTest, UncommittedFilesVanish) {
  write("kept", "old");
  {
    auto file = OutputFile::create(path("kept"));
    ASSERT_TRUE(bool(file));
    EXPECT_FALSE(bool(file->write("half")));
  }
  EXPECT_EQ((*MemoryBuffer::getFile(path("kept")))->getBuffer(), "old");
  EXPECT_EQ(countFiles(folder), 1u);
}

TEST_F(FilesTest, ReplacedAsAWhole) {
  write("file", "old and long");
  write("file", "new");
  EXPECT_EQ((*MemoryBuffer::getFile(path("file")))->getBuffer(), "new");
  EXPECT_EQ(countFiles(folder), 1u);
}

TEST_F(FilesTest, BadPathsAreNamed) {
  std::string missing = path("missing/file");
  EXPECT_EQ(toString(writeFile(missing, "x")),
            missing + ": No such file or directory");
  EXPECT_EQ(toString(writeFile(folder, "x")),
            (folder + ": Is a directory").str());
  EXPECT_FALSE(bool(writeFile("/dev/null", "x")));
}

} // namespace
