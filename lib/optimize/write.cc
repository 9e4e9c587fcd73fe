// write.cc - see write.h.
#include "optimize/write.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <ranges>
#include <set>

#include "archive/codec.h"
#include "archive/tar_reader.h"
#include "base/parallel.h"
#include "base/text.h"
#include "optimize/lay_out.h"
#include "optimize/layer_output.h"
#include "optimize/waiting_files.h"

namespace ocitidy {
namespace {

/// Rewritten layers that take files from common sources are written together.
struct Job {
  std::vector<std::size_t> planned;
  std::set<std::uint32_t> sources;  // ascending
};

/// One rewritten layer while it is written.
struct OpenLayer {
  std::unique_ptr<LayerOutput> output;
  std::unique_ptr<MemberOutput> members;
  std::optional<std::uint32_t> waiting;  // for the bytes of this member
};

class LayersWriter {
 public:
  LayersWriter(const ImageModel& image, const Plan& plan, BlobSink& to, unsigned threads)
      : image_(image), plan_(plan), to_(to), threads_(threads), pool_(threads) {}

  Result<WrittenLayers> run();

 private:
  std::vector<Job> jobs() const;
  Result<void> write(const Job& job);
  Result<void> copy(std::size_t planned);
  Result<void> recompress(std::size_t planned);
  Result<void> rewrite(const Job& job);
  Result<void> rearrange(const Job& job);
  Result<void> collect(std::uint32_t source, const std::set<EntryId>& wanted, WaitingFiles& files);
  Result<void> assemble(std::size_t planned, const WaitingFiles& files);
  void note_edited(EntryId id, const std::optional<Sha256>& edited);
  Result<void> feed(std::uint32_t source, const std::vector<std::size_t>& planned, std::vector<OpenLayer>& open);
  Result<void> hand_over(const Entry& entry, TarReader& tar, OpenLayer& open, EntryId id);
  Result<std::unique_ptr<VerifyingStream>> open_source(std::uint32_t layer) const;

  const ImageModel& image_;
  const Plan& plan_;
  BlobSink& to_;
  unsigned threads_;
  EncoderPool pool_;
  WrittenLayers written_;
  std::mutex edited_mutex_;
};

/// The bytes of tar's current member, which must be as many as when it was scanned.
template <typename To>
Result<void> read_file(const Entry& entry, TarReader& tar, const To& to) {
  Result<void> outcome;
  std::uint64_t left_bytes = entry.size_bytes;
  OCITIDY_CHECK(tar.content([&](std::span<const std::byte> bytes) {
    if (bytes.size() > left_bytes) outcome = fail(Code::corrupt, "a file is longer than when it was scanned");
    if (outcome) outcome = to(bytes);
    left_bytes -= std::min<std::uint64_t>(left_bytes, bytes.size());
    return outcome ? Wants::more : Wants::enough;
  }));
  OCITIDY_CHECK(outcome);
  if (left_bytes > 0) return fail(Code::corrupt, "a file is shorter than when it was scanned");
  return {};
}

std::set<std::uint32_t> sources_of(const PlannedLayer& layer) {
  std::set<std::uint32_t> sources;
  for (std::size_t i = 0; i < layer.bytes_of.size(); ++i) {
    if (layer.bytes_of[i] != kNoBytes && layer.index.entries[i].size_bytes > 0) sources.insert(layer.bytes_of[i].layer);
  }
  return sources;
}

std::vector<Job> LayersWriter::jobs() const {
  std::vector<Job> jobs;
  for (std::size_t p = 0; p < plan_.layers().size(); ++p) {
    Job job{.planned = {p}, .sources = {}};
    if (plan_.layers()[p].fate == OutputLayer::Fate::rewritten) job.sources = sources_of(plan_.layers()[p]);
    const auto overlaps = [&](const Job& other) {
      return std::ranges::any_of(other.sources, [&](std::uint32_t s) { return job.sources.contains(s); });
    };
    for (auto it = jobs.begin(); it != jobs.end();) {
      if (!overlaps(*it)) {
        ++it;
        continue;
      }
      job.planned.insert(job.planned.end(), it->planned.begin(), it->planned.end());
      job.sources.insert(it->sources.begin(), it->sources.end());
      it = jobs.erase(it);
    }
    jobs.push_back(std::move(job));
  }
  return jobs;
}

Result<std::unique_ptr<VerifyingStream>> LayersWriter::open_source(std::uint32_t layer) const {
  const Descriptor& descriptor = image_.layers()[layer].descriptor;
  OCITIDY_TRY(auto reader, image_.source().blobs->open(descriptor));
  return std::make_unique<VerifyingStream>(std::move(reader), descriptor);
}

Result<void> LayersWriter::copy(std::size_t planned) {
  const std::uint32_t source = plan_.layers()[planned].first_source;
  const Layer& layer = image_.layers()[source];
  OCITIDY_TRY(const auto blob, open_source(source));
  OCITIDY_TRY(const auto writer, to_.create());
  for (;;) {
    OCITIDY_TRY(const auto chunk, blob->next());
    if (chunk.empty()) break;
    OCITIDY_CHECK(writer->write(chunk));
  }
  OCITIDY_CHECK(writer->commit(layer.descriptor.digest));
  written_.layers[planned] = {.digest = layer.descriptor.digest,
                              .diff_id = layer.diff_id,
                              .compressed_bytes = layer.descriptor.size_bytes,
                              .tar_bytes = layer.tar_bytes};
  return {};
}

Result<void> LayersWriter::recompress(std::size_t planned) {
  const PlannedLayer& layer = plan_.layers()[planned];
  OCITIDY_TRY(const auto blob, open_source(layer.first_source));
  Decoder decoder(*blob);
  OCITIDY_TRY(const auto output, LayerOutput::open(to_, layer.compression, pool_));
  for (;;) {
    OCITIDY_TRY(const auto chunk, decoder.next());
    if (chunk.empty()) break;
    OCITIDY_CHECK(output->write(chunk));
  }
  OCITIDY_CHECK(blob->drain());
  OCITIDY_TRY(written_.layers[planned], output->finish());
  return {};
}

Result<void> LayersWriter::rewrite(const Job& job) {
  std::vector<OpenLayer> open(job.planned.size());
  for (std::size_t i = 0; i < open.size(); ++i) {
    const PlannedLayer& layer = plan_.layers()[job.planned[i]];
    OCITIDY_TRY(open[i].output, LayerOutput::open(to_, layer.compression, pool_));
    open[i].members = std::make_unique<MemberOutput>(layer, *open[i].output);
    OCITIDY_TRY(open[i].waiting, open[i].members->advance());
  }
  for (const std::uint32_t source : job.sources) {
    if (auto fed = feed(source, job.planned, open); !fed) return fail_at(std::move(fed).error(), cat("layer ", source));
  }
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (open[i].waiting) return fail(Code::internal, "a file of the plan was never met in its source");
    OCITIDY_CHECK(open[i].members->finish());
    OCITIDY_TRY(written_.layers[job.planned[i]], open[i].output->finish());
  }
  return {};
}

/// One decode of one source layer: each file goes to the layer that waits for it.
Result<void> LayersWriter::feed(std::uint32_t source, const std::vector<std::size_t>& planned,
                                std::vector<OpenLayer>& open) {
  OCITIDY_TRY(const auto blob, open_source(source));
  Decoder decoder(*blob);
  TarReader tar(decoder, plan_.options().limits);
  const auto waited_for = [&](std::size_t i) {
    return open[i].waiting ? plan_.layers()[planned[i]].bytes_of[*open[i].waiting] : kNoBytes;
  };
  for (std::uint32_t index = 0;; ++index) {
    const bool wanted = std::ranges::any_of(std::views::iota(std::size_t{0}, open.size()),
                                            [&](std::size_t i) { return waited_for(i).layer == source; });
    if (!wanted) return {};
    OCITIDY_TRY(const auto member, tar.next());
    if (!member) return fail(Code::corrupt, "the layer holds fewer members than when it was scanned");
    for (std::size_t i = 0; i < open.size(); ++i) {
      const EntryId id{source, index};
      if (waited_for(i) == id) OCITIDY_CHECK(hand_over(image_.entry(id), tar, open[i], id));
    }
  }
}

Result<void> LayersWriter::hand_over(const Entry& entry, TarReader& tar, OpenLayer& open, EntryId id) {
  OCITIDY_CHECK(read_file(entry, tar, [&](auto bytes) { return open.members->content(bytes); }));
  OCITIDY_TRY(const auto edited, open.members->end_content());
  note_edited(id, edited);
  OCITIDY_TRY(open.waiting, open.members->advance());
  return {};
}

void LayersWriter::note_edited(EntryId id, const std::optional<Sha256>& edited) {
  if (!edited) return;
  const std::scoped_lock lock(edited_mutex_);
  written_.edited.emplace(id, *edited);
}

/// Members in an order of their own: each source layer is decoded once, and its files wait for their places.
Result<void> LayersWriter::rearrange(const Job& job) {
  const OptimizeOptions& options = plan_.options();
  OCITIDY_TRY(WaitingFiles files, WaitingFiles::open(options.spool_directory, options.limits.spool_bytes));
  std::set<EntryId> wanted;
  for (const std::size_t p : job.planned) {
    const auto& bytes_of = plan_.layers()[p].bytes_of;
    std::ranges::copy_if(bytes_of, std::inserter(wanted, wanted.end()), [](EntryId id) { return id != kNoBytes; });
  }
  for (const std::uint32_t source : job.sources) {
    if (auto done = collect(source, wanted, files); !done) {
      return fail_at(std::move(done).error(), cat("layer ", source));
    }
  }
  OCITIDY_CHECK(files.seal());
  std::vector<Result<void>> results(job.planned.size());
  parallel_for(results.size(), threads_, [&](std::size_t i) { results[i] = assemble(job.planned[i], files); });
  for (Result<void>& result : results) OCITIDY_CHECK(std::move(result));
  return {};
}

Result<void> LayersWriter::collect(std::uint32_t source, const std::set<EntryId>& wanted, WaitingFiles& files) {
  OCITIDY_TRY(const auto blob, open_source(source));
  Decoder decoder(*blob);
  TarReader tar(decoder, plan_.options().limits);
  auto next = wanted.lower_bound({source, 0});
  for (std::uint32_t index = 0; next != wanted.end() && next->layer == source; ++index) {
    OCITIDY_TRY(const auto member, tar.next());
    if (!member) return fail(Code::corrupt, "the layer holds fewer members than when it was scanned");
    if (next->index != index) continue;
    files.begin(*next);
    OCITIDY_CHECK(read_file(image_.entry(*next), tar, [&](auto bytes) { return files.append(bytes); }));
    ++next;
  }
  return {};
}

Result<void> LayersWriter::assemble(std::size_t planned, const WaitingFiles& files) {
  const PlannedLayer& layer = plan_.layers()[planned];
  OCITIDY_TRY(const auto output, LayerOutput::open(to_, layer.compression, pool_));
  MemberOutput members(layer, *output);
  for (;;) {
    OCITIDY_TRY(const auto waiting, members.advance());
    if (!waiting) break;
    const EntryId id = layer.bytes_of[*waiting];
    OCITIDY_CHECK(files.read(id, [&](auto bytes) { return members.content(bytes); }));
    OCITIDY_TRY(const auto edited, members.end_content());
    note_edited(id, edited);
  }
  OCITIDY_CHECK(members.finish());
  OCITIDY_TRY(written_.layers[planned], output->finish());
  return {};
}

Result<void> LayersWriter::write(const Job& job) {
  switch (plan_.layers()[job.planned.front()].fate) {
    case OutputLayer::Fate::copied:
      return copy(job.planned.front());
    case OutputLayer::Fate::recompressed:
      return recompress(job.planned.front());
    case OutputLayer::Fate::rewritten:
      break;
  }
  const bool arranged =
      std::ranges::any_of(job.planned, [&](std::size_t p) { return plan_.is_arranged(plan_.layers()[p]); });
  return arranged ? rearrange(job) : rewrite(job);
}

Result<WrittenLayers> LayersWriter::run() {
  written_.layers.resize(plan_.layers().size());
  const std::vector<Job> all = jobs();
  std::vector<Result<void>> results(all.size());
  parallel_for(all.size(), threads_, [&](std::size_t i) { results[i] = write(all[i]); });
  for (Result<void>& result : results) OCITIDY_CHECK(std::move(result));
  return std::move(written_);
}

}  // namespace

Result<WrittenLayers> write_layers(const ImageModel& image, const Plan& plan, BlobSink& to, unsigned threads) {
  return LayersWriter(image, plan, to, threads).run();
}

}  // namespace ocitidy
