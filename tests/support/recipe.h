// recipe.h - image recipes: the text in which docs/rules/*.md and tests describe an image and what a rule must say.
// docs/passes/*.md say more: pass_recipe.h.
//
// Line based. Blank lines and lines whose first word begins with '#' are skipped; indentation means nothing. Words are
// split at blanks;
// "..." and '...' keep blanks together. Outside '...', a backslash escapes: \n \t \\ \" \' \0 \xHH, and any other
// character stands for itself. Sizes take k, M, G (powers of 1024). Bad grammar is an error that names the line.
//
// Without any `config` line the image is linux/amd64, OCI, entrypoint /var/runtime/bootstrap, cmd app.handler,
// workdir /var/task. Without any `layer` or `base` line it has the one layer of `base healthy`.
//
// THE IMAGE
//   config CLAUSE [; CLAUSE ...]        a clause overrides one default; several config lines add up
//       os linux | arch arm64 | variant v8
//       entrypoint WORD... | cmd WORD...   no word: none       workdir PATH | user NAME   no word: none
//       env NAME=VALUE | label NAME=VALUE  repeatable
//       expose PORT/tcp | volume PATH | onbuild "RUN ..."   repeatable       healthcheck CMD WORD...
//       stopsignal NAME | shell WORD...
//       size=5k behind the one word of a clause fills it up with 'x' to that many bytes
//       no-rootfs                          the config says nothing about its layers
//   manifest docker|oci                 media types of manifest and config, and of layers that do not say
//   annotation NAME=VALUE [size=5k]     of the manifest; repeatable
//   reference NAME                      what the user called the image
//   artifact MEDIA/TYPE                 the config is "{}" of this type: a manifest that is no container image
//   index [docker|oci] [nested]         the root is an index that holds the manifest (nested: inside another index)
//   attestation                         the index also holds what BuildKit adds for provenance (implies `index`)
//   also arch ARCH [os OS] [variant V]  the index also holds the same layers under this platform (implies `index`)
//   transport docker-archive|oci-archive|oci
//   replace manifest|config|index|index.json OLD NEW    a piece of the document's text, before it is stored
//   note missing-layout-marker|unknown-layout-version|archive-disagreement|incomplete-index
//
// LAYERS, lowest first
//   base healthy                        a layer with a function that starts: var/runtime/bootstrap, an ELF file for the
//                                       config's architecture, and var/task/app.py; all parents, all readable
//   base none                           no layer by default
//   layer [gzip|zstd|none] [docker|oci] [type=MEDIA/TYPE] [bare] [absent] [bytes="..."] [by "RUN ..."]
//       gzip|zstd|none   what the bytes are (default gzip); the media type follows unless type= says otherwise
//       bare             members exactly as written. Default: before a member whose parent directory no earlier line
//                        made, in this layer or below, the parents are added (0755, root), as good builders do
//       trailing="..."   bytes behind the end of the blob
//       absent           the blob is not in the image; bytes="..." is the blob instead of a tar; by: "created_by"
//   layers N                            N layers, each with one empty file
//
// MEMBERS of the layer above them; PATH is written to the tar as it stands ("./x" and "/x" too)
//   file PATH [MODE] [CONTENT] [size=200k] [sparse]   CONTENT: "text" (quoted), zeros, elf64 (for the config's
//                        architecture), elf64-x86_64, elf64-aarch64. size= adds zeros up to that size. Zeros cost time
//                        (about 1 s per GiB and lint); sparse makes them a hole in the tar, free at any size
//      After elf64..., what the file asks of loader, processor and kernel; any of these makes it a dynamic ELF file:
//      needs=SONAME (repeatable)  soname=NAME  interp=PATH  rpath=DIRS  runpath=DIRS
//      version=SONAME:VERSION  weak-version=SONAME:VERSION  defines=VERSION  (repeatable; those of one SONAME together)
//      isa=v2|v3|v4  kernel=A.B.C  shared (dynamic, without more)  static (no dynamic section)
//   dir PATH [MODE] | fifo PATH [MODE] | chardev PATH MAJ:MIN [MODE] | blockdev PATH MAJ:MIN [MODE]
//   symlink PATH -> TARGET | hardlink PATH -> TARGET
//   whiteout PATH        hides PATH of the layers below           opaque DIR   hides what they hold in DIR
//   All take uid=N gid=N user=NAME group=NAME mtime=SECONDS[.FRACTION] xattr=NAME:VALUE (repeatable). MODE is octal;
//   defaults: directories 0755, symlinks 0777, all others 0644; 0:0, no names; 2024-01-01.
//
// OPTIONS of the lint
//   option platform=linux/amd64 | option min-waste=4k | option profile=lambda|oci|generic
//   option base=N               the first N layers are the base           option today=2026-11-25
//   option used=PATH            a trace saw it; repeatable                option budget=N|P%   of new chunks
//
// OTHER IMAGES
//   against | base-image                what stands above it is an image to compare with, or the one that --base names;
//                                       below it another image begins. Expectations and options are of the last one.
//
// WHAT IS EXPECTED
//   expect RULE [layer=N] [path=P] [pointer=/config/...] [severity=S] [wasted=200k] [message="part of it"] [times=N]
//       one finding of RULE (or N), whose first place has this layer, path and JSON pointer. Each finding answers one
//       expect line, each line is answered.
//       Comments that rules/fixed_by_test.cc reads: "# not repaired: WHY", "# repaired in part: WHY", "# optimize:
//       WORD".
//   not-applicable RULE  RULE finds nothing to judge. Without this line the rule of the page must be applicable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/lint.h"
#include "support/image_builder.h"

namespace ocitidy::test {

struct Expectation {
  std::string rule;
  std::optional<std::uint32_t> layer;
  std::optional<std::string> path, pointer, message;
  std::optional<Severity> severity;
  std::optional<std::uint64_t> wasted_bytes;
  unsigned times = 1;
  unsigned line = 0;  ///< of the recipe, from 1
};

struct Recipe {
  ImageSpec image;
  LintOptions options;
  std::vector<Expectation> expectations;
  std::vector<std::string> not_applicable;  ///< rule ids
};

/// Errors: invalid_argument, "line N: what is wrong".
Result<Recipe> parse_recipe(std::string_view text);

/// The layer of `base healthy`.
LayerSpec healthy_layer(std::string_view architecture);

}  // namespace ocitidy::test
