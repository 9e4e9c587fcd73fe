// Which paths stand in for "{start}" and "{handler}".
#include "lambda/start_queries.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lambda/handler.h"

namespace ocitidy::lambda {
namespace {

bool has(const std::vector<std::string>& paths, std::string_view path) {
  return std::ranges::find(paths, path) != paths.end();
}

TEST(StartQueries, NamesWhatTheWordsMayMean) {
  ImageConfig config;
  config.entrypoint = {"tool", "./run", "--flag"};
  config.cmd = {"server", "/srv/app.bin", "conf/x"};
  config.env = {"PATH=/usr/bin:/opt/bin"};
  config.working_dir = "/app/";
  const std::vector<std::string> paths = start_paths(config);
  for (const char* path :
       {"usr/bin/tool", "opt/bin/tool", "app/tool", "app/run", "usr/bin/server", "srv/app.bin", "app/conf/x"}) {
    EXPECT_TRUE(has(paths, path)) << path;
  }
  EXPECT_FALSE(has(paths, "app/--flag"));
  EXPECT_EQ(paths.size(), 9u);
}

TEST(StartQueries, TakesNoWildcardsFromTheConfig) {
  ImageConfig config;
  config.entrypoint = {"/a/*", "/b?", "**"};
  config.cmd = {"**/*.handler"};
  EXPECT_TRUE(start_paths(config).empty());
  EXPECT_TRUE(handler_sources(config).empty());
}

TEST(StartQueries, NamesTheSourcesOfTheHandler) {
  ImageConfig config;
  config.entrypoint = {"/bin/sh", "-c", "exec python -m awslambdaric src/app.handler"};
  config.working_dir = "/app";
  const std::vector<std::string> sources = handler_sources(config);
  for (const char* path : {"app/src/app.py", "var/task/src/app.py", "app/src/app/__init__.py", "app/src/app.mjs"}) {
    EXPECT_TRUE(has(sources, path)) << path;
  }
  EXPECT_LE(sources.size(), 20u);
}

TEST(StartQueries, AreTheSameUnlessThePathsAre) {
  ImageConfig config;
  config.entrypoint = {"tool"};
  config.cmd = {"app.handler"};
  config.env = {"PATH=/usr/bin"};
  ImageConfig other = config;
  other.env.emplace_back("HOME=/tmp");
  EXPECT_TRUE(ask_for_same_files(config, other));
  other.env[0] = "PATH=/opt/bin";
  EXPECT_FALSE(ask_for_same_files(config, other));
  other = config;
  other.cmd = {"other.handler"};
  EXPECT_FALSE(ask_for_same_files(config, other));
}

TEST(StartQueries, ReplacesOnlyItsOwnGlobs) {
  ImageConfig config;
  config.cmd = {"/run", "app.handler"};
  const StartQueries queries({{"**/*.x", 1}, {kHandlerSources, 2}}, {{kStartFiles, "#!", "text"}, {"a", "", "b"}},
                             config);
  ASSERT_EQ(queries.reads().size(), 1 + handler_sources(config).size());
  EXPECT_EQ(queries.reads()[0].glob, "**/*.x");
  EXPECT_EQ(queries.reads()[1].first_bytes, 2u);
  ASSERT_EQ(queries.texts().size(), start_paths(config).size() + 1);
  EXPECT_EQ(queries.texts()[0].magic, "#!");
  EXPECT_EQ(queries.texts().back().glob, "a");
  EXPECT_TRUE(StartQueries({{kHandlerSources, 2}}, {}, {}).reads().empty());
}

}  // namespace
}  // namespace ocitidy::lambda
