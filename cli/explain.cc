// explain.cc - `ocitidy explain`.
#include <memory>

#include "commands.h"
#include "ocitidy/optimize.h"
#include "ocitidy/rule.h"
#include "output.h"
#include "suggest.h"

namespace ocitidy::cli {
namespace {

Result<ExitCode> run(const std::string& id) {
  OCITIDY_CHECK(check_id(id));
  const std::string_view page = find_rule(id) != nullptr ? rule_page(id) : pass_page(id);
  if (page.empty()) return fail(Code::internal, "'" + id + "' has no page");
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
      app.add_subcommand("explain", "Print the page of a rule or a pass: what it does, why it matters, examples");
  command->add_option("ID", *id, "As 'ocitidy rules' or 'ocitidy passes' lists it")->type_name("")->required();
  command->footer("Examples:\n  ocitidy explain missing-parent-directory\n  ocitidy explain drop-hidden");
  command->callback([id, &chosen] { chosen = [id] { return run(*id); }; });
}

}  // namespace ocitidy::cli
