#include "exchange/pickle_builder.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "planwise/error.h"

namespace planwise::exchange {
namespace {

constexpr std::size_t items_without_index = 8;
constexpr std::size_t most_key_parts = 64;
constexpr std::size_t most_part_bytes = std::size_t{64} << 10;

bool is_word(PickleKind kind) noexcept { return kind == PickleKind::text; }

}  // namespace

PickleBuilder::PickleBuilder(const PickleLimits& limits, std::size_t stream_bytes)
    : graph_(std::make_shared<PickleGraph>()) {
  graph_->limits = limits;
  limit_ = limits.memory_bytes + limits.memory_factor * stream_bytes;
  graph_->stream_bytes = stream_bytes;
  add_node(PickleKind::none, 0);
  add_node(PickleKind::boolean, 0);
  graph_->nodes[add_node(PickleKind::boolean, 0)].integer = 1;
}

void PickleBuilder::charge(std::size_t bytes) {
  if (bytes > limit_ - used_)
    throw Error(ErrorCode::unsupported, fmt::format("the values take more than the limit of {} bytes", limit_));
  used_ += bytes;
}

void PickleBuilder::work(std::size_t steps) {
  worked_ += steps;
  if (worked_ > graph_->limits.work)
    throw Error(ErrorCode::unsupported,
                fmt::format("comparing keys takes more than the limit of {} steps", graph_->limits.work));
}

PickleRef PickleBuilder::add_node(PickleKind kind, std::size_t index) {
  charge(sizeof(PickleNode));
  PickleNode node;
  node.kind = kind;
  node.index = static_cast<std::uint32_t>(index);  // the memory limit keeps every table far below 2^32 entries
  graph_->nodes.push_back(node);
  return static_cast<PickleRef>(graph_->nodes.size() - 1);
}

PickleRef PickleBuilder::integer(const PickleInteger& value) {
  if (!value.fits) return leaf(PickleKind::big_integer, value.digits);
  const PickleRef ref = add_node(PickleKind::integer, 0);
  graph_->nodes[ref].integer = value.value;
  return ref;
}

PickleRef PickleBuilder::real(double value) {
  const PickleRef ref = add_node(PickleKind::real, 0);
  graph_->nodes[ref].real = value;
  return ref;
}

PickleRef PickleBuilder::leaf(PickleKind kind, std::string_view text) {
  charge(sizeof(std::string) + (text.size() > 15 ? text.size() + 17 : 0));
  graph_->texts.emplace_back(text);
  return add_node(kind, graph_->texts.size() - 1);
}

PickleRef PickleBuilder::text(std::string_view utf8) {
  const Utf8 form = check_utf8(utf8);
  if (form == Utf8::invalid) throw Error(ErrorCode::corrupt, "text that is not UTF-8");
  const PickleRef ref = leaf(PickleKind::text, utf8);
  graph_->nodes[ref].surrogates = form == Utf8::with_surrogates;
  return ref;
}

PickleRef PickleBuilder::old_text(std::string_view bytes) {
  return leaf(is_ascii(bytes) ? PickleKind::text : PickleKind::old_bytes, bytes);
}

PickleRef PickleBuilder::list(PickleKind kind, std::vector<PickleRef> items) {
  // An allocation takes 32 bytes at least.
  charge(sizeof(items) + (items.empty() ? 0 : std::max<std::size_t>(32, items.capacity() * sizeof(PickleRef) + 16)));
  graph_->lists.push_back(std::move(items));
  return add_node(kind, graph_->lists.size() - 1);
}

PickleRef PickleBuilder::map(PickleKind kind) {
  charge(sizeof(PickleMap));
  graph_->maps.emplace_back();
  return add_node(kind, graph_->maps.size() - 1);
}

PickleRef PickleBuilder::frozen_set(const std::vector<PickleRef>& items) {
  const PickleRef result = map(PickleKind::frozen_set);
  for (const PickleRef item : items) insert(graph_->maps[graph_->node(result).index], item, none);
  return result;
}

PickleRef PickleBuilder::global(std::string_view module, std::string_view name) {
  const auto found = find_pickle_global(module, name);
  if (!found) {
    const auto shown = [](std::string_view text) {
      return is_ascii(text) && text.size() <= 120 ? std::string(text) : fmt::format("name of {} bytes", text.size());
    };
    throw Error(ErrorCode::unsupported,
                fmt::format("{}.{} is not one of the names a result file may use", shown(module), shown(name)));
  }
  const PickleRef ref = leaf(PickleKind::global, fmt::format("{}.{}", module, name));
  graph_->nodes[ref].integer = static_cast<std::int64_t>(*found);
  return ref;
}

void PickleBuilder::append(PickleRef list, PickleRef item) {
  if (graph_->kind(list) != PickleKind::list)
    throw Error(ErrorCode::corrupt, fmt::format("an item is appended to a {}", type_name(*graph_, list)));
  push(graph_->lists[graph_->node(list).index], item);
}

void PickleBuilder::put(PickleRef map, PickleRef key, PickleRef value) {
  if (!is_map(graph_->kind(map)))
    throw Error(ErrorCode::corrupt, fmt::format("a key is put into a {}", type_name(*graph_, map)));
  insert(graph_->maps[graph_->node(map).index], key, value);
}

void PickleBuilder::add(PickleRef set, PickleRef item) {
  if (graph_->kind(set) != PickleKind::set)
    throw Error(ErrorCode::corrupt, fmt::format("an item is added to a {}", type_name(*graph_, set)));
  insert(graph_->maps[graph_->node(set).index], item, none);
}

// As in Python an equal key keeps its place and its first spelling and gets the new value.
void PickleBuilder::insert(PickleMap& map, PickleRef key, PickleRef value) {
  auto& items = map.items;
  const std::size_t hash = key_hash(key);  // also refuses what Python cannot hash
  if (!map.by_hash && items.size() >= items_without_index) {
    charge(sizeof(*map.by_hash) + items.size() * 48);
    map.by_hash = std::make_unique<std::unordered_multimap<std::size_t, std::uint32_t>>();
    for (std::uint32_t i = 0; i < items.size(); ++i) map.by_hash->emplace(key_hash(items[i].first), i);
  }
  if (map.by_hash) {
    const auto [first, last] = map.by_hash->equal_range(hash);
    for (auto at = first; at != last; ++at) {
      if (!same_key(items[at->second].first, key)) continue;
      items[at->second].second = value;
      return;
    }
    charge(48);
    map.by_hash->emplace(hash, static_cast<std::uint32_t>(items.size()));
  } else {
    for (auto& [known, old] : items) {
      if (!same_key(known, key)) continue;
      old = value;
      return;
    }
  }
  push(items, std::pair(key, value));
}

std::size_t PickleBuilder::key_hash(PickleRef key) {
  if (is_word(graph_->kind(key))) {
    const std::string& word = graph_->text(key);
    work(1 + word.size() / 8);
    return std::hash<std::string_view>{}(word);
  }
  std::string written;
  std::size_t parts = 0;
  write_key(key, written, parts);
  work(4 * parts + written.size() / 8);
  // A text is written as 'S' and itself, so an equal enum member must hash as the text does.
  if (written.starts_with('S')) return std::hash<std::string_view>{}(std::string_view(written).substr(1));
  return std::hash<std::string>{}(written);
}

bool PickleBuilder::same_key(PickleRef a, PickleRef b) {
  if (a == b) return true;
  if (is_word(graph_->kind(a)) && is_word(graph_->kind(b))) {
    const std::string& left = graph_->text(a);
    const std::string& right = graph_->text(b);
    if (left.size() != right.size()) return false;
    work(1 + left.size() / 8);
    return left == right;
  }
  std::string left;
  std::string right;
  std::size_t parts = 0;
  write_key(a, left, parts);
  write_key(b, right, parts);
  work(4 * parts + (left.size() + right.size()) / 8);
  return left == right;
}

// Writes a key so that equal keys are written equally: 1, 1.0 and True are one key, "a" and b"a" two.
void PickleBuilder::write_key(PickleRef key, std::string& out, std::size_t& parts) {
  if (++parts > most_key_parts)
    throw Error(ErrorCode::unsupported, fmt::format("a key of more than {} parts", most_key_parts));
  const PickleNode& node = graph_->node(key);
  if (parts > 1 && is_word(node.kind) && graph_->text(key).size() > most_part_bytes)
    throw Error(ErrorCode::unsupported, fmt::format("a part of a key of more than {} bytes", most_part_bytes));
  switch (node.kind) {
    case PickleKind::none: out += 'N'; return;
    case PickleKind::boolean:
    case PickleKind::integer: out += fmt::format("I{}", node.integer); return;
    case PickleKind::big_integer: out += "I" + graph_->text(key); return;
    case PickleKind::real:
      if (std::abs(node.real) < 9.2e18 && std::trunc(node.real) == node.real) {
        out += fmt::format("I{}", static_cast<std::int64_t>(node.real));
      } else {
        out += fmt::format("F{:x}", std::bit_cast<std::uint64_t>(node.real));
      }
      return;
    case PickleKind::text: out += "S" + graph_->text(key); return;
    case PickleKind::bytes:
    case PickleKind::old_bytes: out += "B" + graph_->text(key); return;
    case PickleKind::enum_member: return write_key(graph_->list(key)[1], out, parts);
    case PickleKind::scalar: return write_key(graph_->list(key)[1], out, parts);
    case PickleKind::date:
    case PickleKind::time:
    case PickleKind::datetime:
    case PickleKind::timedelta:
    case PickleKind::zone_info:
    case PickleKind::decimal:
    case PickleKind::uuid:
    case PickleKind::path:
    case PickleKind::global: out += fmt::format("X{}:{}", static_cast<int>(node.kind), graph_->text(key)); return;
    case PickleKind::timezone: out += fmt::format("Z{}", node.integer); return;
    case PickleKind::tuple:
    case PickleKind::complex:
      out += fmt::format("T{}:{}(", static_cast<int>(node.kind), graph_->list(key).size());
      for (const PickleRef item : graph_->list(key)) {
        std::string part;
        write_key(item, part, parts);
        out += fmt::format("{}:{}", part.size(), part);
      }
      return;
    case PickleKind::frozen_set: {
      std::vector<std::string> written;
      for (const auto& [item, unused] : graph_->map(key).items) write_key(item, written.emplace_back(), parts);
      std::ranges::sort(written);
      out += "{";
      for (const std::string& part : written) out += fmt::format("{}:{}", part.size(), part);
      return;
    }
    default:
      throw Error(ErrorCode::corrupt, fmt::format("a {} as a key or an item of a set", type_name(*graph_, key)));
  }
}

}  // namespace planwise::exchange
