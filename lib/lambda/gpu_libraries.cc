// gpu_libraries.cc - the names that NVIDIA's wheels, CUDA and Triton take.
#include "lambda/gpu_libraries.h"

#include <algorithm>
#include <array>

namespace ocitidy::lambda {
namespace {

// Names of libraries up to where the version begins: "libcudnn_ops.so.9", "libcudart-9335f6a2.so.12".
constexpr std::array kLibraries = std::to_array<std::string_view>(
    {"libcublas", "libcublasLt", "libcuda", "libcudart", "libcudnn", "libcufft", "libcufile", "libcupti", "libcurand",
     "libcusolver", "libcusparse", "libcusparseLt", "libnccl", "libnvJitLink", "libnvToolsExt", "libnvrtc",
     "libtorch_cuda", "libonnxruntime_providers_cuda", "libonnxruntime_providers_tensorrt"});

constexpr std::array kPackages = std::to_array<std::string_view>({"nvidia", "triton"});

bool is_package(std::string_view path) {
  if (!path.contains("-packages/")) return false;  // nearly always, and quickly told: hyphens are rare
  for (const std::string_view root : {"site-packages/", "dist-packages/"}) {
    const std::size_t at = path.find(root);
    if (at == std::string_view::npos) continue;
    std::string_view below = path.substr(at + root.size());
    const std::size_t slash = below.find('/');
    if (slash == std::string_view::npos) continue;
    below = below.substr(0, slash);
    if (std::ranges::find(kPackages, below) != kPackages.end()) return true;
  }
  return false;
}

}  // namespace

bool is_gpu_library(std::string_view path) {
  if (path.starts_with("usr/local/cuda/") || path.starts_with("usr/local/cuda-")) return true;
  if (is_package(path)) return true;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (!name.starts_with("lib") || name.find(".so") == std::string_view::npos) return false;
  return std::ranges::any_of(kLibraries, [name](std::string_view library) {
    if (!name.starts_with(library)) return false;
    const std::string_view rest = name.substr(library.size());
    return rest.starts_with(".so") || rest.starts_with('_') || rest.starts_with('-');
  });
}

}  // namespace ocitidy::lambda
