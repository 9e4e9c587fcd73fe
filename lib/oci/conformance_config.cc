// conformance_config.cc - the image config. What is OPTIONAL may be null there, and nowhere else.
#include <algorithm>

#include "base/text.h"
#include "oci/conformance_judge.h"
#include "oci/grammar.h"

namespace ocitidy {
namespace {

using sv = std::string_view;

constexpr sv kConfig = "config.md#properties";

void judge_words(Judge& judge, const Place& config, sv name) {
  if (const auto words = judge.array(config, name, Presence::nullable, kConfig)) judge.strings_in(*words, kConfig);
}

void judge_env(Judge& judge, const Place& config) {
  const auto env = judge.array(config, "Env", Presence::nullable, kConfig);
  if (!env) return;
  for (const Place& entry : judge.strings_in(*env, kConfig)) {
    const sv text = text_at(entry);
    // Windows keeps the current directories of its drives in "=C:=...".
    const std::size_t equals = text.find('=', text.starts_with('=') ? 1 : 0);
    if (equals == sv::npos || equals == 0) {
      judge.should(entry, kConfig, "have the form NAME=VALUE", what_stands(*entry.value));
    } else if (text.find('\0') != sv::npos) {
      judge.should(entry, kConfig, "hold no NUL byte", "is cut short at a NUL byte when a process gets it");
    }
  }
}

void judge_ports(Judge& judge, const Place& config) {
  const auto ports = judge.object(config, "ExposedPorts", Presence::nullable, kConfig);
  if (!ports) return;
  for (const auto& [key, place] : judge.objects_of(*ports, kConfig)) {
    if (!is_port(key))
      judge.should(place, kConfig, "be named port/tcp, port/udp or port", "is no port from 0 to 65535");
  }
}

void judge_user(Judge& judge, const Place& config) {
  const auto user = judge.string(config, "User", Presence::nullable, kConfig);
  if (user && std::ranges::count(text_at(*user), ':') > 1) {
    judge.should(*user, kConfig, "be user, uid, user:group, uid:gid, uid:group or user:gid", what_stands(*user->value));
  }
}

void judge_runtime_config(Judge& judge, const Place& config) {
  judge_user(judge, config);
  judge_ports(judge, config);
  judge_env(judge, config);
  judge_words(judge, config, "Entrypoint");
  judge_words(judge, config, "Cmd");
  if (const auto volumes = judge.object(config, "Volumes", Presence::nullable, kConfig)) {
    judge.objects_of(*volumes, kConfig);
  }
  judge.string(config, "WorkingDir", Presence::nullable, kConfig);
  if (const auto labels = judge.object(config, "Labels", Presence::nullable, kConfig)) {
    judge_annotations(judge, *labels, Annotated::config_labels);
  }
  const auto signal = judge.string(config, "StopSignal", Presence::nullable, kConfig);
  if (signal && !text_at(*signal).empty() && !is_signal_name(text_at(*signal))) {
    judge.should(*signal, kConfig, "be a signal's name, such as SIGKILL or SIGRTMIN+3", what_stands(*signal->value));
  }
  judge.boolean(config, "ArgsEscaped", Presence::nullable, kConfig);
  judge.spelled(config, {"User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels",
                         "StopSignal", "ArgsEscaped"});
}

void judge_rootfs(Judge& judge, const Place& document) {
  const auto rootfs = judge.object(document, "rootfs", Presence::required, kConfig);
  if (!rootfs) return;
  const auto type = judge.string(*rootfs, "type", Presence::required, kConfig);
  if (type && text_at(*type) != "layers") judge.must(*type, kConfig, "be 'layers'", what_stands(*type->value));
  if (const auto diff_ids = judge.array(*rootfs, "diff_ids", Presence::required, kConfig)) {
    for (const Place& diff_id : judge.strings_in(*diff_ids, kConfig))
      judge_digest(judge, diff_id, "config.md#layer-diffid");
  }
  judge.spelled(*rootfs, {"type", "diff_ids"});
}

void judge_history(Judge& judge, const Place& document) {
  const auto history = judge.array(document, "history", Presence::nullable, kConfig);
  if (!history) return;
  for (const Place& step : judge.objects_in(*history, kConfig)) {
    judge_date(judge, step, "created", kConfig);
    for (const sv name : {"author", "created_by", "comment"}) judge.string(step, name, Presence::nullable, kConfig);
    judge.boolean(step, "empty_layer", Presence::nullable, kConfig);
    judge.spelled(step, {"created", "author", "created_by", "comment", "empty_layer"});
  }
}

}  // namespace

std::vector<Violation> check_config(sv raw, const Limits& limits) {
  Judge judge;
  const auto document = judge.document(raw, limits);
  if (!document) return judge.take();
  judge_date(judge, *document, "created", kConfig);
  judge.string(*document, "author", Presence::nullable, kConfig);
  judge_platform(judge, *document, kConfig);
  if (const auto config = judge.object(*document, "config", Presence::nullable, kConfig)) {
    judge_runtime_config(judge, *config);
  }
  judge_rootfs(judge, *document);
  judge_history(judge, *document);
  judge.spelled(*document, {"created", "author", "config", "rootfs", "history"});
  return judge.take();
}

}  // namespace ocitidy
