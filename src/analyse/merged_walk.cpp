#include "analyse/merged_walk.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace planwise::analyse {
namespace {

using Leaf = std::function<void(const std::string&, const Aligned&)>;

std::string path_of_member(const std::string& path, std::string_view key) {
  const bool plain = !key.empty() && key.find_first_of(".\"[] \\") == std::string_view::npos;
  std::string name(key);
  if (!plain) {
    name = "\"";
    for (char c : key) {
      if (c == '"' || c == '\\') name += '\\';
      name += c;
    }
    name += '"';
  }
  return path.empty() ? name : path + '.' + name;
}

template <typename Predicate>
bool all_present(const Aligned& values, Predicate predicate) {
  return std::all_of(values.begin(), values.end(),
                     [&](const Json* value) { return value == nullptr || predicate(*value); });
}

std::size_t longest(const Aligned& values) {
  std::size_t size = 0;
  for (const Json* value : values) size = std::max(size, value == nullptr ? 0 : value->size());
  return size;
}

bool holds_structure(const Json& list) {
  return std::any_of(list.as_array().begin(), list.as_array().end(),
                     [](const Json& element) { return element.is_object() || element.is_array(); });
}

bool goes_into_objects(const Aligned& values) {
  return all_present(values, [](const Json& value) { return value.is_object(); }) && longest(values) > 0;
}

bool goes_into_lists(const Aligned& values) {
  return all_present(values, [](const Json& value) { return value.is_array(); }) &&
         longest(values) <= longest_flattened_list && std::any_of(values.begin(), values.end(), [](const Json* value) {
           return value != nullptr && holds_structure(*value);
         });
}

void walk_objects(const Aligned& documents, const std::string& path, const Leaf& leaf) {
  std::unordered_map<std::string_view, std::size_t> slot_of;
  std::vector<std::string_view> keys;
  std::vector<Aligned> slots;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (documents[i] == nullptr) continue;
    for (const auto& [key, value] : documents[i]->as_object()) {
      const auto [found, added] = slot_of.try_emplace(key, slots.size());
      if (added) {
        keys.push_back(key);
        slots.emplace_back(documents.size(), nullptr);
      }
      slots[found->second][i] = &value;
    }
  }
  for (std::size_t slot = 0; slot < slots.size(); ++slot)
    walk_merged(slots[slot], path_of_member(path, keys[slot]), leaf);
}

void walk_lists(const Aligned& documents, const std::string& path, const Leaf& leaf) {
  const std::size_t size = longest(documents);
  for (std::size_t element = 0; element < size; ++element) {
    Aligned values(documents.size(), nullptr);
    for (std::size_t i = 0; i < documents.size(); ++i) {
      if (documents[i] != nullptr && element < documents[i]->size()) values[i] = &documents[i]->as_array()[element];
    }
    walk_merged(values, path + '[' + std::to_string(element) + ']', leaf);
  }
}

}  // namespace

void walk_merged(const Aligned& documents, const std::string& path, const Leaf& leaf) {
  if (goes_into_objects(documents)) {
    walk_objects(documents, path, leaf);
  } else if (goes_into_lists(documents)) {
    walk_lists(documents, path, leaf);
  } else {
    leaf(path, documents);
  }
}

}  // namespace planwise::analyse
