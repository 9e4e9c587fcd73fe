// gpu_libraries.h - which files of an image only serve a GPU. Lambda has none.
// Source: aws/aws-lambda-roadmap#81 asks for one and is open (read 2026-09-01).
#pragma once

#include <string_view>

namespace ocitidy::lambda {

/// Is `path` part of NVIDIA's wheels, a CUDA installation, Triton, or a CUDA library that another package brings along?
bool is_gpu_library(std::string_view path);

}  // namespace ocitidy::lambda
