// server_settings.h - single values out of configuration files of web servers. Bytes in, values out; no I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ocitidy {

/// The first argument of each directive `name` of an nginx configuration, at any depth: "access_log /x main;" gives
/// "/x". Comments do not count; quotes are taken off. At most 64.
std::vector<std::string> nginx_values(std::string_view text, std::string_view name);

/// The value of the last line `name = value` of an INI file; ';' and '#' begin comments.
std::optional<std::string> ini_value(std::string_view text, std::string_view name);

/// The first argument of each directive `name` of an Apache configuration; names ignore case. At most 64.
std::vector<std::string> apache_values(std::string_view text, std::string_view name);

}  // namespace ocitidy
