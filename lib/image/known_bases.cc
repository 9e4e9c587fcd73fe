// known_bases.cc - the table. To add a base: `ocitidy inspect --format json` prints the DiffIDs of its layers.
#include "image/known_bases.h"

#include <array>

namespace ocitidy {
namespace {

struct Row {
  std::string_view name;
  std::array<std::string_view, 1> diff_ids;  // as many as any base here has
};

// Read from the images themselves, as their publishers made them, on 2026-11-25. A DiffID is a digest of all bytes of a
// layer: a match is no accident, and no row ever becomes wrong. Other versions are simply not known.
constexpr std::array kBases = {
    Row{"alpine 3.9, amd64", {"sha256:f1b5933fe4b5f49bbe8258745cf396afe07e625bdab3168e364daf7c956b6b81"}},
    Row{"alpine 3.10, amd64", {"sha256:531743b7098cb2aaf615641007a129173f63ed86ca32fe7b5a246a1c47286028"}},
    Row{"busybox 1.30.1, amd64", {"sha256:d1156b98822dccbb924b4e5fe16465a7ecac8bfc81d726177bed403a8e70c972"}},
    Row{"busybox 1.31.1, amd64", {"sha256:1be74353c3d0fd55fb5638a52953e6f1bc441e5b1710921db9ec2aa202725569"}},
    Row{"busybox glibc, arm64", {"sha256:66cb17eae60e0bf660a4cf7c5fada7a748febe4c92dd972f1735af7a7c7c740d"}},
    Row{"busybox uclibc, amd64", {"sha256:53cd0c2915c2f208cd5e51dc3e268522034b42e563c6b8367be4d367a52497ce"}},
};

bool begins_with(std::span<const Layer> layers, const Row& base) {
  if (layers.size() < base.diff_ids.size()) return false;
  for (std::size_t i = 0; i < base.diff_ids.size(); ++i) {
    if (layers[i].diff_id.value.str() != base.diff_ids[i]) return false;
  }
  return true;
}

}  // namespace

std::optional<KnownBase> find_known_base(std::span<const Layer> layers) {
  std::optional<KnownBase> best;
  for (const Row& base : kBases) {
    if (best && base.diff_ids.size() <= best->layer_count) continue;
    if (begins_with(layers, base)) best = KnownBase{base.name, base.diff_ids.size()};
  }
  return best;
}

}  // namespace ocitidy
