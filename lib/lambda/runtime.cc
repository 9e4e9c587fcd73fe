// runtime.cc - names, classes and texts of the runtime interface clients.
#include "lambda/runtime.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/file_name.h"
#include "base/text.h"

namespace ocitidy::lambda {
namespace {

constexpr auto kEndsIn = [](std::string_view path) {
  return [path](std::string_view ending) { return path.ends_with(ending); };
};

// Sources: aws/aws-lambda-java-libs; quarkusio/quarkus; micronaut-projects/micronaut-aws; spring-cloud-function.
constexpr auto kJavaClients = std::to_array<std::string_view>({
    "com/amazonaws/services/lambda/runtime/api/client/AWSLambda.class",
    "io/micronaut/function/aws/runtime/AbstractMicronautLambdaRuntime.class",
    "io/quarkus/amazon/lambda/runtime/AbstractLambdaPollLoop.class",
    "org/springframework/cloud/function/adapter/aws/CustomRuntimeEventLoop.class",
});

/// Archives and compiled code whose texts are compressed.
constexpr auto kCompressed = std::to_array<std::string_view>(
    {".beam", ".ear", ".jsc", ".par", ".pex", ".phar", ".pyz", ".pyzw", ".rdb", ".shiv", ".zo"});
/// Programs that run code in ways that cannot be looked into, or fetch it.
constexpr auto kOpaquePrograms = std::to_array<std::string_view>(
    {"R",    "Rscript", "bb",  "beam.smp", "bunx",   "curl",     "dart", "deno", "elixir",
     "erl",  "escript", "git", "iex",      "jruby",  "npx",      "pipx", "pnpx", "racket",
     "sbcl", "swipl",   "uv",  "uvx",      "wasmer", "wasmtime", "wget"});
/// Beginnings of names.
constexpr auto kInterpreters =
    std::to_array<std::string_view>({"dotnet", "java", "node", "perl", "php", "python", "ruby"});

class Survey {
 public:
  Survey(const ImageModel& image, const StartChain& start) : image_(image), start_(start) {
    for (const auto* list : {&image.config().entrypoint, &image.config().cmd})
      words_.insert(words_.end(), list->begin(), list->end());
    for (const Program& program : start.programs) {
      for (const auto& word : program.words) {
        if (word) words_.push_back(*word);
      }
    }
  }

  RuntimeSurvey take() {
    look_at_start();
    image_.walk([this](NodeId node, std::string_view path) { look_at(node, path); });
    if (const auto adapter = web_adapter(image_)) found("the web adapter", image_.path(*adapter));
    look_for_doubts();
    for (auto& [kind, place] : clients_) result_.clients.push_back(cat(kind, " in ", quote(cat("/", place))));
    look_for_named();
    return std::move(result_);
  }

 private:
  void found(std::string_view kind, std::string_view path) { clients_.try_emplace(kind, path); }

  bool holds(NodeId node, std::string_view text) const {
    const std::optional<EntryId> made_by = image_.node(node).made_by;
    return made_by && image_.contains(*made_by, text).value_or(false);
  }

  bool names(std::string_view word) const {
    return std::ranges::any_of(words_, [&](const std::string& w) { return w.find(word) != w.npos; });
  }

  /// The bootstrap is the client by its very name, whatever it is made of.
  void look_at_start() {
    const std::string_view first = start_.programs.front().name;
    if (first == kBaseImageEntrypoint && image_.resolve(kBootstrap))
      found("an AWS base image's bootstrap", "var/runtime");
    for (const std::string_view name :
         {kBootstrap, std::string_view("/var/task/bootstrap"), std::string_view("/opt/bootstrap")}) {
      if (first == name) found("a bootstrap", first.substr(1));
    }
  }

  void look_at_folder(std::string_view path, std::string_view name) {
    if (name == "awslambdaric") python_ = true, found("awslambdaric", parent_path(path));
    if (name == "aws-lambda-ric") node_ = true, found("aws-lambda-ric", parent_path(path));
    if (name.starts_with("aws_lambda_ric")) ruby_ = true, found("aws_lambda_ric", parent_path(path));
  }

  void look_at(NodeId id, std::string_view path) {
    const std::string_view name = file_name(path);
    const EntryType type = image_.type(id);
    if (type == EntryType::directory || type == EntryType::symlink) return look_at_folder(path, name);
    if (type != EntryType::file || parent_path(path) == kExtensionFolder) return;
    if (name.starts_with("aws-lambda-rie")) {
      result_.has_emulator = true;
      return;
    }
    if (name.starts_with("awslambdaric")) python_ = true;
    if (name == "java" || name == "libjvm.so") has_java_ = true;
    if (name == "Amazon.Lambda.RuntimeSupport.dll") found("Amazon.Lambda.RuntimeSupport", path);
    if (std::ranges::any_of(kJavaClients, kEndsIn(path))) found("the Java client", path);
    if (path.ends_with(".jar") || path.ends_with(".war") || path.ends_with(".zip")) return look_at_archive(id, path);
    if (compressed_.empty() && std::ranges::any_of(kCompressed, kEndsIn(name))) compressed_ = path;
    constexpr std::array kTexts =
        std::to_array<std::string_view>({kRuntimeApi, kRuntimeApiWide, "2018-06-01/runtime", kDotnetSupport});
    const EntryId made_by = *image_.node(id).made_by;
    if (std::ranges::any_of(kTexts, [&](auto text) { return image_.contains(made_by, text).value_or(false); })) {
      found("a program or script that mentions the Runtime API", path);
    }
  }

  void look_at_archive(NodeId id, std::string_view path) {
    if (path.find("aws-lambda-java-runtime-interface-client") != path.npos) found("the Java client", path);
    if (jar_.empty() && !path.ends_with(".zip")) jar_ = path;
    const std::optional<EntryId> made_by = image_.node(id).made_by;
    const auto names = made_by ? image_.zip_names(*made_by) : std::nullopt;
    if (!names) return;
    for (const std::string& member : *names) {
      const bool client = member.find("aws-lambda-java-runtime-interface-client") != member.npos ||
                          (member.ends_with(".class") && std::ranges::any_of(kJavaClients, kEndsIn(member)));
      if (client) return found("the Java client", path);
      if (member.starts_with("awslambdaric/")) python_ = true, found("awslambdaric", path);
    }
  }

  /// The names in a word, which may be a shell's command line.
  static void add_programs(std::string_view word, std::set<std::string_view>& out) {
    constexpr std::string_view kBetween = " \t\n;|&()`\"'";
    for (std::size_t at = 0; (at = word.find_first_not_of(kBetween, at)) != word.npos;) {
      const std::size_t end = std::min(word.find_first_of(kBetween, at), word.size());
      out.insert(file_name(word.substr(at, end - at)));
      at = end;
    }
  }

  void doubt(std::string text) { result_.doubts.push_back(std::move(text)); }

  void look_for_doubts() {
    if (!jar_.empty() && has_java_) doubt(cat("the classes in ", quote(cat("/", jar_)), " are compressed"));
    if (!compressed_.empty()) doubt(cat(quote(cat("/", compressed_)), " cannot be looked into"));
    std::set<std::string_view> programs;
    for (const std::string& word : words_) add_programs(word, programs);
    for (const Program& program : start_.programs) programs.insert(file_name(program.name));
    for (const std::string_view name : kOpaquePrograms) {
      if (programs.contains(name)) doubt(cat(name, " may fetch or hide one"));
    }
    if (names("/mnt/")) doubt("the start command names a mount below /mnt");
    bool looked_into = !start_.last().file || is_of_system(image_.path(*start_.last().file));
    for (const std::string& path : start_paths(image_.config())) {
      const std::optional<NodeId> node = image_.resolve(path);
      if (!node) continue;
      looked_into = looked_into || node == start_.last().file;
      const bool packed = std::ranges::any_of(kPackers, [&](std::string_view text) { return holds(*node, text); });
      if (packed || holds(*node, kZipEnd)) doubt(cat(quote(cat("/", path)), " is packed"));
    }
    if (!looked_into) doubt(cat(quote(start_.last().name), " may be packed"));
    if (!start_.complete && is_shell_script(start_.last())) {
      doubt(cat("what ", quote(start_.programs.front().name), " starts in the end is not known"));
    }
  }

  /// A program of the distribution, or an interpreter: neither is packed.
  static bool is_of_system(std::string_view path) {
    const std::string_view folder = parent_path(path), name = file_name(path);
    if (folder == "bin" || folder == "sbin" || folder == "usr/bin" || folder == "usr/sbin") return true;
    return std::ranges::any_of(kInterpreters, [&](std::string_view prefix) { return name.starts_with(prefix); });
  }

  /// Is the last program on the way a shell, or a script whose commands could not be followed?
  bool is_shell_script(const Program& program) const {
    const std::string_view name = file_name(program.name);
    const bool may_go_on = start_.programs.size() > 1 || program.words.size() > 1;
    return may_go_on && (name.ends_with("sh") || (program.file && is_script(image_, *program.file)));
  }

  void look_for_named() {
    if (names("awslambdaric") && !python_) result_.named_in_vain = "awslambdaric";
    if (names("aws-lambda-ric") && !node_ && !programs_fetch()) result_.named_in_vain = "aws-lambda-ric";
    if (names("aws_lambda_ric") && !ruby_) result_.named_in_vain = "aws_lambda_ric";
  }

  bool programs_fetch() const { return names("npx") || names("pnpx") || names("bunx") || names("npm"); }

  const ImageModel& image_;
  const StartChain& start_;
  std::vector<std::string> words_;  // of the config, and of what it starts
  RuntimeSurvey result_;
  std::map<std::string_view, std::string> clients_;  // kind -> the first place
  std::string jar_, compressed_;                     // the first
  bool has_java_ = false, python_ = false, node_ = false, ruby_ = false;
};

}  // namespace

RuntimeSurvey survey_runtime(const ImageModel& image, const StartChain& start) { return Survey(image, start).take(); }

}  // namespace ocitidy::lambda
