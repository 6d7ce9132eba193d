// plain() and tagged(): a pickle's values as JSON. Shared values are written out at every place, so what looks small may
// be huge; everything is counted before it is made.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "core/hash.h"
#include "exchange/pickle_graph.h"
#include "exchange/pickle_text.h"
#include "exchange/pickle_time.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

enum class Form { plain, tagged };

class JsonMaker {
 public:
  JsonMaker(const PickleGraph& graph, Form form)
      : graph_(graph),
        form_(form),
        left_(graph.limits.expansion_bytes + graph.limits.expansion_factor * graph.stream_bytes),
        open_(graph.nodes.size(), false) {}

  // The place the value is put into is paid for by whoever makes that.
  Json make(PickleRef ref) {
    const PickleNode& node = graph_.node(ref);
    switch (node.kind) {
      case PickleKind::none: return nullptr;
      case PickleKind::boolean: return node.integer != 0;
      case PickleKind::integer: return integer(node.integer);
      case PickleKind::big_integer: return big_integer(graph_.text(ref));
      case PickleKind::real: return real(node.real);
      case PickleKind::text: return text(graph_.text(ref), node.surrogates);
      case PickleKind::bytes: return leaf("$bytes", encoded(graph_.text(ref)));
      case PickleKind::byte_array: return leaf("$bytearray", encoded(graph_.text(ref)));
      case PickleKind::date: return leaf("$date", counted(graph_.text(ref)));
      case PickleKind::time: return leaf("$time", counted(graph_.text(ref)));
      case PickleKind::datetime: return leaf("$datetime", counted(graph_.text(ref)));
      case PickleKind::timedelta:
        return tagging() ? one_tag("$timedelta_us", exact_integer(graph_.text(ref))) : seconds_of(graph_.text(ref));
      case PickleKind::decimal: return leaf("$decimal", counted(graph_.text(ref)));
      case PickleKind::path: return leaf("$path", counted(graph_.text(ref)));
      case PickleKind::uuid:
        if (graph_.text(ref).empty()) refuse("a uuid.UUID that was never given its number");
        return leaf("$uuid", counted(graph_.text(ref)));
      case PickleKind::scalar: {
        const PickleDtype& dtype = graph_.dtypes[graph_.node(graph_.list(ref)[0]).index];
        Json value = make(graph_.list(ref)[1]);
        if (!tagging()) return value;
        charge(2 * sizeof(Json::Member));
        return Json::Object{{"$np", dtype.text()}, {"value", std::move(value)}};
      }
      case PickleKind::enum_member: {
        Json value = make(graph_.list(ref)[1]);
        if (!tagging()) return value;
        charge(2 * sizeof(Json::Member));
        return Json::Object{{"$enum", counted(graph_.text(graph_.list(ref)[0]))}, {"value", std::move(value)}};
      }
      case PickleKind::array: return array(graph_.arrays[node.index]);
      default: return nested(ref);
    }
  }

 private:
  [[nodiscard]] bool tagging() const noexcept { return form_ == Form::tagged; }

  [[noreturn]] static void refuse(const std::string& what) { throw Error(ErrorCode::unsupported, "pickle: " + what); }

  void charge(std::size_t bytes) {
    if (bytes > left_) refuse("written out with everything shared in it, the value is larger than the limit");
    left_ -= bytes;
  }
  // Pays for `count` places; count may be any number a file claims.
  std::size_t places(std::size_t count, std::size_t size) {
    if (count > left_ / size) charge(left_ + 1);
    charge(count * size);
    return count;
  }
  Json one_tag(std::string_view tag, Json value) {
    Json::Object object;
    object.reserve(places(1, sizeof(Json::Member)));
    object.emplace_back(tag, std::move(value));
    return object;
  }
  // Text is paid for twice: as value and as the JSON text somebody will make of it.
  const std::string& counted(const std::string& text) {
    charge(2 * text.size());
    return text;
  }
  std::string encoded(const std::string& bytes) {
    charge(bytes.size() * 3);
    return core::base64(bytes);
  }
  Json leaf(std::string_view tag, std::string text) {
    return tagging() ? one_tag(tag, std::move(text)) : Json(std::move(text));
  }

  Json integer(std::int64_t value) {
    constexpr std::int64_t exact = std::int64_t{1} << 53;
    if (!tagging() || (value >= -exact && value <= exact)) return value;
    return one_tag("$int", std::to_string(value));
  }
  Json big_integer(const std::string& digits) {
    charge(2 * digits.size());
    return tagging() ? one_tag("$int", digits) : Json(Json::BigInteger{digits});
  }
  static Json exact_integer(const std::string& digits) {
    const auto number = integer_from_text(digits);
    return number->fits ? Json(number->value) : Json(Json::BigInteger{digits});
  }
  Json real(double value) {
    if (std::isnan(value)) return tagging() ? one_tag("$float", "nan") : Json("NaN");
    if (std::isinf(value)) {
      const std::string sign = value < 0 ? "-" : "";
      return tagging() ? one_tag("$float", sign + "inf") : Json(sign + "Infinity");
    }
    if (tagging() && value == 0 && std::signbit(value)) return one_tag("$float", "-0.0");
    return value;
  }
  Json text(const std::string& text, bool surrogates) {
    if (!surrogates) return counted(text);
    if (tagging()) return one_tag("$str_surrogatepass_b64", encoded(text));
    return without_surrogates(counted(text));
  }
  Json item(const PickleItem& item) {
    switch (item.kind) {
      case PickleKind::boolean: return item.integer != 0;
      case PickleKind::integer: return integer(item.integer);
      case PickleKind::big_integer: return big_integer(item.text);
      case PickleKind::real: return real(item.real);
      case PickleKind::text: return text(item.text, check_utf8(item.text) == Utf8::with_surrogates);
      default: return leaf("$bytes", encoded(item.text));
    }
  }

  // --- values with values inside
  Json nested(PickleRef ref) {
    if (open_[ref]) refuse(fmt::format("a {} that contains itself", type_name(graph_, ref)));
    if (depth_ >= graph_.limits.depth) refuse(fmt::format("values nested more than {} deep", graph_.limits.depth));
    open_[ref] = true;
    ++depth_;
    Json value = opened(ref);
    --depth_;
    open_[ref] = false;
    return value;
  }

  Json opened(PickleRef ref) {
    switch (graph_.kind(ref)) {
      case PickleKind::list: return elements(graph_.list(ref));
      case PickleKind::tuple: return wrapped("$tuple", elements(graph_.list(ref)));
      case PickleKind::complex: return wrapped("$complex", elements(graph_.list(ref)));
      case PickleKind::set: return wrapped("$set", sorted(graph_.map(ref)));
      case PickleKind::frozen_set: return wrapped("$frozenset", sorted(graph_.map(ref)));
      case PickleKind::dict: return tagging() && !has_plain_keys(graph_.map(ref)) ? pairs("$dict", ref) : members(ref);
      case PickleKind::ordered_dict: return tagging() ? pairs("$OrderedDict", ref) : members(ref);
      case PickleKind::default_dict: return tagging() ? pairs("$defaultdict", ref) : members(ref);
      case PickleKind::counter: return tagging() ? pairs("$Counter", ref) : members(ref);
      case PickleKind::object: return object(ref);
      case PickleKind::old_bytes: refuse("a Python 2 text that is not ASCII; its encoding is not known");
      default: refuse(fmt::format("a {} that stands alone", type_name(graph_, ref)));
    }
  }

  Json wrapped(std::string_view tag, Json value) {
    return tagging() ? one_tag(tag, std::move(value)) : value;
  }

  Json elements(const std::vector<PickleRef>& items) {
    Json::Array made;
    made.reserve(places(items.size(), sizeof(Json)));
    for (const PickleRef element : items) made.push_back(make(element));
    return made;
  }

  // Sets have no order; as the earlier exports do, their items are sorted by their JSON text in ASCII.
  Json sorted(const PickleMap& set) {
    std::vector<std::pair<std::string, Json>> items;
    items.reserve(places(set.items.size(), 2 * sizeof(Json) + sizeof(std::string)));
    for (const auto& [ref, unused] : set.items) {
      Json value = make(ref);
      std::string text = value.dump(JsonStyle::python_hash);
      charge(text.size());
      items.emplace_back(std::move(text), std::move(value));
    }
    std::ranges::stable_sort(items, {}, [](const auto& entry) -> const std::string& { return entry.first; });
    Json::Array made;
    for (auto& [text, value] : items) made.push_back(std::move(value));
    return made;
  }

  [[nodiscard]] bool has_plain_keys(const PickleMap& map) const {
    return std::ranges::all_of(map.items, [&](const auto& entry) {
      return graph_.kind(entry.first) == PickleKind::text && !graph_.node(entry.first).surrogates &&
             !graph_.text(entry.first).starts_with('$');
    });
  }

  Json pairs(std::string_view tag, PickleRef ref) {
    Json::Array made;
    made.reserve(places(graph_.map(ref).items.size(), 3 * sizeof(Json)));
    for (const auto& [key, value] : graph_.map(ref).items) {
      Json::Array pair;
      pair.reserve(2);
      pair.push_back(make(key));
      pair.push_back(make(value));
      made.emplace_back(std::move(pair));
    }
    return one_tag(tag, std::move(made));
  }

  // Different keys may have one text (1 and "1"); as in Python the later value takes the place of the earlier.
  Json members(PickleRef ref) {
    const PickleMap& map = graph_.map(ref);
    const bool distinct = has_plain_keys(map) || std::ranges::all_of(map.items, [&](const auto& entry) {
                            return graph_.kind(entry.first) == PickleKind::text && !graph_.node(entry.first).surrogates;
                          });
    std::unordered_map<std::string, std::size_t> written;
    Json::Object made;
    made.reserve(places(map.items.size(), sizeof(Json::Member)));
    for (const auto& [key, value] : map.items) {
      std::string name = key_text(key);
      charge(2 * name.size());
      Json converted = make(value);
      if (!distinct) {
        charge(64 + name.size());
        const auto [place, added] = written.emplace(name, made.size());
        if (!added) {
          made[place->second].second = std::move(converted);
          continue;
        }
      }
      made.emplace_back(std::move(name), std::move(converted));
    }
    return made;
  }

  Json object(PickleRef ref) {
    const PickleObject& object = graph_.objects[graph_.node(ref).index];
    const std::string& type = graph_.text(object.type);
    if (!object.built) refuse(fmt::format("a {} that was never given its fields", type));
    Json fields = members(object.fields);
    if (object.extra != 0) {
      Json extra = members(object.extra);
      for (auto& [name, value] : extra.as_object()) fields.set(name, std::move(value));
    }
    if (!tagging()) return fields;
    charge(4 * sizeof(Json::Member) + type.size());
    Json::Object tagged{{"$object", type}, {"fields", std::move(fields)}};
    if (object.fields_set != 0) tagged.emplace_back("fields_set", sorted(graph_.map(object.fields_set)));
    return tagged;
  }

  Json array(const PickleArray& array) {
    if (!array.built) refuse("a numpy.ndarray that was never given its items");
    Json items = dimension(array, 0, 0);
    if (!tagging()) return items;
    charge((6 + array.shape.size()) * sizeof(Json::Member));
    Json shape = Json::array();
    for (const std::int64_t length : array.shape) shape.push_back(length);
    return one_tag("$ndarray", Json::Object{{"dtype", array.dtype.text()},
                                            {"shape", std::move(shape)},
                                            {"fortran", array.fortran},
                                            {"data", std::move(items)}});
  }

  // The items below one index; `offset` counts items in the order of the bytes.
  Json dimension(const PickleArray& array, std::size_t axis, std::size_t offset) {
    if (axis == array.shape.size())
      return item(numpy_item(array.dtype, std::string_view(graph_.texts[array.data])
                                              .substr(offset * array.dtype.size, array.dtype.size)));
    std::size_t stride = 1;
    const std::size_t first = array.fortran ? 0 : axis + 1;
    const std::size_t last = array.fortran ? axis : array.shape.size();
    for (std::size_t i = first; i < last; ++i) stride *= static_cast<std::size_t>(array.shape[i]);
    const auto count = static_cast<std::size_t>(array.shape[axis]);
    Json::Array made;
    made.reserve(places(count, sizeof(Json)));
    for (std::size_t i = 0; i < count; ++i) made.push_back(dimension(array, axis + 1, offset + i * stride));
    return made;
  }

  // --- str() of a key
  std::string key_text(PickleRef key) {
    const PickleNode& node = graph_.node(key);
    switch (node.kind) {
      case PickleKind::none: return "None";
      case PickleKind::boolean: return node.integer != 0 ? "True" : "False";
      case PickleKind::integer: return std::to_string(node.integer);
      case PickleKind::real: return real_text(node.real);
      case PickleKind::text: return node.surrogates ? without_surrogates(graph_.text(key)) : graph_.text(key);
      case PickleKind::big_integer:
      case PickleKind::date:
      case PickleKind::time:
      case PickleKind::decimal:
      case PickleKind::uuid:
      case PickleKind::path: return graph_.text(key);
      case PickleKind::datetime: {
        std::string text = graph_.text(key);
        text[10] = ' ';
        return text;
      }
      case PickleKind::enum_member: return graph_.text(graph_.list(key)[1]);
      case PickleKind::scalar: return key_text(graph_.list(key)[1]);
      case PickleKind::tuple: return tuple_text(key);
      default: refuse(fmt::format("a {} as a key", type_name(graph_, key)));
    }
  }
  // str() of a tuple of numbers and ASCII texts: "(1, 'a')".
  std::string tuple_text(PickleRef key) {
    std::string text = "(";
    for (const PickleRef part : graph_.list(key)) {
      const PickleKind kind = graph_.kind(part);
      if (text.size() > 1) text += ", ";
      if (kind == PickleKind::text) {
        const std::string& word = graph_.text(part);
        const bool simple = is_ascii(word) && std::ranges::all_of(word, [](char c) { return c >= ' ' && c != '\'' && c != '\\' && c != '\x7f'; });
        if (!simple) refuse("a tuple with a text of special characters as a key");
        text += "'" + word + "'";
      } else if (kind <= PickleKind::big_integer || kind == PickleKind::tuple) {
        text += key_text(part);
      } else {
        refuse(fmt::format("a tuple with a {} as a key", type_name(graph_, part)));
      }
      charge(text.size());
    }
    return text + (graph_.list(key).size() == 1 ? ",)" : ")");
  }

  const PickleGraph& graph_;
  Form form_;
  std::size_t left_;
  std::vector<bool> open_;
  std::size_t depth_ = 0;
};

}  // namespace

Json plain(const PickleValue& value) { return JsonMaker(value.graph(), Form::plain).make(value.root()); }
Json tagged(const PickleValue& value) { return JsonMaker(value.graph(), Form::tagged).make(value.root()); }

}  // namespace planwise::exchange
