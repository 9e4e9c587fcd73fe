// explain.cc - `ocitidy explain`.
#include <memory>

#include "commands.h"
#include "ocitidy/rule.h"
#include "output.h"
#include "suggest.h"

namespace ocitidy::cli {
namespace {

Result<ExitCode> run(const std::string& id) {
  OCITIDY_CHECK(check_rule_ids({id}));
  const std::string_view page = rule_page(id);
  if (page.empty()) return fail(Code::internal, "the rule '" + id + "' has no page");
  OCITIDY_TRY(Output output, Output::open("", ""));
  output.writer()(page);
  if (!page.ends_with('\n')) output.writer()("\n");
  OCITIDY_CHECK(output.finish());
  return ExitCode::clean;
}

}  // namespace

void add_explain_command(CLI::App& app, Action& chosen) {
  const auto id = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("explain", "Print a rule's page: what it finds, why it matters, how to fix it");
  command->add_option("ID", *id, "As 'ocitidy rules' lists it")->type_name("")->required();
  command->footer("Example:\n  ocitidy explain missing-parent-directory");
  command->callback([id, &chosen] { chosen = [id] { return run(*id); }; });
}

}  // namespace ocitidy::cli
