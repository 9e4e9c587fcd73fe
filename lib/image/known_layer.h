// known_layer.h - a layer whose tar another scan has already read: verified anew, not indexed anew.
//
// What a LayerIndex says follows from the plain tar, and the DiffID is that tar's SHA-256 (or 512). So a layer that is
// proven to have the DiffID of one that was scanned needs no walk over its members and no hash of its files. Proven it
// must be: its bytes are read and hashed as for a full scan.
#pragma once

#include <memory>
#include <optional>

#include "image/scan_layer.h"
#include "oci/resolve.h"
#include "ocitidy/image_model.h"

namespace ocitidy {

/// The layer of `known` whose members the layer `i` of `wanted` has, if its documents tell the truth. None when there
/// is no such layer, or when only a full scan could tell what stands behind the end of its tar.
std::optional<std::uint32_t> find_known_layer(const ImageModel& known, const ResolvedImage& wanted, std::size_t i);

/// Reads `reader` to its end, and lends the index of `known`'s layer, which must outlive it. When both descriptors name
/// the same blob, only its bytes are hashed: how they decompress is known, too. Else they are decompressed, and the tar
/// is hashed. Errors: corrupt when digest, size or DiffID differ; those of Decoder; io.
Result<LayerIndex> read_known_layer(std::unique_ptr<BlobReader> reader, const LayerScan& scan, const ImageModel& known,
                                    std::uint32_t layer);

}  // namespace ocitidy
