/// \file
/// Several JSON documents walked side by side.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "planwise/json.h"

namespace planwise::analyse {

/// One document's value at a path; nullptr where the document has no such key or element.
using Aligned = std::vector<const Json*>;

/// Lists longer than this are one value, whatever they hold: a history is compared as a whole.
inline constexpr std::size_t longest_flattened_list = 64;

/// Calls `leaf` with each path at which the walk ends and what every document has there, in the order in which keys are
/// first met. A path goes on into objects where every document that has the path has an object there, and into lists
/// where every such document has one of at most longest_flattened_list elements and at least one element is an object
/// or a list. Elsewhere (numbers, texts, lists of numbers, null beside an object, objects empty in all) it ends. Linear
/// in the size of the documents times, where keys differ between documents, their number.
void walk_merged(const Aligned& documents, const std::string& path,
                 const std::function<void(const std::string& path, const Aligned& values)>& leaf);

}  // namespace planwise::analyse
