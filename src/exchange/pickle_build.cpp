// The instruction BUILD: the state of records, UUIDs, numpy types and arrays.
#include <algorithm>

#include <fmt/format.h>

#include "exchange/pickle_builder.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

constexpr std::size_t most_extra_fields = 1000;  // they are merged one by one

// The value of a text key, or nullptr.
const PickleRef* find(const PickleGraph& graph, const PickleMap& map, std::string_view key) {
  for (const auto& [name, value] : map.items)
    if (graph.kind(name) == PickleKind::text && graph.text(name) == key) return &value;
  return nullptr;
}

// Fields are named by plain identifiers; a name like __setstate__ or __class__ is a trick.
void check_field_names(const PickleGraph& graph, const PickleMap& fields, const std::string& type) {
  for (const auto& [name, value] : fields.items) {
    if (graph.kind(name) != PickleKind::text || graph.node(name).surrogates)
      throw Error(ErrorCode::corrupt, fmt::format("a field of {} is named by a {}", type, type_name(graph, name)));
    if (graph.text(name).starts_with("__"))
      throw Error(ErrorCode::unsupported,
                  fmt::format("the state of {} holds {:.60}, which is no field", type, graph.text(name)));
  }
}

}  // namespace

void PickleBuilder::build(PickleRef target, PickleRef state) {
  switch (graph_->kind(target)) {
    case PickleKind::object: return build_object(target, state);
    case PickleKind::uuid: return build_uuid(target, state);
    case PickleKind::dtype: return build_dtype(target, state);
    case PickleKind::array: return build_array(target, state);
    default:
      throw Error(ErrorCode::unsupported,
                  fmt::format("a {} is given a state, which only records have", type_name(*graph_, target)));
  }
}

void PickleBuilder::build_object(PickleRef target, PickleRef state) {
  PickleObject& object = graph_->objects[graph_->node(target).index];
  const std::string& type = graph_->text(object.type);
  if (object.built) throw Error(ErrorCode::corrupt, fmt::format("a {} is given its state twice", type));
  if (graph_->kind(state) != PickleKind::dict)
    throw Error(ErrorCode::corrupt, fmt::format("the state of {} is a {}", type, type_name(*graph_, state)));
  if (global_of(object.type) == PickleGlobal::model) {
    build_model(object, graph_->map(state));
  } else {
    check_field_names(*graph_, graph_->map(state), type);
    object.fields = state;
  }
  object.built = true;
}

// pydantic 1: __dict__, __fields_set__, __private_attribute_values__; pydantic 2: __dict__, __pydantic_extra__,
// __pydantic_fields_set__, __pydantic_private__.
void PickleBuilder::build_model(PickleObject& object, const PickleMap& state) {
  const std::string& type = graph_->text(object.type);
  static constexpr std::string_view allowed[] = {"__dict__",           "__fields_set__",          "__private_attribute_values__",
                                                 "__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__"};
  for (const auto& [name, value] : state.items)
    if (graph_->kind(name) != PickleKind::text || std::ranges::find(allowed, graph_->text(name)) == std::end(allowed))
      throw Error(ErrorCode::unsupported, fmt::format("the state of {} holds a name that pydantic does not write", type));
  const auto optional_dict = [&](std::string_view name) {
    const PickleRef* part = find(*graph_, state, name);
    if (part == nullptr || *part == none) return none;
    if (graph_->kind(*part) != PickleKind::dict)
      throw Error(ErrorCode::corrupt, fmt::format("{} of {} is a {}", name, type, type_name(*graph_, *part)));
    check_field_names(*graph_, graph_->map(*part), type);
    return *part;
  };
  object.fields = optional_dict("__dict__");
  if (object.fields == none) throw Error(ErrorCode::corrupt, fmt::format("the state of {} has no __dict__", type));
  object.extra = optional_dict("__pydantic_extra__");
  if (graph_->kind(object.extra) == PickleKind::dict && graph_->map(object.extra).items.size() > most_extra_fields)
    throw Error(ErrorCode::unsupported, fmt::format("more than {} undeclared fields of {}", most_extra_fields, type));
  optional_dict("__private_attribute_values__");
  optional_dict("__pydantic_private__");
  for (const std::string_view name : {"__fields_set__", "__pydantic_fields_set__"}) {
    const PickleRef* names = find(*graph_, state, name);
    if (names == nullptr || *names == none) continue;
    const bool fits = graph_->kind(*names) == PickleKind::set &&
                      std::ranges::all_of(graph_->map(*names).items, [&](const auto& item) {
                        return graph_->kind(item.first) == PickleKind::text;
                      });
    if (!fits) throw Error(ErrorCode::corrupt, fmt::format("{} of {} is no set of names", name, type));
    object.fields_set = *names;
  }
}

void PickleBuilder::build_uuid(PickleRef target, PickleRef state) {
  std::string& text = graph_->texts[graph_->node(target).index];
  if (!text.empty() || graph_->kind(state) != PickleKind::dict)
    throw Error(ErrorCode::corrupt, "uuid.UUID with a state that is none of it");
  const PickleMap& map = graph_->map(state);
  const PickleRef* number = find(*graph_, map, "int");
  const PickleRef* safe = find(*graph_, map, "is_safe");
  const std::size_t known = (number != nullptr ? 1U : 0U) + (safe != nullptr ? 1U : 0U);
  if (number == nullptr || map.items.size() != known ||
      (safe != nullptr && *safe != none && graph_->kind(*safe) != PickleKind::integer))
    throw Error(ErrorCode::corrupt, "uuid.UUID with a state other than {'int': number}");
  const bool small = graph_->kind(*number) == PickleKind::integer;
  if (!small && graph_->kind(*number) != PickleKind::big_integer)
    throw Error(ErrorCode::corrupt, "uuid.UUID whose int is no number");
  const auto uuid =
      uuid_from_decimal(small ? std::to_string(graph_->node(*number).integer) : graph_->text(*number));
  if (!uuid) throw Error(ErrorCode::corrupt, "uuid.UUID whose int is not of 128 bits");
  charge(uuid->size() + 17);
  text = *uuid;
}

}  // namespace planwise::exchange
