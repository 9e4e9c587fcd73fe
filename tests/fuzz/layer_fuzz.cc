// layer_fuzz.cc - one layer of any bytes, all the way: decompress, read the tar, merge, judge, report.
#include "archive/codec.h"
#include "base/text.h"
#include "ocitidy/report.h"
#include "support/image_builder.h"
#include "support/random_image.h"
#include "target.h"

namespace ocitidy::test {
namespace {

constexpr std::size_t kMostTarBytes = std::size_t{16} << 20;  // more would measure memory bandwidth, not the parser

class BytesStream : public ByteStream {
 public:
  explicit BytesStream(std::string_view bytes) : rest_(std::as_bytes(std::span(bytes))) {}
  Result<std::span<const std::byte>> next() override {
    const auto piece = rest_.first(std::min<std::size_t>(rest_.size(), 4096));
    rest_ = rest_.subspan(piece.size());
    return piece;
  }

 private:
  std::span<const std::byte> rest_;
};

/// What the config of an image with this layer would have to say; none when the bytes do not decompress.
std::optional<DiffId> diff_id_of(std::string_view stored) {
  BytesStream bytes(stored);
  Decoder decoder(bytes);
  Hasher hasher;
  std::size_t total = 0;
  while (true) {
    const auto piece = decoder.next();
    if (!piece || (total += piece->size()) > kMostTarBytes) return std::nullopt;
    if (piece->empty()) return DiffId{hasher.finish()};
    hasher.update(*piece);
  }
}

void report_all(const Image& image, const ImageModel& model) {
  const auto count = [](std::string_view piece) { return piece.size(); };
  std::size_t written = 0;
  const Write write = [&](std::string_view piece) { written += count(piece); };
  const Inspection inspection = inspect(model);
  promise(inspection.total.file_bytes == inspection.total.visible_bytes + inspection.total.wasted_bytes,
          "every file byte is visible or wasted");
  write_text(inspection, Colour::always, write);
  write_json(inspection, write);
  write_files_jsonl(model, write);
  const auto report = lint(image, LintOptions{});
  promise(report.has_value(), "what scans can be linted");
  write_text(*report, Colour::always, write);
  write_json(*report, write);
  promise(written > 0, "a report is not empty");
}

void check_tree(const ImageModel& model) {
  std::size_t nodes = 1;
  std::string before;
  model.walk([&](NodeId id, std::string_view path) {
    ++nodes;
    promise(!path.empty() && !path.starts_with('/') && !path.ends_with('/'), "a path is relative and clean");
    promise(model.find(path) == id && model.path(id) == path, "a path leads to its node and back");
    const EntryType type = model.node(id).type;
    promise(type != EntryType::hard_link && type != EntryType::whiteout && type != EntryType::opaque,
            "a node is what lstat(2) could say");
  });
  promise(nodes == model.node_count(), "every node is walked once");
}

}  // namespace

std::string_view fuzz_corpus() { return "tar-cases"; }

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> seeds;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const RandomImage random = random_image(seed, Wildness::anything);
    for (const LayerSpec& layer : random.spec.layers) {
      if (layer.members.size() > 12) continue;
      for (const Codec codec : {Codec::none, Codec::gzip, Codec::zstd})
        seeds.push_back(write_layer(layer.members, codec).bytes);
    }
  }
  Member sparse;
  sparse.name = "sparse";
  sparse.content = {.head = "x", .size_bytes = 1 << 20, .storage = Content::Storage::sparse};
  seeds.push_back(write_layer(std::span(&sparse, 1), Codec::none).bytes);
  return seeds;
}

}  // namespace ocitidy::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocitidy;
  using namespace ocitidy::test;
  const std::string stored(reinterpret_cast<const char*>(data), size);
  ImageSpec spec;
  spec.entrypoint = {"/a"};
  spec.layers.emplace_back();
  spec.layers[0].stored_bytes = stored;
  spec.layers[0].diff_id = diff_id_of(stored);
  if (!spec.layers[0].diff_id) return 0;
  const BuiltImage built = build_image(spec);
  InspectOptions options;
  options.content = InspectOptions::Hash::sha256;
  options.limits.entries = 10'000;
  options.limits.sparse_hole_bytes = 1 << 20;
  const auto model = scan(built.image, options);
  if (!model) {
    const std::string line = describe(model.error());
    promise(model.error().code != Code::internal && is_utf8(line) && line.find('\n') == std::string::npos,
            "an error is one line that is safe to print");
    return 0;
  }
  check_tree(*model);
  report_all(built.image, *model);
  return 0;
}
