// report.h - formats. Each takes plain, ordered data and only prints it, through a callback: no file, no terminal.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "ocitidy/coldstart.h"
#include "ocitidy/escape.h"
#include "ocitidy/inspect.h"
#include "ocitidy/lint.h"
#include "ocitidy/optimize.h"

namespace ocitidy {

/// Receives the report piece by piece, in order.
using Write = std::function<void(std::string_view)>;

enum class Colour : std::uint8_t { never, always };

/// For people. Everything from the image is escaped: no control character, escape sequence or bidi mark gets through.
void write_text(const Report& report, Colour colour, const Write& write);
void write_text(const Inspection& inspection, Colour colour, const Write& write);
void write_text(const OptimizeReport& report, Colour colour, const Write& write);
void write_text(const Verification& verification, Colour colour, const Write& write);
void write_text(const ColdStartReport& report, Colour colour, const Write& write);

/// For programs: docs/*.schema.json. Valid JSON for any bytes; a name that is not UTF-8 is there twice, readable and as
/// "...Base64". Deterministic: same input, same bytes.
void write_json(const Report& report, const Write& write);
void write_json(const Inspection& inspection, const Write& write);
void write_json(const OptimizeReport& report, const Write& write);
void write_json(const Verification& verification, const Write& write);
void write_json(const ColdStartReport& report, const Write& write);

/// What parse_certificate() reads: docs/certificate.schema.json.
void write_certificate(const Certificate& certificate, const Write& write);

/// The merged tree, one visible path a line: docs/files.schema.json.
void write_files_jsonl(const ImageModel& model, const Write& write);

/// The rule table, for `ocitidy rules`.
void write_rules_text(const Write& write);
void write_rules_json(const Write& write);

/// The pass table, for `ocitidy passes`.
void write_passes_text(const Write& write);
void write_passes_json(const Write& write);

}  // namespace ocitidy
