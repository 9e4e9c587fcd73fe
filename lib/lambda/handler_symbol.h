// handler_symbol.h - does a source file define the name that the handler asks for? A look at the text, not a parser.
#pragma once

#include <cstdint>
#include <string_view>

#include "lambda/handler.h"

namespace ocitidy::lambda {

enum class SymbolSeen : std::uint8_t {
  mentioned,  ///< the name stands in the text, in whatever role
  absent,     ///< it does not, and nothing in the text could define it under another spelling
  unknown,    ///< it does not, but the text makes names in ways that cannot be seen: "import *", "export *", setattr
};

/// `source`: the whole file. `symbol`: as in HandlerParts.
SymbolSeen look_for_symbol(HandlerRuntime runtime, std::string_view source, std::string_view symbol);

}  // namespace ocitidy::lambda
