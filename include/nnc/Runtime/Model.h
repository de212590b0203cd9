/*===- Model.h - The descriptor of a compiled model ------------------------===*
 *
 * The C table through which a program drives a compiled model.
 *
 * A compiled model is plain functions over a block of memory that the caller
 * owns. This table names them, their arguments and the tensors in the block,
 * so that one training loop serves every model. The compiler writes one table
 * beside `main` into an emitted executable, and fills one in memory for
 * `nnc run`, `nnc train` and `nnc predict`. C99, and safe to include from C++.
 *
 *===----------------------------------------------------------------------===*/

#ifndef NNC_RUNTIME_MODEL_H
#define NNC_RUNTIME_MODEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever the layout of a structure below changes. */
#define NNC_MODEL_ABI 2

#define NNC_MAX_RANK 8

/* Element types of ports and tensors. A bool is one byte, 0 or 1. */
enum {
  NNC_F32 = 1,
  NNC_F64 = 2,
  NNC_I8 = 3,
  NNC_U8 = 4,
  NNC_I16 = 5,
  NNC_I32 = 6,
  NNC_I64 = 7,
  NNC_BOOL = 8
};

/* nnc_function.kind */
enum { NNC_ENTRY = 0, NNC_STEP = 1 };

/* nnc_tensor.kind */
enum { NNC_PARAMETER = 0, NNC_STATE = 1, NNC_SLOT = 2 };

/* What a model's functions return, as in the generated header. */
enum {
  NNC_OK = 0,
  NNC_BAD_INSTANCE = -1,
  NNC_NOT_INITIALISED = -2,
  NNC_INDEX_OUT_OF_RANGE = -3,
  NNC_TOO_MANY_THREADS = -4
};

/* One argument or result: row-major, rank dimensions in shape. */
typedef struct nnc_port {
  const char *name;
  int32_t type;
  int32_t rank;
  int64_t shape[NNC_MAX_RANK];
} nnc_port;

/* One exported entry or step. Functions compiled from one declaration with
 * several sizes share their base and differ in name: "train_4", "train_64". */
typedef struct nnc_function {
  const char *name; /* "train_4" */
  const char *base; /* "train", as declared */
  int32_t kind;     /* NNC_ENTRY or NNC_STEP */
  int32_t inputs;
  int32_t outputs;
  const nnc_port *ports; /* inputs, then outputs */
  /* Takes pointers to the inputs, then to the outputs, in the order of ports;
   * a null output is not written. Returns a status. */
  int (*call)(void *model, void *const *arguments);
  uint64_t flops;
} nnc_function;

/* One variable. Its index in nnc_model.tensors is the index of read and
 * write, which copy bytes bytes in row-major order. */
typedef struct nnc_tensor {
  const char *name;
  int32_t type;
  int32_t kind; /* NNC_PARAMETER, NNC_STATE or NNC_SLOT */
  int32_t rank;
  int64_t shape[NNC_MAX_RANK];
  uint64_t bytes;
} nnc_tensor;

/* A `normalize` layer that reads an input of entries and steps unchanged:
 * `train --standardize` fills its two state tensors, both of one floating
 * type and shape, from that input's data. The shape is a suffix of the
 * input's shape without the first axis. */
typedef struct nnc_normalizer {
  const char *mean;      /* name of a state tensor */
  const char *deviation; /* name of a state tensor */
  const char *input;     /* name of the input the layer is applied to */
} nnc_normalizer;

/* Runs task(data, index, worker) for every index below tasks. */
typedef void nnc_parallel_for(void *context, int tasks,
                              void (*task)(void *data, int index, int worker),
                              void *data);

typedef struct nnc_model {
  uint32_t abi;      /* NNC_MODEL_ABI */
  const char *name;  /* "lenet" */
  uint64_t size;     /* bytes of an instance */
  uint64_t align;    /* its alignment, a power of two */
  uint64_t parameters_size;
  uint64_t state_size;
  uint64_t scratch_size;
  int32_t max_threads;
  int32_t has_weights; /* 1: init copies the values of a file of weights */
  size_t tensor_count;
  const nnc_tensor *tensors;
  size_t function_count;
  const nnc_function *functions;
  size_t normalizer_count;
  const nnc_normalizer *normalizers;
  int (*init)(void *model, uint64_t seed);
  int (*read)(const void *model, size_t index, void *values);
  int (*write)(void *model, size_t index, const void *values);
  int (*set_parallel)(void *model, nnc_parallel_for *run, void *context,
                      int threads);
  int (*report)(void *model, float metric);
  const char *(*status)(int code);
} nnc_model;

/* The whole command line of an emitted executable: train, predict, info.
 * Returns the exit status. */
int nnc_program_main(int argc, char **argv, const nnc_model *model);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* NNC_RUNTIME_MODEL_H */
