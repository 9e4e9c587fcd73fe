// write.cc - see write.h.
#include "optimize/write.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <ranges>
#include <set>

#include "archive/tar_reader.h"
#include "base/parallel.h"
#include "base/text.h"
#include "optimize/lay_out.h"
#include "optimize/layer_output.h"
#include "optimize/source_tar.h"
#include "optimize/waiting_files.h"

namespace ocitidy {
namespace {

constexpr std::size_t kCopyBytes = std::size_t{256} << 10;  // of one read: stays in the second-level cache

/// Rewritten layers that take files from common sources are written together.
struct Job {
  std::vector<std::size_t> planned;
  std::set<std::uint32_t> sources;  // ascending
  std::size_t position = 0;         // among all jobs
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
      : image_(image),
        plan_(plan),
        to_(to),
        threads_(threads),
        pool_(threads),
        jobs_(make_jobs()),
        running_(jobs_.size()) {}

  Result<WrittenLayers> run();

 private:
  std::vector<Job> make_jobs() const;
  std::uint64_t work_of(const Job& job) const;
  Result<void> write(const Job& job);
  Result<void> copy(std::size_t planned);
  Result<void> recompress(const Job& job);
  Result<void> rewrite(const Job& job);
  Result<void> rearrange(const Job& job);
  Result<void> collect(std::uint32_t source, const Job& job, std::span<const EntryId> wanted, WaitingFiles& files);
  Result<void> assemble(std::size_t planned, const WaitingFiles& files);
  Result<void> note_edited(EntryId id, const std::optional<MemberOutput::Edited>& edited);
  Result<void> feed(std::uint32_t source, const Job& job, std::vector<OpenLayer>& open);
  Result<void> hand_over(const Entry& entry, TarReader& tar, OpenLayer& open, EntryId id);

  const ImageModel& image_;
  const Plan& plan_;
  BlobSink& to_;
  unsigned threads_;
  EncoderPool pool_;
  const std::vector<Job> jobs_;
  RunningLayers running_;
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

std::vector<Job> LayersWriter::make_jobs() const {
  std::vector<Job> jobs;
  for (std::size_t p = 0; p < plan_.layers().size(); ++p) {
    Job job{.planned = {p}, .sources = {}, .position = 0};
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
  // The longest first: the last job to start then is a short one, and no core waits for a long one.
  std::ranges::stable_sort(jobs, std::ranges::greater(), [&](const Job& job) { return work_of(job); });
  for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].position = i;
  return jobs;
}

/// Bytes to decompress and to compress. A copy is nothing beside that.
std::uint64_t LayersWriter::work_of(const Job& job) const {
  const PlannedLayer& first = plan_.layers()[job.planned.front()];
  if (first.fate == OutputLayer::Fate::copied) return 0;
  if (first.fate == OutputLayer::Fate::recompressed) return image_.layers()[first.first_source].tar_bytes;
  std::uint64_t bytes = 0;
  for (const std::uint32_t source : job.sources) bytes += image_.layers()[source].tar_bytes;
  return bytes;
}

/// By the kernel from file to file, or else through a buffer; not hashed either way, since the target is when it is
/// read back, which finds what hashing here would find, and more.
Result<void> copy_blob(BlobReader& from, BlobWriter& to, std::uint64_t size_bytes) {
  const auto range = from.file_range();
  if (range && range->size_bytes == size_bytes) {
    OCITIDY_TRY(const bool copied, to.write_file(*range));
    if (copied) return {};
  }
  std::vector<std::byte> buffer(kCopyBytes);
  for (;;) {
    OCITIDY_TRY(const std::size_t got, from.read(buffer));
    if (got == 0) return {};
    if (got > size_bytes) return fail(Code::corrupt, "it is longer than when it was scanned");
    size_bytes -= got;
    OCITIDY_CHECK(to.write(std::span(buffer).first(got)));
  }
}

Result<void> LayersWriter::copy(std::size_t planned) {
  const Layer& layer = image_.layers()[plan_.layers()[planned].first_source];
  OCITIDY_TRY(const auto reader, image_.source().blobs->open(layer.descriptor));
  OCITIDY_TRY(const auto writer, to_.create());
  OCITIDY_CHECK(copy_blob(*reader, *writer, layer.descriptor.size_bytes));
  OCITIDY_CHECK(writer->commit(layer.descriptor.digest));
  written_.layers[planned] = {.digest = layer.descriptor.digest,
                              .diff_id = layer.diff_id,
                              .compressed_bytes = layer.descriptor.size_bytes,
                              .tar_bytes = layer.tar_bytes};
  return {};
}

Result<void> LayersWriter::recompress(const Job& job) {
  const PlannedLayer& layer = plan_.layers()[job.planned.front()];
  OCITIDY_TRY(const auto tar, SourceTar::open(image_, layer.first_source, running_, job.position));
  // Not hashed: the read-back must find this DiffID, whatever comes from the source now.
  const DiffId& diff_id = image_.layers()[layer.first_source].diff_id;
  OCITIDY_TRY(const auto output, LayerOutput::open(to_, layer.compression, pool_, diff_id));
  for (;;) {
    OCITIDY_TRY(const auto chunk, tar->next());
    if (chunk.empty()) break;
    OCITIDY_CHECK(output->write(chunk));
  }
  OCITIDY_TRY(written_.layers[job.planned.front()], output->finish());
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
    if (auto fed = feed(source, job, open); !fed) return fail_at(std::move(fed).error(), cat("layer ", source));
  }
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (open[i].waiting) return fail(Code::internal, "a file of the plan was never met in its source");
    OCITIDY_CHECK(open[i].members->finish());
    OCITIDY_TRY(written_.layers[job.planned[i]], open[i].output->finish());
  }
  return {};
}

/// One decode of one source layer: each file goes to the layer that waits for it.
Result<void> LayersWriter::feed(std::uint32_t source, const Job& job, std::vector<OpenLayer>& open) {
  OCITIDY_TRY(const auto stream, SourceTar::open(image_, source, running_, job.position));
  TarReader tar(*stream, plan_.options().limits);
  const auto waited_for = [&](std::size_t i) {
    return open[i].waiting ? plan_.layers()[job.planned[i]].bytes_of[*open[i].waiting] : kNoBytes;
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
  OCITIDY_CHECK(note_edited(id, open.members->end_content()));
  OCITIDY_TRY(open.waiting, open.members->advance());
  return {};
}

/// Of an edited file the read-back sees the new bytes only. So that its old ones were those of the scan is checked
/// here.
Result<void> LayersWriter::note_edited(EntryId id, const std::optional<MemberOutput::Edited>& edited) {
  if (!edited) return {};
  const Sha256* const scanned = image_.content_sha256(id);
  if (scanned == nullptr || edited->before != *scanned) {
    return fail(Code::corrupt, cat(quote(cat("/", image_.entry(id).path)), " is not what it was when it was scanned"));
  }
  const std::scoped_lock lock(edited_mutex_);
  written_.edited.emplace(id, edited->after);
  return {};
}

/// Members in an order of their own: each source layer is decoded once, and its files wait for their places.
Result<void> LayersWriter::rearrange(const Job& job) {
  const OptimizeOptions& options = plan_.options();
  OCITIDY_TRY(WaitingFiles files, WaitingFiles::open(options.spool_directory, options.limits.spool_bytes));
  std::vector<EntryId> wanted;
  for (const std::size_t p : job.planned) {
    const auto& bytes_of = plan_.layers()[p].bytes_of;
    std::ranges::copy_if(bytes_of, std::back_inserter(wanted), [](EntryId id) { return id != kNoBytes; });
  }
  std::ranges::sort(wanted);
  const auto twice = std::ranges::unique(wanted);
  wanted.erase(twice.begin(), twice.end());
  for (const std::uint32_t source : job.sources) {
    if (auto done = collect(source, job, wanted, files); !done) {
      return fail_at(std::move(done).error(), cat("layer ", source));
    }
  }
  OCITIDY_CHECK(files.seal());
  std::vector<Result<void>> results(job.planned.size());
  parallel_for(results.size(), threads_, [&](std::size_t i) { results[i] = assemble(job.planned[i], files); });
  for (Result<void>& result : results) OCITIDY_CHECK(std::move(result));
  return {};
}

Result<void> LayersWriter::collect(std::uint32_t source, const Job& job, std::span<const EntryId> wanted,
                                   WaitingFiles& files) {
  OCITIDY_TRY(const auto stream, SourceTar::open(image_, source, running_, job.position));
  TarReader tar(*stream, plan_.options().limits);
  auto next = std::ranges::lower_bound(wanted, EntryId{source, 0});
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
    OCITIDY_CHECK(note_edited(id, members.end_content()));
  }
  OCITIDY_CHECK(members.finish());
  OCITIDY_TRY(written_.layers[planned], output->finish());
  return {};
}

Result<void> LayersWriter::write(const Job& job) {
  const PlannedLayer& first = plan_.layers()[job.planned.front()];
  if (first.fate != OutputLayer::Fate::rewritten) {
    auto done = first.fate == OutputLayer::Fate::copied ? copy(job.planned.front()) : recompress(job);
    return done ? done : fail_at(std::move(done).error(), cat("layer ", first.first_source));
  }
  const bool arranged =
      std::ranges::any_of(job.planned, [&](std::size_t p) { return plan_.is_arranged(plan_.layers()[p]); });
  return arranged ? rearrange(job) : rewrite(job);
}

Result<WrittenLayers> LayersWriter::run() {
  written_.layers.resize(plan_.layers().size());
  std::vector<Result<void>> results(jobs_.size());
  // A thread that finds no job any more takes one of those behind them: it decompresses ahead for a job that runs.
  parallel_for(jobs_.size() + threads_, threads_, [&](std::size_t i) {
    if (i >= jobs_.size()) return running_.help();
    try {
      results[i] = write(jobs_[i]);
    } catch (...) {
      running_.abandon();
      throw;
    }
    running_.ended(i);
  });
  for (Result<void>& result : results) OCITIDY_CHECK(std::move(result));
  return std::move(written_);
}

}  // namespace

Result<WrittenLayers> write_layers(const ImageModel& image, const Plan& plan, BlobSink& to, unsigned threads) {
  return LayersWriter(image, plan, to, threads).run();
}

}  // namespace ocitidy
