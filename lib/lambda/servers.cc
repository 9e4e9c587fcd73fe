// servers.cc - Next.js, Rails, Laravel, nginx, php-fpm and Apache: how each is recognised, and what it writes.
#include "lambda/servers.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/file_name.h"
#include "base/text.h"
#include "formats/server_settings.h"
#include "image/captured_text.h"
#include "lambda/entrypoint.h"
#include "lambda/packages.h"
#include "lambda/writers.h"

namespace ocitidy::lambda {

namespace {

std::string seen(std::string_view path) { return quote(cat("/", path)); }

/// The head of the visible file `path`, links followed.
std::optional<std::pair<NodeId, std::string_view>> settings_at(const ImageModel& image, std::string_view path) {
  const auto node = image.resolve(path);
  if (!node || image.node(*node).type != EntryType::file) return std::nullopt;
  const auto head = image.captured(*image.node(*node).made_by);
  if (!head) return std::nullopt;
  return std::pair(*node, text_of(*head));
}

/// What the image starts with: words of the config, commands of a shell's text, and texts of the scripts.
class Start {
 public:
  explicit Start(const ImageModel& image) : image_(image), names_(started_names(image)) {
    const StartCommand start = resolve_start(image);
    words_ = start.words;
    for (const std::string& word : words_) names_.emplace_back(file_name(word));
    programs_ = started_programs(image);
  }

  bool runs(std::string_view name) const {
    const auto is = [name](std::string_view other) {
      const bool begins = other.starts_with(name);  // "php-fpm8.2", too
      return begins && other.find_first_not_of("0123456789.", name.size()) == std::string_view::npos;
    };
    if (std::ranges::any_of(names_, is)) return true;
    return std::ranges::any_of(programs_, [&](const Program& program) {
      return program.file && image_.contains(*image_.node(*program.file).made_by, name).value_or(false);
    });
  }
  bool holds(std::string_view text) const {
    return std::ranges::any_of(words_, [text](const std::string& word) { return word.contains(text); });
  }
  /// The word behind `option`: nginx -c PATH.
  std::string after(std::string_view option) const {
    const auto it = std::ranges::find(words_, option);
    return it == words_.end() || it + 1 == words_.end() ? "" : *(it + 1);
  }

 private:
  const ImageModel& image_;
  std::vector<std::string> words_, names_;
  std::vector<Program> programs_;
};

/// Devices, standard streams and places that can be written.
bool is_fine(const ImageModel& image, std::string_view path) {
  if (!path.starts_with('/') || path.starts_with("/dev/") || path.starts_with("/proc/")) return true;
  if (is_writable(image, path)) return true;
  const auto node = image.find(path);
  return node && image.node(*node).type == EntryType::symlink && image.node(*node).link_target.starts_with("/dev/");
}

std::optional<NginxSettings> nginx_settings(const ImageModel& image, const Start& start) {
  if (!start.runs("nginx")) return std::nullopt;
  if (const std::string path = start.after("-c"); path.ends_with("/nginx.conf")) return read_nginx(image, path);
  for (const std::string_view path : {"etc/nginx/nginx.conf", "usr/local/nginx/conf/nginx.conf"}) {
    if (auto found = read_nginx(image, path)) return found;
  }
  return std::nullopt;
}

class WriteFinder {
 public:
  explicit WriteFinder(const ImageModel& image) : image_(image), start_(image) {}

  std::vector<ServerWrite> find() {
    image_.walk([this](NodeId id, std::string_view path) {
      const std::string_view name = image_.name(id);
      if (name == "BUILD_ID" && path.ends_with("/.next/BUILD_ID")) next(parent_path(path));
      if (name == "artisan") laravel(id, path);
      if (name == "application.rb" && path.ends_with("/config/application.rb")) rails(id, path);
    });
    nginx();
    php_fpm();
    return std::move(found_);
  }

 private:
  void add(NodeId node, std::string what, std::string_view fix) {
    constexpr std::size_t kAtMost = 20;
    if (found_.size() < kAtMost) found_.push_back({.node = node, .what = std::move(what), .fix = std::string(fix)});
  }
  bool writable(std::string_view path) const { return is_writable(image_, cat("/", path)); }
  bool set_below_tmp(std::string_view variable) const {
    return is_writable(image_, env_value(image_.config(), variable).value_or(""));
  }

  void next(std::string_view directory) {
    const std::string cache = cat(directory, "/cache");
    if (writable(cache) || directory.contains("node_modules/") || directory.contains("/standalone/")) return;
    // OpenNext and others bring a handler of their own.
    const auto settings = settings_at(image_, cat(directory, "/required-server-files.json"));
    if (settings &&
        (settings->second.contains("\"cacheHandler\":\"") || settings->second.contains("\"cacheHandler\": \""))) {
      return;
    }
    add(*image_.find(directory),
        cat("Next.js writes fetched data, pages and images to ", seen(cache), ", which cannot be written"),
        cat("RUN rm -rf ", seen(cache), " && ln -s /tmp/cache ", seen(cache),
            ", and mkdir -p /tmp/cache when the function starts; or set cacheHandler"));
  }

  void laravel(NodeId id, std::string_view path) {
    const std::string_view app = parent_path(path);
    const std::string root = app.empty() ? "" : cat(app, "/");
    const auto has = [&](std::string_view below) { return image_.find(cat(root, below)).has_value(); };
    if (!has("bootstrap/app.php") || !has("storage") || has("vendor/bref/laravel-bridge")) return;
    if (writable(cat(root, "storage")) || set_below_tmp("VIEW_COMPILED_PATH")) return;
    const bool cached = has("bootstrap/cache/packages.php") && has("bootstrap/cache/services.php");
    add(id,
        cat("Laravel writes compiled views, sessions and logs to ", seen(cat(root, "storage")),
            ", which cannot be written",
            cached ? ""
                   : "; bootstrap/cache lacks packages.php and services.php, which it "
                     "would write too"),
        "ENV VIEW_COMPILED_PATH=/tmp/storage/framework/views LOG_CHANNEL=stderr SESSION_DRIVER=cookie, a storage path "
        "below /tmp, and RUN php artisan package:discover");
  }

  void rails(NodeId id, std::string_view path) {
    const std::string_view app = parent_path(parent_path(path));
    const std::string root = app.empty() ? "" : cat(app, "/");
    if (!image_.find(cat(root, "config.ru")) || writable(cat(root, "tmp"))) return;
    if (!packages_) packages_.emplace(image_);
    const bool bootsnap = packages_->find(Ecosystem::ruby, "bootsnap") != nullptr;
    const bool baked = image_.find(cat(root, "tmp/cache/bootsnap")).has_value();
    if (bootsnap && !baked && !set_below_tmp("BOOTSNAP_CACHE_DIR")) {
      add(id,
          cat("bootsnap keeps compiled code in ", seen(cat(root, "tmp/cache")),
              ", which cannot be written and holds nothing yet: each cold start compiles anew"),
          "RUN bundle exec bootsnap precompile --gemfile app/ lib/");
    }
    const bool pid_file = start_.runs("rails") || start_.runs("puma");
    if (pid_file && !set_below_tmp("PIDFILE") && !start_.holds("/tmp/")) {
      add(id, cat("the server writes its process id to ", seen(cat(root, "tmp/pids")), ", which cannot be written"),
          "ENV PIDFILE=/tmp/server.pid, and --pid /tmp/server.pid for rails server");
    }
  }

  void nginx() {
    const auto settings = nginx_settings(image_, start_);
    if (!settings || start_.holds("pid /tmp")) return;
    nginx_folders(*settings);
    const std::vector<NginxValue> values = settings->values("pid");
    if (values.empty() && !settings->complete()) return;
    const std::string pid = values.empty() ? "/run/nginx.pid" : values.back().value;
    if (is_fine(image_, pid)) return;
    add(values.empty() ? settings->main_file() : values.back().file,
        cat("nginx writes its process id to ", quote(pid), values.empty() ? " (its default)" : "",
            ", which cannot be written: it does not start"),
        "in nginx.conf: pid /tmp/nginx.pid; error_log /dev/stderr; and client_body_temp_path, proxy_temp_path, "
        "fastcgi_temp_path, uwsgi_temp_path, scgi_temp_path below /tmp");
  }

  /// Where the nginx of the image keeps bodies of requests by default; none when that is not known.
  std::optional<std::string_view> built_in_folder() const {
    const auto program = image_.resolve("usr/sbin/nginx");
    if (!program || image_.node(*program).type != EntryType::file) return std::nullopt;
    for (const std::string_view argument : kNginxBodies) {
      if (image_.contains(*image_.node(*program).made_by, argument).value_or(false))
        return trimmed(argument.substr(argument.find('/')));
    }
    return std::nullopt;
  }

  /// nginx makes the folders for bodies when it starts, those that are there already it leaves.
  void nginx_folders(const NginxSettings& settings) {
    constexpr std::string_view kFix =
        "in the block http of nginx.conf: client_body_temp_path /tmp/client; and likewise proxy_temp_path, "
        "fastcgi_temp_path, uwsgi_temp_path and scgi_temp_path";
    const auto must_be_made = [this](std::string_view path) {
      const auto node = image_.resolve(path);
      return !is_fine(image_, path) && !(node && image_.node(*node).type == EntryType::directory);
    };
    for (const std::string_view name :
         {"client_body_temp_path", "proxy_temp_path", "fastcgi_temp_path", "uwsgi_temp_path", "scgi_temp_path"}) {
      for (const auto& [file, path] : settings.values(name)) {
        if (must_be_made(path))
          add(file,
              cat("nginx makes ", quote(path), " when it starts, as ", name, " says, and cannot: it does not start"),
              kFix);
      }
    }
    const bool is_set = !settings.complete() || !settings.values("client_body_temp_path").empty();
    const auto path = is_set ? std::nullopt : built_in_folder();
    if (!path || settings.values("http").empty() || !must_be_made(*path)) return;
    add(settings.main_file(),
        cat("nginx makes ", quote(*path), " when it starts, as it was built to, and cannot: it does not start"), kFix);
  }

  void php_fpm() {
    if (!start_.runs("php-fpm")) return;
    std::optional<NodeId> main;
    std::string pid, log;
    image_.walk([&](NodeId id, std::string_view path) {
      const bool is_main = image_.name(id) == "php-fpm.conf";
      const bool is_pool = path.ends_with(".conf") && (path.contains("/php-fpm.d/") || path.contains("/fpm/pool.d/"));
      if (!is_main && !is_pool) return;
      const auto settings = settings_at(image_, path);
      if (!settings) return;
      if (is_main) main = id;
      if (const auto value = ini_value(settings->second, "pid")) pid = *value;
      if (const auto value = ini_value(settings->second, "error_log")) log = *value;
    });
    if (!main) return;
    if (!pid.empty() && !is_fine(image_, pid)) {
      add(*main, cat("php-fpm writes its process id to ", quote(pid), ", which cannot be written"),
          "in php-fpm.conf: pid = /tmp/php-fpm.pid");
    }
    if (log.empty() || !is_fine(image_, log)) {
      add(*main,
          cat("php-fpm logs to ", log.empty() ? std::string("a file below its prefix, the default") : quote(log),
              ", which cannot be written: it does not start"),
          "in php-fpm.conf: error_log = /dev/stderr");
    }
  }

  const ImageModel& image_;
  const Start start_;
  std::optional<Packages> packages_;
  std::vector<ServerWrite> found_;
};

/// "${APACHE_LOG_DIR}/x" by Debian's default, and a path below the server's root.
std::string apache_path(const ImageModel& image, std::string value) {
  constexpr std::string_view kVariable = "${APACHE_LOG_DIR}";
  if (!value.starts_with(kVariable)) return value;
  return cat(env_value(image.config(), "APACHE_LOG_DIR").value_or("/var/log/apache2"), value.substr(kVariable.size()));
}

}  // namespace

std::vector<ServerWrite> server_writes(const ImageModel& image) { return WriteFinder(image).find(); }

std::vector<FileLog> file_logs(const ImageModel& image) {
  const Start start(image);
  std::vector<FileLog> logs;
  const auto add = [&](NodeId node, std::string_view server, const std::string& path) {
    if (!is_fine(image, path)) logs.push_back({.node = node, .server = std::string(server), .path = path});
  };
  if (const auto settings = nginx_settings(image, start)) {
    for (const std::string_view name : {"error_log", "access_log"}) {
      for (const auto& [file, path] : settings->values(name)) add(file, "nginx", path);
    }
  }
  if (start.runs("apache2") || start.runs("httpd")) {
    for (const std::string_view path :
         {"etc/apache2/apache2.conf", "etc/httpd/conf/httpd.conf", "usr/local/apache2/conf/httpd.conf"}) {
      const auto settings = settings_at(image, path);
      if (!settings) continue;
      for (const std::string_view name : {"ErrorLog", "CustomLog", "TransferLog"}) {
        for (const std::string& value : apache_values(settings->second, name)) {
          add(settings->first, "Apache", apache_path(image, value));
        }
      }
    }
  }
  image.walk([&](NodeId id, std::string_view path) {
    const std::string_view name = image.name(id);
    const bool logback = name.starts_with("logback") && name.ends_with(".xml");
    if ((!logback && !name.starts_with("log4j")) || path.starts_with("usr/") ||
        image.node(id).type != EntryType::file) {
      return;
    }
    if (!image.contains(*image.node(id).made_by, "FileAppender").value_or(false)) return;
    logs.push_back({.node = id, .server = logback ? "Logback" : "Log4j", .path = ""});
  });
  return logs;
}

}  // namespace ocitidy::lambda
