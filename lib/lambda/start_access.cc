// start_access.cc - see start_access.h.
#include "lambda/start_access.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/file_name.h"
#include "base/text.h"
#include "lambda/handler.h"
#include "lambda/start_chain.h"
#include "lambda/started_script.h"

namespace ocitidy::lambda {
namespace {

constexpr std::uint32_t kSeenUid = 993;
constexpr int kOldestMinor = 6, kNewestMinor = 30;  // of Python 3, for the tags of bytecode files

/// Files that stand for something of which an image usually has one copy.
struct Copies {
  std::vector<NodeId> files;
  std::optional<NodeId> only() const { return files.size() == 1 ? std::optional(files.front()) : std::nullopt; }
};

/// What is needed beside the programs, by what the start command says of the language.
class Needs {
 public:
  Needs(const ImageModel& image, const std::vector<Program>& programs) : image_(image) {
    const HandlerSearch search = find_handler(image);
    if (search.handler && malformed(*search.handler).empty()) handler_ = search.handler;
    client_ = handler_ && !handler_->on_base_image;
    for (const Program& program : programs) {
      python_ = python_ || (program.file && file_name(image.path(*program.file)).starts_with("python3"));
    }
  }

  std::vector<NodeId> find() {
    std::vector<NodeId> needed;
    if (handler_) {
      const HandlerFile file = find_handler_file(image_, *handler_);
      if (file.verdict == HandlerFile::Verdict::found && file.source) needed.push_back(*file.source);
    }
    if (!handler_ && !python_) return needed;
    image_.walk([this](NodeId id, std::string_view path) { look_at(id, path); });
    for (const Copies* copies : {&python_client_, &node_client_, &java_client_, &handler_jar_, &encodings_}) {
      if (const auto only = copies->only()) needed.push_back(*only);
    }
    return needed;
  }

 private:
  bool is(HandlerRuntime runtime) const { return handler_ && handler_->runtime == runtime; }

  void look_at(NodeId id, std::string_view path) {
    if (client_ && is(HandlerRuntime::python) && path.ends_with("/awslambdaric/__main__.py")) {
      python_client_.files.push_back(id);
    } else if (client_ && is(HandlerRuntime::node) && path.ends_with("/node_modules/aws-lambda-ric/package.json")) {
      node_client_.files.push_back(id);
    } else if (python_ && path.ends_with("/encodings/__init__.py") && path.find("lib/python3") != path.npos) {
      encodings_.files.push_back(id);
    } else if (is(HandlerRuntime::java) && path.ends_with(".jar")) {
      look_at_jar(id, path);
    }
  }

  void look_at_jar(NodeId id, std::string_view path) {
    if (client_ && file_name(path).starts_with("aws-lambda-java-runtime-interface-client")) {
      java_client_.files.push_back(id);
    }
    const auto made_by = image_.node(id).made_by;
    const auto names = made_by ? image_.zip_names(*made_by) : std::nullopt;
    const std::string wanted = parts_of(*handler_).file;
    if (names && std::ranges::find(*names, wanted) != names->end()) handler_jar_.files.push_back(id);
  }

  const ImageModel& image_;
  std::optional<Handler> handler_;
  bool client_ = false, python_ = false;
  Copies python_client_, node_client_, java_client_, handler_jar_, encodings_;
};

void add_closed(const ImageModel& image, NodeId node, std::set<NodeId>& closed) {
  for (const NodeId directory : closed_above(image, node)) closed.insert(directory);
}

void add_program(const ImageModel& image, const Program& program, StartAccess& access) {
  for (const NodeId link : program.links) add_closed(image, link, access.closed);
  if (!program.file) return;
  add_closed(image, *program.file, access.closed);
  access.needed.insert(*program.file);
  const Node node = image.node(*program.file);
  const bool read_only = program.named_by == Program::NamedBy::operand;  // sh FILE
  const bool unread = (read_only || is_script(image, *program.file)) && !others_may_read(node);
  if (unread) access.refused[*program.file] = read_only ? "o+r" : "o+rx";
  if (!unread && !read_only && !others_may_execute(node)) access.refused[*program.file] = "o+x";
}

/// What the kernel and the ELF loader open for the programs found so far: their loaders and libraries.
void add_loaded(const ImageModel& image, StartAccess& access) {
  for (const NodeId program : std::set<NodeId>(access.needed)) {
    const auto loader = loader_of(image, program);
    if (!loader) continue;
    add_closed(image, *loader, access.closed);
    access.needed.insert(*loader);
    if (!others_may_execute(image.node(*loader))) access.refused[*loader] = "o+x";
  }
  // A layer that cannot be read may hold the library that the loader finds first.
  const auto is_unread = [](const Layer& layer) { return layer.contents != LayerContents::scanned; };
  if (std::ranges::any_of(image.layers(), is_unread)) return;
  for (const Process& process : started_processes(image)) {
    for (const LoadedObject& object : process.objects) {
      if (!object.out_of_reach || !process.environment_known) continue;
      add_closed(image, object.file, access.closed);
      access.needed.insert(object.file);
      if (!others_may_read(image.node(object.file))) access.refused[object.file] = "o+r";
    }
  }
}

/// May others read `bytecode`, and does it fit `source`? What the scan kept no head of may.
bool serves(const ImageModel& image, NodeId bytecode, const Node& source) {
  const Node node = image.node(bytecode);
  if (!others_may_read(node) || node.type != EntryType::file) return false;
  const auto head = node.made_by ? image.captured(*node.made_by) : std::nullopt;
  if (!head) return true;
  const auto header = parse_pyc(head->bytes);
  return header && !is_stale(*header, source.mtime_s, source.size_bytes);
}

/// Is there valid bytecode of a Python source that others may read? The interpreter then needs no more than the
/// source's times.
bool has_readable_bytecode(const ImageModel& image, NodeId source) {
  const std::string path = image.path(source);
  if (!path.ends_with(".py")) return false;
  const std::string stem(file_name(path).substr(0, file_name(path).size() - 3));
  const std::string_view folder = parent_path(path);
  for (int minor = kOldestMinor; minor <= kNewestMinor; ++minor) {
    const auto found =
        image.resolve(cat(folder, folder.empty() ? "" : "/", "__pycache__/", stem, ".cpython-3", minor, ".pyc"));
    if (found && serves(image, *found, image.node(source))) return true;
  }
  return false;
}

/// Only directories that their owner may not pass either, as uid 993, are closed to it.
void add_needed(const ImageModel& image, NodeId file, StartAccess& access) {
  if (access.needed.contains(file)) return;
  for (const NodeId directory : closed_above(image, file)) {
    if (image.node(directory).uid != kSeenUid) access.closed.insert(directory);
  }
  const Node node = image.node(file);
  const bool unread = !others_may_read(node) && node.uid != kSeenUid;
  if (!unread || has_readable_bytecode(image, file)) return;
  access.needed.insert(file);
  access.refused[file] = "o+r";
}

/// A script that is started itself is compiled anew each time: no bytecode stands in for it.
void add_script(const ImageModel& image, NodeId file, StartAccess& access) {
  for (const NodeId directory : closed_above(image, file)) {
    if (image.node(directory).uid != kSeenUid) access.closed.insert(directory);
  }
  const Node node = image.node(file);
  access.needed.insert(file);
  if (!others_may_read(node) && node.uid != kSeenUid) access.refused[file] = "o+r";
}

}  // namespace

StartAccess survey_start_access(const ImageModel& image) {
  StartAccess access;
  const StartChain start = follow_start(image);
  const std::vector<Program>& programs = start.programs;
  for (const Program& program : programs) add_program(image, program, access);
  add_loaded(image, access);
  if (const auto script = started_script(image, start); script && script->file)
    add_script(image, *script->file, access);
  for (const NodeId file : Needs(image, programs).find()) add_needed(image, file, access);
  const auto workdir = image.resolve(image.config().working_dir);
  if (workdir && image.node(*workdir).type == EntryType::directory) {
    add_closed(image, *workdir, access.closed_workdir);
    if (!others_may_execute(image.node(*workdir))) access.closed_workdir.insert(*workdir);
  }
  return access;
}

}  // namespace ocitidy::lambda
