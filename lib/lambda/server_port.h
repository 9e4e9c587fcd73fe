// server_port.h - the TCP port of the web server that a start command starts, and the one that the web adapter asks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ocitidy/oci.h"

namespace ocitidy::lambda {

struct ServerPort {
  std::uint16_t port = 0;
  std::string because;            ///< "uvicorn --port 8000", "uvicorn's default", "ENV SERVER_PORT"
  std::string_view json_pointer;  ///< of the list that tells it
};

/// Only what the words and variables of the config say plainly; most servers read their port from a file.
std::optional<ServerPort> server_port(const ImageConfig& config);

struct AdapterPort {
  std::optional<std::uint16_t> port;  ///< none when the variable holds no number
  std::string_view because;           ///< "ENV PORT"
};

/// AWS_LWA_PORT, else PORT, else 8080. Source: aws/aws-lambda-web-adapter, "Environment variables" (read 2026-09-01).
AdapterPort adapter_port(const ImageConfig& config);

}  // namespace ocitidy::lambda
