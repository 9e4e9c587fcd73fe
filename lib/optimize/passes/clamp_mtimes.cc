// clamp-mtimes: no time later than SOURCE_DATE_EPOCH, and bytecode that stays valid.
// Why and examples: docs/passes/clamp-mtimes.md
#include <array>
#include <unordered_map>

#include "base/text.h"
#include "formats/pyc.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

constexpr std::array kReads{ContentQuery{.glob = "**/*.pyc", .first_bytes = kPycHeadBytes}};

bool is_late(const Node& node, std::int64_t epoch) {
  return node.mtime_s > epoch || (node.mtime_s == epoch && node.mtime_ns > 0);
}

/// Bytecode that counts today, and the source that its header names.
struct Bytecode {
  NodeId node;
  PycHeader header;
};
using BytecodeOf = std::unordered_map<std::uint32_t, std::vector<Bytecode>>;  // by node of the source

BytecodeOf valid_bytecode(const PassInput& in) {
  BytecodeOf all;
  in.image.walk([&](NodeId id, std::string_view path) {
    const Node node = in.image.node(id);
    if (node.type != EntryType::file || !path.ends_with(".pyc")) return;
    const auto head = in.image.captured(*node.made_by);
    const auto header = head ? parse_pyc(head->bytes) : std::nullopt;
    if (!header || header->check != PycCheck::mtime) return;
    const auto source = pyc_source_path(path);
    const auto found = source ? in.image.resolve(*source) : std::nullopt;  // Python follows links, too
    if (!found) return;
    const Node code = in.image.node(*found);
    if (code.type == EntryType::file && !is_stale(*header, code.mtime_s, code.size_bytes)) {
      all[static_cast<std::uint32_t>(*found)].push_back({id, *header});
    }
  });
  return all;
}

std::optional<PycHeadBytes> new_head(const PassInput& in, const PycHeader& header, std::int64_t mtime_s) {
  return in.options.pyc == OptimizeOptions::Pyc::unchecked_hash ? as_unchecked(header) : with_mtime(header, mtime_s);
}

/// Can all bytecode of one source move with it? What lies in the base cannot, nor what several sources share.
bool can_move(const PassInput& in, const Plan& plan, const std::vector<Bytecode>& bytecode, std::int64_t epoch) {
  for (const Bytecode& one : bytecode) {
    const Node node = in.image.node(one.node);
    if (!plan.is_own(node) || node.link_count > 1 || !new_head(in, one.header, epoch)) return false;
  }
  return true;
}

Outcome plan(const PassInput& in, Plan& plan) {
  if (!in.options.source_date_epoch) return Outcome::not_applicable("no time was given (SOURCE_DATE_EPOCH)");
  const std::int64_t epoch = *in.options.source_date_epoch;
  const BytecodeOf bytecode = valid_bytecode(in);
  const std::string reason = cat("no time later than ", epoch);
  std::uint64_t left = 0;
  const auto clamp = [&](NodeId id, std::string_view path) {
    const Node node = in.image.node(id);
    if (!plan.is_own(node) || !is_late(node, epoch) || plan.is_removed(id)) return;
    const auto pyc = bytecode.find(static_cast<std::uint32_t>(id));
    const bool has_bytecode = pyc != bytecode.end();
    if (has_bytecode && (node.link_count > 1 || !can_move(in, plan, pyc->second, epoch))) {
      ++left;
      return;
    }
    InodeEdit* edit = &plan.edit(node, node.link_count > 1 && plan.edit_of(node) ? "" : reason);
    edit->mtime_s = epoch;
    plan.record({.kind = Edit::Kind::changed, .layer = node.layer, .path = std::string(path), .detail = reason});
    if (!has_bytecode) return;
    for (const Bytecode& one : pyc->second) {
      edit = &plan.edit(in.image.node(one.node), "its header moves with its source's time");
      edit->head = new_head(in, one.header, epoch);
      plan.record({.kind = Edit::Kind::changed,
                   .layer = in.image.node(one.node).layer,
                   .path = in.image.path(one.node),
                   .detail = "bytecode header moves with its source's time"});
    }
  };
  clamp(NodeId::root, "");
  in.image.walk(clamp);
  if (left > 0) {
    plan.note(cat("clamp-mtimes: ", counted(left, "source keeps its", "sources keep their"),
                  " time: bytecode of it in the base, or shared by hard links, would no longer count"));
  }
  return Outcome::checked();
}

}  // namespace

constinit const Pass clamp_mtimes = {.info = {.id = "clamp-mtimes",
                                              .title = "Let no time be later than SOURCE_DATE_EPOCH",
                                              .since = "0.1.0",
                                              .safety = Safety::masked,
                                              .reads = kReads},
                                     .plan = plan};

}  // namespace ocitidy::passes
