// server_port.cc - options and variables of a few web servers.
#include "lambda/server_port.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/file_name.h"
#include "base/text.h"

namespace ocitidy::lambda {
namespace {

using Words = std::vector<std::string>;

std::optional<std::uint16_t> number(std::string_view text) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0) return std::nullopt;
  return value;
}

/// The number behind the last colon of "0.0.0.0:8000", "[::]:80", "http://+:8080/"; or the text itself.
std::optional<std::uint16_t> port_of_address(std::string_view text) {
  if (text.find_first_of(";,") != text.npos) return std::nullopt;  // several
  while (text.ends_with('/')) text.remove_suffix(1);
  return number(text.substr(text.rfind(':') + 1));
}

// Sources: the servers' own documentation of their command lines (read 2026-09-01).
struct Server {
  std::string_view program, command;  ///< command: the word that must follow, if any
  std::string_view option, short_option, variable;
  std::uint16_t otherwise = 0;  ///< 0: not to be told, since files or other variables may set it
  bool reads_port = false;      ///< PORT comes before the default
};
constexpr std::array<Server, 13> kServers = {{
    {"uvicorn", "", "--port", "", "UVICORN_PORT", 8000},
    {"hypercorn", "", "--bind", "-b", "", 0},
    {"gunicorn", "", "--bind", "-b", "", 0},
    {"fastapi", "run", "--port", "", "", 8000, true},
    {"flask", "run", "--port", "-p", "FLASK_RUN_PORT", 5000},
    {"streamlit", "run", "--server.port", "", "STREAMLIT_SERVER_PORT", 0},
    {"waitress-serve", "", "--port", "", "", 0},
    {"next", "start", "--port", "-p", "", 3000, true},
    {"php", "-S", "-S", "", "", 0},
    {"php", "artisan", "--port", "", "", 0},
    {"java", "", "-Dserver.port", "", "", 0},
    {"java", "", "--server.port", "", "SERVER_PORT", 0},
    {"dotnet", "", "--urls", "", "ASPNETCORE_URLS", 0},
}};

/// ENTRYPOINT and CMD as words; a shell's command line cut at blanks when it is one plain command.
Words words_of(const ImageConfig& config) {
  Words words = config.entrypoint;
  words.insert(words.end(), config.cmd.begin(), config.cmd.end());
  const bool shell = words.size() == 3 && words[1] == "-c" && file_name(words[0]).ends_with("sh");
  if (!shell) return words;
  const std::string line = words[2];
  if (line.find_first_of(";&|<>`\"'\\(") != line.npos) return {};
  words.clear();
  for (std::size_t at = 0; (at = line.find_first_not_of(" \t\n", at)) != line.npos;) {
    const std::size_t end = std::min(line.find_first_of(" \t\n", at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  if (!words.empty() && words.front() == "exec") words.erase(words.begin());
  return words;
}

/// The position behind the server's name, where its options begin.
std::optional<std::size_t> options_of(const Words& words, const Server& server) {
  for (std::size_t i = 0; i < words.size() && i < 4; ++i) {
    if (file_name(words[i]) != server.program) continue;
    if (server.command.empty()) return i + 1;
    if (i + 1 < words.size() && words[i + 1] == server.command) return server.option == server.command ? i + 1 : i + 2;
  }
  return std::nullopt;
}

/// What the server's option says, whether a number or not; none when it is not given.
std::optional<std::string_view> option_value(const Words& words, std::size_t from, const Server& server) {
  for (std::size_t i = from; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word.starts_with(server.option) && word.substr(server.option.size()).starts_with('=')) {
      return word.substr(server.option.size() + 1);
    }
    const bool is_option = word == server.option || (!server.short_option.empty() && word == server.short_option);
    if (is_option) return i + 1 < words.size() ? words[i + 1] : std::string_view();
  }
  return std::nullopt;
}

std::optional<ServerPort> from_words(const ImageConfig& config, const Words& words, const Server& server,
                                     std::size_t options) {
  const std::string_view pointer = config.cmd.empty() ? "/config/Entrypoint" : "/config/Cmd";
  if (const auto value = option_value(words, options, server)) {
    const auto port = port_of_address(*value);
    if (!port) return std::nullopt;  // a variable of the shell, a socket, ...
    return ServerPort{*port, cat(server.program, " ", server.option, " ", escape_for_terminal(*value)), pointer};
  }
  if (const auto value = env_value(config, server.variable); value && !server.variable.empty()) {
    const auto port = port_of_address(*value);
    return port ? std::optional(ServerPort{*port, cat("ENV ", server.variable), "/config/Env"}) : std::nullopt;
  }
  if (server.reads_port && env_value(config, "PORT")) {
    const auto port = number(*env_value(config, "PORT"));
    return port ? std::optional(ServerPort{*port, "ENV PORT", "/config/Env"}) : std::nullopt;
  }
  const bool other_socket = std::ranges::any_of(words, [](const std::string& word) {
    return word.starts_with("--uds") || word.starts_with("--fd") || word.starts_with("--env-file") || word == "-H";
  });
  if (server.otherwise == 0 || other_socket) return std::nullopt;
  return ServerPort{server.otherwise, cat(server.program, "'s default"), pointer};
}

/// python -m http.server [OPTION...] [PORT]
std::optional<ServerPort> http_server_port(const ImageConfig& config, const Words& words) {
  constexpr std::string_view kModule = "http.server";
  const auto module = std::ranges::find(words, kModule);
  if (module == words.begin() || module == words.end() || *(module - 1) != "-m") return std::nullopt;
  const std::string_view pointer = config.cmd.empty() ? "/config/Entrypoint" : "/config/Cmd";
  if (module + 1 == words.end()) return ServerPort{8000, "http.server's default", pointer};
  const std::string& word = *(module + 1);
  const auto port = number(word);
  if (!port) return std::nullopt;  // an option, which may have an argument
  return ServerPort{*port, cat("http.server ", word), pointer};
}

}  // namespace

std::optional<ServerPort> server_port(const ImageConfig& config) {
  const Words words = words_of(config);
  if (auto port = http_server_port(config, words)) return port;
  for (const Server& server : kServers) {
    const auto options = options_of(words, server);
    if (options) {
      if (auto port = from_words(config, words, server, *options)) return port;
    }
  }
  return std::nullopt;
}

AdapterPort adapter_port(const ImageConfig& config) {
  for (const std::string_view variable : {std::string_view("AWS_LWA_PORT"), std::string_view("PORT")}) {
    if (const auto value = env_value(config, variable)) {
      return {number(*value), variable == "PORT" ? "ENV PORT" : "ENV AWS_LWA_PORT"};
    }
  }
  return {8080, "its default"};
}

}  // namespace ocitidy::lambda
