#include "store/query_fields.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <vector>

#include "core/near.h"
#include "planwise/run.h"

namespace planwise::store {
namespace {

enum class Nulls { possible, never };

struct StaticField {
  std::string_view name, aliases;
  FieldKind kind;
  FieldTable table;
  std::string_view sql;
  Nulls nulls = Nulls::possible;
};

// Integers beyond 32 bits do not fit the older tables' columns; details.exact holds them then, by name.
#define PLANWISE_EXACT(column)                                                                                    \
  "coalesce(r." column ", CASE WHEN d.exact IS NOT NULL THEN TRY(TRY_CAST(json_extract_string(d.exact, '/" column \
  "') AS BIGINT)) END)"

// A new field is one line here and one in docs/query-language.md.
constexpr StaticField static_fields[] = {
    {"run_id", "run id", FieldKind::text, FieldTable::details, "d.run_id", Nulls::never},
    {"scenario_id", "scenario", FieldKind::text, FieldTable::runs, "r.scenario_id", Nulls::never},
    {"user_id", "user", FieldKind::text, FieldTable::runs, "r.user_id"},
    {"session_id", "session", FieldKind::text, FieldTable::runs, "r.session_id"},
    {"optimization_type", "type", FieldKind::text, FieldTable::runs, "r.optimization_type", Nulls::never},
    {"optimization_engine", "engine", FieldKind::text, FieldTable::runs, "r.optimization_engine", Nulls::never},
    {"status", "", FieldKind::text, FieldTable::runs, "r.status", Nulls::never},
    {"created_at", "created", FieldKind::time, FieldTable::details, "d.created_at", Nulls::never},
    {"updated_at", "updated", FieldKind::time, FieldTable::runs, "r.updated_at", Nulls::never},
    {"completed_at", "completed", FieldKind::time, FieldTable::runs, "r.completed_at"},
    {"random_seed", "seed", FieldKind::integer, FieldTable::runs, PLANWISE_EXACT("random_seed")},
    {"max_evaluations", "", FieldKind::integer, FieldTable::runs, PLANWISE_EXACT("max_evaluations")},
    {"timeout_minutes", "timeout", FieldKind::integer, FieldTable::runs, PLANWISE_EXACT("timeout_minutes")},
    {"use_synthetic_mode", "synthetic", FieldKind::boolean, FieldTable::runs, "r.use_synthetic_mode"},
    {"runtime_seconds", "runtime", FieldKind::real, FieldTable::runs, "r.runtime_seconds"},
    {"function_evaluations", "evaluations", FieldKind::integer, FieldTable::runs,
     PLANWISE_EXACT("function_evaluations")},
    {"converged", "", FieldKind::boolean, FieldTable::runs, "r.converged"},
    {"convergence_message", "message", FieldKind::free_text, FieldTable::runs, "r.convergence_message"},
    {"description", "", FieldKind::free_text, FieldTable::runs, "r.description"},
    {"tags", "tag", FieldKind::tags, FieldTable::runs, "r.tags"},
    {"business_justification", "justification", FieldKind::free_text, FieldTable::runs, "r.business_justification"},
    {"notes", "note", FieldKind::free_text, FieldTable::details, "d.notes"},
    {"configuration_hash", "", FieldKind::text, FieldTable::runs, "r.configuration_hash"},
    {"content_hash", "hash", FieldKind::text, FieldTable::details, "d.content_hash", Nulls::never},
    {"objective_value", "objective", FieldKind::real, FieldTable::details, "d.objective_value"},
    {"risk_level", "risk", FieldKind::text, FieldTable::details, "d.risk_level"},
    {"version", "", FieldKind::integer, FieldTable::details, "d.version", Nulls::never},
    {"locked", "", FieldKind::boolean, FieldTable::details, "d.locked", Nulls::never},
    {"lock_reason", "", FieldKind::free_text, FieldTable::details, "d.lock_reason"},
    {"archived", "", FieldKind::boolean, FieldTable::details, "(d.archived_at IS NOT NULL)", Nulls::never},
    {"archived_at", "", FieldKind::time, FieldTable::details, "d.archived_at"},
    {"actor", "", FieldKind::text, FieldTable::details, "d.actor", Nulls::never},
    {"source", "", FieldKind::text, FieldTable::details, "d.source", Nulls::never},
};
#undef PLANWISE_EXACT

/// Fields inside a JSON column: PREFIX.PATH.
struct JsonField {
  std::string_view prefix, shown;  ///< `shown` is the short form.
  FieldKind kind;
  FieldTable table;
  std::string_view column;
};
constexpr JsonField json_fields[] = {
    {"param", "param", FieldKind::real, FieldTable::results, "s.optimal_parameters"},
    {"optimal_parameters", "param", FieldKind::real, FieldTable::results, "s.optimal_parameters"},
    {"initial", "initial", FieldKind::real, FieldTable::configurations, "c.initial_parameters"},
    {"initial_parameters", "initial", FieldKind::real, FieldTable::configurations, "c.initial_parameters"},
    {"objective", "objective", FieldKind::real, FieldTable::results, "s.objective_breakdown"},
    {"objective_breakdown", "objective", FieldKind::real, FieldTable::results, "s.objective_breakdown"},
    {"config", "config", FieldKind::mixed, FieldTable::configurations, "c.algorithm_config"},
    {"algorithm_config", "config", FieldKind::mixed, FieldTable::configurations, "c.algorithm_config"},
    {"bounds", "bounds", FieldKind::mixed, FieldTable::configurations, "c.parameter_bounds"},
    {"parameter_bounds", "bounds", FieldKind::mixed, FieldTable::configurations, "c.parameter_bounds"},
    {"risk_assessment", "risk_assessment", FieldKind::mixed, FieldTable::results, "s.risk_assessment"},
    {"cost_impact", "cost_impact", FieldKind::mixed, FieldTable::results, "s.estimated_cost_impact"},
    {"estimated_cost_impact", "cost_impact", FieldKind::mixed, FieldTable::results, "s.estimated_cost_impact"},
    {"employee_impact", "employee_impact", FieldKind::mixed, FieldTable::results, "s.estimated_employee_impact"},
    {"estimated_employee_impact", "employee_impact", FieldKind::mixed, FieldTable::results,
     "s.estimated_employee_impact"},
    {"projected_outcomes", "projected_outcomes", FieldKind::mixed, FieldTable::results, "s.projected_outcomes"},
    {"provenance", "provenance", FieldKind::mixed, FieldTable::details, "d.provenance"},
};

std::string lower_ascii(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

/// Calls `visit` with each blank-separated word.
template <typename Visit>
void each_word(std::string_view words, Visit visit) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (end > 0) visit(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

bool has_name(const StaticField& field, std::string_view name) {
  bool found = field.name == name;
  each_word(field.aliases, [&](std::string_view alias) { found = found || alias == name; });
  return found;
}

std::string pointer_to(std::span<const std::string> segments) {
  std::string pointer;
  for (const std::string& segment : segments) {
    pointer += '/';
    for (char c : segment) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return pointer;
}

ResolvedField json_field(const JsonField& source, const QueryField& field, std::span<const std::string> path) {
  ResolvedField result;
  result.name = print_field(field);
  result.kind = source.kind;
  if (source.shown == "param" && path.size() == 1 &&
      std::find(std::begin(lever_names), std::end(lever_names), path[0]) != std::end(lever_names)) {
    result.sql = "d." + path[0];  // a name of our own list, not the caller's text
    return result;
  }
  result.table = source.table;
  result.pointer = pointer_to(path);
  const std::string text = "json_extract_string(" + std::string(source.column) + ", ?)";
  result.sql = source.kind == FieldKind::real ? "TRY(TRY_CAST(" + text + " AS DOUBLE))" : "TRY(" + text + ")";
  return result;
}

std::string unknown_field(const QueryField& field, std::string_view name) {
  std::string problem = "unknown field \"" + print_field(field) + "\"";
  if (field.segments.size() == 1) {
    if (std::find(std::begin(lever_names), std::end(lever_names), name) != std::end(lever_names)) {
      return problem + "; did you mean param." + std::string(name) + "?";
    }
    std::vector<std::string_view> candidates;
    for (const StaticField& known : static_fields) {
      candidates.push_back(known.name);
      each_word(known.aliases, [&](std::string_view alias) { candidates.push_back(alias); });
    }
    return problem + core::did_you_mean(name, candidates);
  }
  return problem + core::did_you_mean(name, field_prefixes());
}

}  // namespace

std::optional<ResolvedField> resolve_field(const QueryField& field, std::string& problem) {
  std::span<const std::string> segments = field.segments;
  std::string head = lower_ascii(segments.front());
  if (segments.size() > 1 && (head == "metadata" || head == "configuration" || head == "results")) {
    segments = segments.subspan(1);
    head = lower_ascii(segments.front());
  }
  if (segments.size() == 1) {
    for (const StaticField& known : static_fields) {
      if (!has_name(known, head)) continue;
      return ResolvedField{std::string(known.name), known.kind,   known.table,
                           std::string(known.sql),  std::nullopt, known.nulls == Nulls::possible};
    }
  }
  for (const JsonField& known : json_fields) {
    if (known.prefix != head) continue;
    if (segments.size() > 1) return json_field(known, field, segments.subspan(1));
    problem = "\"" + head + "\" needs a name behind it, such as " + std::string(known.shown) +
              (known.kind == FieldKind::real ? ".cola_rate" : ".key");
    return std::nullopt;
  }
  problem = unknown_field(field, head);
  return std::nullopt;
}

std::span<const FieldDescription> field_descriptions() {
  static const auto descriptions = [] {
    std::array<FieldDescription, std::size(static_fields)> result;
    std::transform(std::begin(static_fields), std::end(static_fields), result.begin(), [](const StaticField& field) {
      return FieldDescription{field.name, field.aliases, field.kind};
    });
    return result;
  }();
  return descriptions;
}

std::span<const std::string_view> field_prefixes() {
  static const auto prefixes = [] {
    std::array<std::string_view, std::size(json_fields)> result;
    std::transform(std::begin(json_fields), std::end(json_fields), result.begin(),
                   [](const JsonField& field) { return field.prefix; });
    return result;
  }();
  return prefixes;
}

std::string_view kind_text(FieldKind kind) {
  switch (kind) {
    case FieldKind::text:
      return "text";
    case FieldKind::free_text:
      return "free text";
    case FieldKind::integer:
      return "a whole number";
    case FieldKind::real:
      return "a number";
    case FieldKind::boolean:
      return "true or false";
    case FieldKind::time:
      return "a time";
    case FieldKind::tags:
      return "tags";
    case FieldKind::mixed:
      return "any value";
  }
  return "";
}

}  // namespace planwise::store
