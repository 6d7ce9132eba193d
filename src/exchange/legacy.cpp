#include "exchange/legacy.h"

#include <string_view>
#include <unordered_map>

#include "core/hash.h"
#include "core/ids.h"
#include "exchange/legacy_entry.h"
#include "exchange/pickle_graph.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

constexpr std::string_view request_class = "OptimizationRequest";
constexpr std::string_view error_class = "OptimizationError";

bool is_whole_run(const Json& entry) noexcept {
  const Json* metadata = entry.find("metadata");
  return metadata != nullptr && metadata->is_object();
}

// What an unrecognized value looks like, for the message.
std::string described(const Json& value) {
  if (!value.is_object()) return "a JSON " + std::string(value.kind_name());
  if (value.empty()) return "an empty object";
  std::string keys;
  std::size_t shown = 0;
  for (const auto& [key, unused] : value.as_object()) {
    if (++shown > 6) break;
    keys += (keys.empty() ? "" : ", ") + Json(key.substr(0, 40)).dump();
  }
  return "an object with the keys " + keys + (value.size() > 6 ? ", ..." : "");
}

class LegacyReader {
 public:
  explicit LegacyReader(const LegacySource& source) : source_(source) {}

  // `type` is the pickled class or empty.
  Run read(const Json& entry, std::string_view type, const std::string& place) {
    try {
      return is_whole_run(entry) ? whole_run(entry) : result(entry, type);
    } catch (const Error& error) {
      throw Error(ErrorCode::invalid_argument, place.empty() ? error.what() : place + ": " + error.what());
    }
  }

 private:
  Run whole_run(const Json& entry) {
    Json document = entry;
    document.erase("planwise");  // facts about the export, not about the run
    Json& metadata = *document.find("metadata");
    const Json* run_id = metadata.find("run_id");
    if (run_id == nullptr || run_id->is_null() || *run_id == Json("")) metadata.set("run_id", identity(entry));
    const Json* scenario = metadata.find("scenario_id");
    if (scenario == nullptr || scenario->is_null()) metadata.set("scenario_id", "legacy_import");
    return run_from_json(document, UnknownFields::keep, source_.zone);
  }

  Run result(const Json& entry, std::string_view type) {
    const bool request = type.ends_with(request_class);
    if (!entry.is_object() || (!request && !is_legacy_entry(entry)))
      throw Error(ErrorCode::invalid_argument,
                  described(entry) + " is no result; expected a dict with scenario_id, optimal_parameters or another "
                                     "field of a result, an OptimizationResult or -Run, or {metadata, configuration, "
                                     "results}");
    const LegacyKind kind = request                       ? LegacyKind::request
                            : type.ends_with(error_class) ? LegacyKind::failure
                                                          : legacy_kind(entry);
    return run_from_json(run_document(entry, kind, identity(entry)), UnknownFields::keep, source_.zone);
  }

  std::string identity(const Json& entry) {
    const std::string digest = core::sha256_hex(entry.dump(JsonStyle::canonical));
    return core::uuid_from("legacy " + digest + " " + std::to_string(ordinals_[digest]++));
  }

  const LegacySource& source_;
  std::unordered_map<std::string, std::int64_t> ordinals_;
};

// The classes of the document itself (first) and of its elements when it is a list.
std::vector<std::string> classes_of(const PickleValue& value) {
  const PickleGraph& graph = value.graph();
  std::vector<std::string> names{value.type_name()};
  const PickleKind kind = graph.kind(value.root());
  if (kind == PickleKind::list || kind == PickleKind::tuple)
    for (const PickleRef element : graph.list(value.root())) names.push_back(type_name(graph, element));
  return names;
}

std::vector<Run> convert(const Json& document, const std::vector<std::string>& classes, const LegacySource& source) {
  LegacyReader reader(source);
  std::vector<Run> runs;
  const Json* listed = document.find("runs");
  const bool ours = listed != nullptr && listed->is_array() && document.find("format") != nullptr;
  if (!ours && !document.is_array()) {
    runs.push_back(reader.read(document, classes.empty() ? "" : classes[0], ""));
    return runs;
  }
  const Json::Array& entries = ours ? listed->as_array() : document.as_array();
  const bool named = !ours && classes.size() == entries.size() + 1;
  for (std::size_t i = 0; i < entries.size(); ++i)
    runs.push_back(reader.read(entries[i], named ? classes[i + 1] : "", "entry " + std::to_string(i)));
  return runs;
}

}  // namespace

std::vector<Run> runs_from_legacy(const Json& plain_document, const LegacySource& source) {
  return convert(plain_document, {}, source);
}

std::vector<Run> runs_from_pickle(const PickleValue& value, const LegacySource& source) {
  return convert(plain(value), classes_of(value), source);
}

}  // namespace planwise::exchange
