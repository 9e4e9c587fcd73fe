// servers.h - web servers and frameworks that write into their own folders, and the files they are told to log to.
//
// Sources: examples of aws/aws-lambda-web-adapter (nextjs, nginx, php), and the threads that the rules' pages name.
// Read 2026-09-01.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "lambda/entrypoint.h"
#include "lambda/nginx_settings.h"
#include "ocitidy/image_model.h"
#include "ocitidy/rule.h"

namespace ocitidy::lambda {

/// Every rule that calls the functions below declares these in RuleInfo::reads and RuleInfo::texts.
inline constexpr auto kServerSettings = [] {
  constexpr auto kOwn = std::to_array<ContentQuery>({
      {.glob = "**/.next/required-server-files.json", .first_bytes = 64 << 10},
      {.glob = "**/apache2.conf", .first_bytes = 32 << 10},
      {.glob = "**/fpm/pool.d/*.conf", .first_bytes = 32 << 10},
      {.glob = "**/httpd.conf", .first_bytes = 32 << 10},
      {.glob = "**/php-fpm.conf", .first_bytes = 16 << 10},
      {.glob = "**/php-fpm.d/*.conf", .first_bytes = 32 << 10},
  });
  std::array<ContentQuery, kStartReads.size() + kNginxFiles.size() + kOwn.size()> all{};
  auto end = std::ranges::copy(kStartReads, all.begin()).out;
  end = std::ranges::copy(kNginxFiles, end).out;
  std::ranges::copy(kOwn, end);
  return all;
}();
/// Where nginx makes the folder for bodies of requests when it starts, as its program holds the arguments of its
/// configure script, up to the next one: of the official image and nginx.org, of Debian, of Fedora, Amazon Linux and
/// Alpine. Source: recipes of these packages; nginx/docker-nginx-unprivileged#175 for what happens. Read 2026-11-25.
inline constexpr auto kNginxBodies = std::to_array<std::string_view>(
    {"--http-client-body-temp-path=/var/cache/nginx/client_temp ", "--http-client-body-temp-path=/var/lib/nginx/body ",
     "--http-client-body-temp-path=/var/lib/nginx/tmp/client_body "});
inline constexpr auto kServerTexts = std::to_array<TextQuery>({{"**", "#!", "nginx"},
                                                               {"usr/sbin/nginx", "\177ELF", kNginxBodies[0]},
                                                               {"usr/sbin/nginx", "\177ELF", kNginxBodies[1]},
                                                               {"usr/sbin/nginx", "\177ELF", kNginxBodies[2]},
                                                               {"**", "#!", "php-fpm"},
                                                               {"**", "#!", "apache2"},
                                                               {"**", "#!", "httpd"},
                                                               {"**/logback*.xml", "", "FileAppender"},
                                                               {"**/log4j*", "", "FileAppender"}});

/// Something that a server writes when it starts or serves, where Lambda is read-only.
struct ServerWrite {
  NodeId node = NodeId::root;  ///< what says so: .next, artisan, nginx.conf
  std::string what;            ///< one sentence, names escaped
  std::string fix;
};
std::vector<ServerWrite> server_writes(const ImageModel& image);

/// A log file in a configuration of a server that the image starts, or of a logging library.
struct FileLog {
  NodeId node = NodeId::root;  ///< the configuration
  std::string server;          ///< "nginx"
  std::string path;            ///< as written; "" when only the kind of log is known
};
std::vector<FileLog> file_logs(const ImageModel& image);

}  // namespace ocitidy::lambda
