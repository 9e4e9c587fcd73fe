// json_verification.cc - what `ocitidy verify` found, for programs: docs/verification.schema.json.
#include "ocitidy/report.h"
#include "report/json_certificate.h"
#include "report/json_image.h"

namespace ocitidy {

void write_json(const Verification& verification, const Write& write) {
  JsonWriter json(write, JsonWriter::Layout::indented);
  json.begin_object();
  write_header_json(json);
  json.member("verified", verification.problems.empty());
  json.texts("problems", verification.problems);
  json.key("found");
  json.begin_object();
  write_certificate_members(json, verification.found);
  json.end_object();
  json.end_object();
  json.end_document();
}

}  // namespace ocitidy
