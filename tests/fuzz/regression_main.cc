// regression_main.cc - runs a fuzz target without a fuzzer: over its seeds, over damaged copies of them, and over
// files.
//
// usage: TARGET [FILE_OR_FOLDER...]      run
//        TARGET --seeds FOLDER           write the seeds there, as a corpus for libFuzzer
// Damage is the same in every run: cuts, flipped bits, and pieces put twice, spread over the whole input.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/source_dir.h"
#include "target.h"

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPlaces = 96;                 // per input and kind of damage
constexpr std::uintmax_t kMostFileBytes = 1 << 20;  // larger files are for real fuzzing
constexpr std::chrono::seconds kSlow{5};

std::size_t runs = 0;

void run(const std::string& input, const std::string& name) {
  const auto start = std::chrono::steady_clock::now();
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  ++runs;
  if (std::chrono::steady_clock::now() - start > kSlow) ocitidy::test::broken_promise("over 5 seconds for " + name);
}

void run_damaged(const std::string& input, const std::string& name) {
  run(input, name);
  const std::size_t step = std::max<std::size_t>(1, input.size() / kPlaces);
  for (std::size_t at = 0; at < input.size(); at += step) {
    run(input.substr(0, at), name + " cut");
    std::string flipped = input;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << (at % 8)));
    run(flipped, name + " with a flipped bit");
    std::string overwritten = input;
    std::fill_n(overwritten.begin() + std::ptrdiff_t(at), std::min<std::size_t>(4, input.size() - at), '\xff');
    run(overwritten, name + " with bytes set");
    std::string doubled = input;
    doubled.insert(at, input.substr(at, step));
    run(doubled, name + " with a piece twice");
  }
}

void run_file(const fs::path& path) {
  if (fs::is_symlink(path) || !fs::is_regular_file(path) || fs::file_size(path) > kMostFileBytes) return;
  std::ifstream file(path, std::ios::binary);
  run({std::istreambuf_iterator<char>(file), {}}, path.string());
}

void run_path(const fs::path& path) {
  if (!fs::is_directory(path)) return run_file(path);
  for (const auto& item : fs::recursive_directory_iterator(path)) run_file(item.path());
}

void run_corpus() {
  const char* named = std::getenv("OCITIDY_CORPUS");
  const fs::path corpus =
      named != nullptr ? fs::path(named) : fs::path(ocitidy::test::source_dir()) / ".." / "shared" / "corpus";
  const fs::path folder = corpus / ocitidy::test::fuzz_corpus();
  if (!ocitidy::test::fuzz_corpus().empty() && fs::is_directory(folder)) run_path(folder);
}

int write_seeds(const fs::path& folder) {
  fs::create_directories(folder);
  int number = 0;
  for (const std::string& seed : ocitidy::test::fuzz_seeds()) {
    std::ofstream file(folder / ("seed" + std::to_string(number++)), std::ios::binary);
    file.write(seed.data(), std::streamsize(seed.size()));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--seeds") return write_seeds(argv[2]);
  const std::vector<std::string> seeds = ocitidy::test::fuzz_seeds();
  run("", "nothing");
  for (std::size_t i = 0; i < seeds.size(); ++i) run_damaged(seeds[i], "seed " + std::to_string(i));
  for (int i = 1; i < argc; ++i) run_path(argv[i]);
  if (argc == 1) run_corpus();
  std::printf("%zu inputs, %zu of them seeds: no promise broken\n", runs, seeds.size());
  return seeds.empty() ? 1 : 0;
}
