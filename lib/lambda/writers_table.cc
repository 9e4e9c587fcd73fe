// writers_table.cc - the rows: who writes where, and what moves it. One row per place.
#include <span>

#include "lambda/writers.h"

namespace ocitidy::lambda {
namespace {

constexpr auto kInfo = Severity::info;
constexpr auto kWarning = Severity::warning;
constexpr auto kError = Severity::error;
constexpr auto by_program = Writer::Found::by_program;
constexpr auto by_command = Writer::Found::by_command;
constexpr auto by_bundle = Writer::Found::by_bundle;

constexpr Names kKeyStores = {"Amazon.AspNetCore.DataProtection.SSM",
                              "Microsoft.AspNetCore.DataProtection.StackExchangeRedis",
                              "Microsoft.AspNetCore.DataProtection.EntityFrameworkCore",
                              "Microsoft.AspNetCore.DataProtection.AzureStorage",
                              "Azure.Extensions.AspNetCore.DataProtection.Blobs",
                              "AspNetCore.DataProtection.Aws.S3",
                              "Marten.AspNetCore.DataProtection"};
constexpr std::string_view kKeysInMemory =
    "it keeps its keys in memory, and cookies and tokens that one environment made are refused by the others (unless "
    "the code stores the keys elsewhere, or needs none)";
constexpr std::string_view kStoreKeys =
    "store the keys where all environments read them: package Amazon.AspNetCore.DataProtection.SSM and "
    "PersistKeysToAWSSystemsManager; ENV HOME=/tmp ends the failed attempt alone, since each environment has its own "
    "/tmp";

constexpr std::array kWriters = {
    // Hugging Face. graviraja/MLOps-Basics#28, philschmid/serverless-machine-learning#2, huggingface/datasets#7029,
    // huggingface/sentence-transformers#923.
    Writer{.names = {"transformers", "diffusers", "datasets", "sentence-transformers"},
           .home_path = ".cache/huggingface",
           .variables = {"HF_HOME", "HF_HUB_CACHE", "HF_DATASETS_CACHE", "TRANSFORMERS_CACHE",
                         "SENTENCE_TRANSFORMERS_HOME", "XDG_CACHE_HOME"},
           .off = {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"},
           .reads = true,
           .severity = kWarning,
           .consequence = "models that are not in the image cannot be downloaded",
           .fix = "bake the model and point there, ENV HF_HOME=/opt/hf HF_HUB_OFFLINE=1; or ENV HF_HOME=/tmp/hf"},
    Writer{.names = {"huggingface-hub"},
           .home_path = ".cache/huggingface",
           .variables = {"HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME"},
           .off = {"HF_HUB_OFFLINE"},
           .reads = true,
           .severity = kInfo,
           .consequence = "what is not in the image cannot be downloaded",
           .fix = "ENV HF_HOME=/tmp/hf, or bake the files and point there"},
    // salesforce/LAVIS#428.
    Writer{.names = {"salesforce-lavis"},
           .home_path = ".cache/torch",
           .variables = {"TORCH_HOME", "XDG_CACHE_HOME"},
           .reads = true,
           .severity = kWarning,
           .consequence = "weights that are not in the image cannot be downloaded",
           .fix = "bake the weights and point there, ENV TORCH_HOME=/opt/torch; or ENV TORCH_HOME=/tmp/torch"},
    Writer{.names = {"torchvision"},
           .home_path = ".cache/torch",
           .variables = {"TORCH_HOME", "XDG_CACHE_HOME"},
           .reads = true,
           .severity = kInfo,
           .consequence = "weights that are not in the image cannot be downloaded",
           .fix = "bake the weights and point there, ENV TORCH_HOME=/opt/torch; or ENV TORCH_HOME=/tmp/torch"},
    // whisper/__init__.py of openai/whisper: ~/.cache, or XDG_CACHE_HOME.
    Writer{.names = {"openai-whisper"},
           .home_path = ".cache/whisper",
           .variables = {"XDG_CACHE_HOME"},
           .reads = true,
           .severity = kWarning,
           .consequence = "models that are not in the image cannot be downloaded",
           .fix = "bake the model and point there, ENV XDG_CACHE_HOME=/opt/cache; or ENV HOME=/tmp"},
    // matplotlib/matplotlib#18014, #32246; credmark/credmark-models-py#132. A folder that is filled but read-only will
    // not do: it tests whether it may write.
    Writer{.names = {"matplotlib"},
           .home_path = ".config/matplotlib",
           .variables = {"MPLCONFIGDIR", "XDG_CONFIG_HOME"},
           .severity = kInfo,
           .consequence = "it warns, takes a temporary folder, and lists all fonts again in every import",
           .fix = "ENV MPLCONFIGDIR=/tmp/mpl"},
    // librosa/librosa#1868, #1156; danielgatis/rembg#323 (pymatting); lmcinnes/umap#487 (pynndescent);
    // numba/numba#5566,
    // where HOME=/tmp and NUMBA_CACHE_DIR=/tmp both help. These compile with cache=True when they are imported.
    Writer{.names = {"librosa", "pymatting", "pynndescent"},
           .home_path = ".cache/numba",
           .variables = {"NUMBA_CACHE_DIR", "XDG_CACHE_HOME"},
           .off = {"NUMBA_DISABLE_JIT"},
           .severity = kError,
           .consequence = "the import ends in 'cannot cache function ...: no locator available'",
           .fix = "ENV NUMBA_CACHE_DIR=/tmp/numba"},
    Writer{.names = {"numba"},
           .home_path = ".cache/numba",
           .variables = {"NUMBA_CACHE_DIR", "XDG_CACHE_HOME"},
           .off = {"NUMBA_DISABLE_JIT"},
           .severity = kWarning,
           .consequence = "functions with cache=True, in any package, end in 'cannot cache function ...: no locator "
                          "available'",
           .fix = "ENV NUMBA_CACHE_DIR=/tmp/numba"},
    // Unstructured-IO/unstructured#2916, #3612; nltk/nltk#2919. The data paths are those of nltk/data.py.
    Writer{.names = {"unstructured", "nltk"},
           .home_path = "nltk_data",
           .variables = {"NLTK_DATA"},
           .data = {"usr/share/nltk_data", "usr/local/share/nltk_data", "usr/lib/nltk_data", "usr/local/lib/nltk_data",
                    "usr/local/nltk_data", "var/lang/nltk_data", "var/lang/share/nltk_data", "var/lang/lib/nltk_data"},
           .reads = true,
           .severity = kWarning,
           .consequence = "no corpus is in the image, and none can be downloaded",
           .fix = "RUN python -m nltk.downloader -d /opt/nltk_data NAME, and ENV NLTK_DATA=/opt/nltk_data"},
    // run-llama/llama_index#1292, #19661.
    Writer{.names = {"llama-index-core", "llama-index"},
           .home_path = ".cache/llama_index",
           .variables = {"LLAMA_INDEX_CACHE_DIR", "XDG_CACHE_HOME"},
           .reads = true,
           .severity = kWarning,
           .consequence = "loaders that keep files there fail",
           .fix = "ENV LLAMA_INDEX_CACHE_DIR=/tmp/llama_index"},
    // The-PR-Agent/pr-agent#909.
    Writer{.names = {"litellm"},
           .elsewhere = "its own folder in site-packages",
           .variables = {"CUSTOM_TIKTOKEN_CACHE_DIR"},
           .reads = true,
           .severity = kInfo,
           .consequence = "token tables that it does not bring along cannot be stored",
           .fix = "ENV CUSTOM_TIKTOKEN_CACHE_DIR=/tmp/tiktoken"},
    // Without a variable tiktoken takes the temporary folder, which can be written. The-PR-Agent/pr-agent#909.
    Writer{.names = {"tiktoken"},
           .variables = {"TIKTOKEN_CACHE_DIR"},
           .reads = true,
           .severity = kWarning,
           .consequence = "token tables are fetched anew, or not at all",
           .fix = "bake the tables there, or ENV TIKTOKEN_CACHE_DIR=/tmp/tiktoken"},
    // danielgatis/rembg#373.
    Writer{.names = {"rembg"},
           .home_path = ".u2net",
           .variables = {"U2NET_HOME", "XDG_DATA_HOME"},
           .reads = true,
           .severity = kWarning,
           .consequence = "models that are not in the image cannot be downloaded",
           .fix = "bake the model and point there, ENV U2NET_HOME=/opt/u2net; or ENV U2NET_HOME=/tmp/u2net"},
    // crewAIInc/crewAI#507.
    Writer{.names = {"crewai"},
           .home_path = ".local/share",
           .variables = {"XDG_DATA_HOME"},
           .severity = kWarning,
           .consequence = "its storage cannot be made",
           .fix = "ENV HOME=/tmp"},
    // sodadata/soda-core#1011.
    Writer{.names = {"soda-core"},
           .home_path = ".soda",
           .severity = kWarning,
           .consequence = "its settings cannot be stored",
           .fix = "ENV HOME=/tmp"},
    // No thread; from the programs' documentation.
    Writer{.names = {"chromadb"},
           .home_path = ".cache/chroma",
           .reads = true,
           .severity = kInfo,
           .consequence = "its default embedding model cannot be downloaded",
           .fix = "ENV HOME=/tmp"},
    Writer{.names = {"duckdb"},
           .home_path = ".duckdb",
           .reads = true,
           .severity = kInfo,
           .consequence = "INSTALL of an extension fails",
           .fix = "SET home_directory='/tmp' in SQL, or ENV HOME=/tmp"},
    Writer{.names = {"yt-dlp"},
           .home_path = ".cache/yt-dlp",
           .variables = {"XDG_CACHE_HOME"},
           .severity = kInfo,
           .consequence = "it warns, and keeps nothing",
           .fix = "ENV XDG_CACHE_HOME=/tmp/.cache, or its option --no-cache-dir"},
    // aws/aws-lambda-dotnet#898, umihico/docker-selenium-lambda#3, webrecorder/browsertrix-crawler#448,
    // unclecode/crawl4ai#497, hardkoded/puppeteer-sharp#2702.
    Writer{.found = by_program,
           .names = {"usr/bin/chromium", "usr/bin/chromium-browser", "usr/bin/google-chrome",
                     "usr/bin/google-chrome-stable", "usr/lib/chromium/chromium", "opt/chrome/chrome",
                     "opt/chrome-linux64/chrome", "opt/google/chrome/chrome"},
           .home_path = ".config/chromium",
           .variables = {"XDG_CONFIG_HOME"},
           .severity = kWarning,
           .consequence = "the browser ends, or waits for a profile that it cannot write",
           .fix = "ENV HOME=/tmp, and start it with --headless --no-sandbox --disable-dev-shm-usage --user-data-dir "
                  "below /tmp"},
    // Programs that draw text; a cache that the installation made is enough.
    Writer{.found = by_program,
           .names = {"usr/bin/fc-cache", "usr/bin/wkhtmltopdf", "usr/local/bin/wkhtmltopdf"},
           .home_path = ".cache/fontconfig",
           .variables = {"XDG_CACHE_HOME"},
           .data = {"var/cache/fontconfig", "usr/lib/fontconfig/cache"},
           .reads = true,
           .severity = kInfo,
           .consequence = "fontconfig lists all fonts again in every process",
           .fix = "RUN fc-cache -f, or ENV XDG_CACHE_HOME=/tmp/.cache"},
    // gkrizek/bash-lambda-layer#8, #42.
    Writer{.found = by_program,
           .names = {"usr/local/bin/aws", "usr/bin/aws"},
           .home_path = ".aws",
           .variables = {"AWS_CONFIG_FILE"},
           .severity = kInfo,
           .consequence = "commands that store settings or tokens fail",
           .fix = "ENV HOME=/tmp"},
    Writer{.found = by_program,
           .names = {"usr/bin/gcloud", "google-cloud-sdk/bin/gcloud", "opt/google-cloud-sdk/bin/gcloud",
                     "usr/lib/google-cloud-sdk/bin/gcloud"},
           .home_path = ".config/gcloud",
           .variables = {"CLOUDSDK_CONFIG"},
           .severity = kInfo,
           .consequence = "commands that store settings or logs fail",
           .fix = "ENV CLOUDSDK_CONFIG=/tmp/gcloud"},
    // aws/aws-lambda-nodejs-runtime-interface-client, README; aws/aws-lambda-base-images#63.
    Writer{.found = by_command,
           .names = {"npm", "npx"},
           .home_path = ".npm",
           .variables = {"NPM_CONFIG_CACHE", "npm_config_cache"},
           .severity = kWarning,
           .consequence = "npm cannot write its cache and logs",
           .fix = "start node itself, or ENV NPM_CONFIG_CACHE=/tmp/.npm"},
    Writer{.found = by_command,
           .names = {"yarn"},
           .home_path = ".cache/yarn",
           .variables = {"YARN_CACHE_FOLDER"},
           .severity = kWarning,
           .consequence = "Yarn cannot write its cache",
           .fix = "start node itself, or ENV YARN_CACHE_FOLDER=/tmp/.yarn"},
    Writer{.found = by_command,
           .names = {"uv", "uvx"},
           .home_path = ".cache/uv",
           .variables = {"UV_CACHE_DIR", "XDG_CACHE_HOME"},
           .off = {"UV_NO_CACHE"},
           .severity = kWarning,
           .consequence = "uv cannot make its cache, and ends",
           .fix = "start the program itself from its environment, or ENV UV_CACHE_DIR=/tmp/uv"},
    Writer{.ecosystem = Ecosystem::node,
           .names = {"prisma"},
           .home_path = ".cache/prisma",
           .variables = {"XDG_CACHE_HOME"},
           .severity = kInfo,
           .consequence = "its command cannot store the engines it downloads",
           .fix = "RUN npx prisma generate when the image is built, and ENV HOME=/tmp"},
    // dotnet/AspNetCore.Docs#28463, dotnet/aspnetcore#54234, both on Lambda. DefaultKeyStorageDirectories.cs of
    // dotnet/aspnetcore names the folder. These use the keys, and are no part of ASP.NET's shared framework.
    Writer{.ecosystem = Ecosystem::dotnet,
           .names = {"Microsoft.AspNetCore.Identity.EntityFrameworkCore", "Microsoft.AspNetCore.Identity.UI",
                     "Microsoft.AspNetCore.Authentication.OpenIdConnect"},
           .home_path = ".aspnet/DataProtection-Keys",
           .unless = kKeyStores,
           .variables = {"LOCALAPPDATA", "USERPROFILE"},
           .severity = kInfo,
           .consequence = kKeysInMemory,
           .fix = kStoreKeys},
    // Beside Microsoft.AspNetCore.dll lies all of ASP.NET, which says nothing of what is used.
    Writer{.ecosystem = Ecosystem::dotnet,
           .names = {"Microsoft.AspNetCore.DataProtection"},
           .home_path = ".aspnet/DataProtection-Keys",
           .unless =
               [] {
                 Names names = kKeyStores;
                 names.back() = "Microsoft.AspNetCore";
                 return names;
               }(),
           .variables = {"LOCALAPPDATA", "USERPROFILE"},
           .severity = kInfo,
           .consequence = kKeysInMemory,
           .fix = kStoreKeys},
    // pal.unix.cpp of dotnet/runtime: the host ends when neither HOME nor the home of the user can be written. .NET
    // Core 3 took /tmp instead. Files that were unpacked before are taken as they are.
    Writer{
        .found = by_bundle,
        .names = {"libe_sqlite3.so", "libSkiaSharp.so", "libHarfBuzzSharp.so", "librdkafka.so", "libonnxruntime.so",
                  "libgrpc_csharp_ext.x64.so", "libduckdb.so", "libsodium.so"},
        .home_path = ".net",
        .variables = {"DOTNET_BUNDLE_EXTRACT_BASE_DIR"},
        .reads = true,
        .severity = kWarning,
        .consequence = "it cannot unpack the native libraries that it holds, and ends before its code runs",
        .fix = "ENV DOTNET_BUNDLE_EXTRACT_BASE_DIR=/tmp/.net, or publish without IncludeNativeLibrariesForSelfExtract"},
    // dtnewman/zappa_boilerplate#3.
    Writer{.names = {"webassets"},
           .elsewhere = "static/.webassets-cache beside the application",
           .severity = kInfo,
           .consequence = "bundles that are not built in the image cannot be built",
           .fix = "build them in the image, and set Environment(cache='/tmp/webassets', auto_build=False)"},
    // Only for data in the wrong HOME: microsoft/playwright#18955.
    Writer{.ecosystem = Ecosystem::node,
           .names = {"playwright"},
           .home_path = ".cache/ms-playwright",
           .variables = {"PLAYWRIGHT_BROWSERS_PATH"},
           .reads = true,
           .consequence = "no browser is found",
           .fix = "ENV PLAYWRIGHT_BROWSERS_PATH=/ms-playwright before the step that installs the browsers"},
    Writer{.ecosystem = Ecosystem::node,
           .names = {"puppeteer"},
           .home_path = ".cache/puppeteer",
           .variables = {"PUPPETEER_CACHE_DIR"},
           .reads = true,
           .consequence = "no browser is found",
           .fix = "ENV PUPPETEER_CACHE_DIR=/opt/puppeteer before the step that installs the browsers"},
};

}  // namespace

std::span<const Writer> writers() { return kWriters; }

}  // namespace ocitidy::lambda
