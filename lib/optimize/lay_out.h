// lay_out.h - which member stands where in the layers that are written anew.
//
// A rewritten layer is not edited member by member: it is made from the merged tree. Each visible path that one of its
// source layers put there comes from it, under the path where it is seen, with what is seen there. Nothing hidden comes
// along, no path twice, no member below a symbolic link. All names of an inode are written by one layer, the highest
// that had one. What lower layers still show and the tree does not is whited out. Every directory that a member needs
// is declared ahead of it, in this layer or below: Lambda's unpacker makes none by itself.
//
// Order within a layer: whiteouts; directories, parents first, each followed by its opaque mark; all others in the
// order of the input, other names of a file right behind it. So that every engine, whatever it does with a whiteout
// that comes late or a link that comes early, sees the same tree.
#pragma once

#include "optimize/plan.h"

namespace ocitidy {

/// Fills the members of `plan`'s rewritten layers and takes out layers that became empty. Further layers are rewritten
/// where a hard link, a whiteout, a symbolic link or a missing directory leaves no other way.
/// Errors: internal when the planned tree cannot be made what it must be.
/// Linear in entries for each round; two rounds are usual.
Result<void> lay_out(const ImageModel& image, Plan& plan);

/// Marks `node`'s layers of no file: there are no bytes to copy.
inline constexpr EntryId kNoBytes{UINT32_MAX, UINT32_MAX};

}  // namespace ocitidy
