#include "exchange/pickle_globals.h"

#include <algorithm>

namespace planwise::exchange {
namespace {

struct Entry {
  std::string_view module;
  std::string_view name;
  PickleGlobal global;
};

// Python 2 writes __builtin__ and copy_reg, and so does Python 3 up to protocol 2.
constexpr Entry fixed_entries[] = {
    {"datetime", "datetime", PickleGlobal::datetime},
    {"datetime", "date", PickleGlobal::date},
    {"datetime", "time", PickleGlobal::time},
    {"datetime", "timedelta", PickleGlobal::timedelta},
    {"datetime", "timezone", PickleGlobal::timezone},
    {"zoneinfo", "ZoneInfo", PickleGlobal::zone_info},
    {"decimal", "Decimal", PickleGlobal::decimal},
    {"uuid", "UUID", PickleGlobal::uuid},
    {"collections", "OrderedDict", PickleGlobal::ordered_dict},
    {"collections", "defaultdict", PickleGlobal::default_dict},
    {"collections", "Counter", PickleGlobal::counter},
    {"_codecs", "encode", PickleGlobal::encode},
    {"numpy", "dtype", PickleGlobal::numpy_dtype},
    {"numpy", "ndarray", PickleGlobal::numpy_array},
};

constexpr Entry builtin_entries[] = {
    {"", "complex", PickleGlobal::complex_number}, {"", "set", PickleGlobal::set},
    {"", "frozenset", PickleGlobal::frozen_set},   {"", "bytes", PickleGlobal::bytes},
    {"", "bytearray", PickleGlobal::byte_array},   {"", "getattr", PickleGlobal::getattr},
    {"", "object", PickleGlobal::object},          {"", "list", PickleGlobal::factory},
    {"", "dict", PickleGlobal::factory},           {"", "int", PickleGlobal::factory},
    {"", "long", PickleGlobal::factory},           {"", "float", PickleGlobal::factory},
    {"", "str", PickleGlobal::factory},            {"", "unicode", PickleGlobal::factory},
    {"", "bool", PickleGlobal::factory},           {"", "tuple", PickleGlobal::factory},
};

constexpr Entry path_entries[] = {
    {"", "PurePosixPath", PickleGlobal::posix_path},      {"", "PosixPath", PickleGlobal::posix_path},
    {"", "PureWindowsPath", PickleGlobal::windows_path},  {"", "WindowsPath", PickleGlobal::windows_path},
};

constexpr Entry storage_entries[] = {
    {"", "OptimizationRun", PickleGlobal::model},           {"", "OptimizationMetadata", PickleGlobal::model},
    {"", "OptimizationConfiguration", PickleGlobal::model}, {"", "OptimizationResults", PickleGlobal::model},
    {"", "OptimizationObjective", PickleGlobal::dataclass}, {"", "OptimizationConstraint", PickleGlobal::dataclass},
    {"", "OptimizationType", PickleGlobal::enumeration},    {"", "OptimizationStatus", PickleGlobal::enumeration},
    {"", "OptimizationEngine", PickleGlobal::enumeration},  {"", "ExportFormat", PickleGlobal::enumeration},
};

constexpr Entry lever_entries[] = {
    {"", "ParameterBounds", PickleGlobal::dataclass},     {"", "ParameterDefinition", PickleGlobal::dataclass},
    {"", "ParameterCategory", PickleGlobal::enumeration}, {"", "ParameterType", PickleGlobal::enumeration},
    {"", "ParameterUnit", PickleGlobal::enumeration},     {"", "RiskLevel", PickleGlobal::enumeration},
};

constexpr Entry engine_entries[] = {
    {"", "OptimizationResult", PickleGlobal::model},
    {"", "OptimizationError", PickleGlobal::model},
    {"", "OptimizationRequest", PickleGlobal::model},
};

std::optional<PickleGlobal> by_name(std::span<const Entry> entries, std::string_view name) noexcept {
  const auto found = std::ranges::find(entries, name, &Entry::name);
  return found == entries.end() ? std::nullopt : std::optional(found->global);
}

std::optional<PickleGlobal> in_copy_module(std::string_view name) noexcept {
  if (name == "_reconstructor") return PickleGlobal::reconstructor;
  if (name == "__newobj__") return PickleGlobal::new_object;
  return std::nullopt;
}

std::optional<PickleGlobal> in_numpy_core(std::string_view module, std::string_view name) noexcept {
  module.remove_prefix(module.starts_with("numpy._core.") ? 12 : 11);
  if (module == "multiarray" && name == "scalar") return PickleGlobal::numpy_scalar;
  if (module == "multiarray" && name == "_reconstruct") return PickleGlobal::numpy_reconstruct;
  if (module == "numeric" && name == "_frombuffer") return PickleGlobal::numpy_frombuffer;
  return std::nullopt;
}

constexpr EnumMember types[] = {{"ADVANCED_SCIPY", "advanced_scipy"},
                                {"COMPENSATION_TUNING", "compensation_tuning"},
                                {"POLICY_OPTIMIZATION", "policy_optimization"},
                                {"MANUAL_ADJUSTMENT", "manual_adjustment"}};
constexpr EnumMember statuses[] = {{"RUNNING", "running"},
                                   {"COMPLETED", "completed"},
                                   {"FAILED", "failed"},
                                   {"CANCELLED", "cancelled"},
                                   {"DRAFT", "draft"}};
constexpr EnumMember engines[] = {{"SCIPY_SLSQP", "scipy_slsqp"}, {"SCIPY_DE", "scipy_de"},
                                  {"SCIPY_LBFGSB", "scipy_lbfgsb"}, {"MANUAL", "manual"},
                                  {"GRID_SEARCH", "grid_search"},   {"GENETIC_ALGORITHM", "genetic_algorithm"}};
constexpr EnumMember export_formats[] = {
    {"JSON", "json"}, {"CSV", "csv"}, {"EXCEL", "excel"}, {"PARQUET", "parquet"}, {"PICKLE", "pickle"}};
constexpr EnumMember categories[] = {{"MERIT", "merit"},       {"COLA", "cola"},
                                     {"PROMOTION", "promotion"}, {"NEW_HIRE", "new_hire"},
                                     {"TERMINATION", "termination"}, {"GENERAL", "general"}};
constexpr EnumMember parameter_types[] = {
    {"FLOAT", "float"}, {"PERCENTAGE", "percentage"}, {"MULTIPLIER", "multiplier"}, {"INTEGER", "integer"}};
constexpr EnumMember units[] = {{"PERCENTAGE", "percentage"},
                                {"MULTIPLIER", "multiplier"},
                                {"CURRENCY", "currency"},
                                {"COUNT", "count"},
                                {"RATIO", "ratio"}};
constexpr EnumMember risks[] = {{"LOW", "LOW"}, {"MEDIUM", "MEDIUM"}, {"HIGH", "HIGH"}, {"CRITICAL", "CRITICAL"}};

}  // namespace

std::optional<PickleGlobal> find_pickle_global(std::string_view module, std::string_view name) noexcept {
  for (const Entry& entry : fixed_entries)
    if (entry.module == module && entry.name == name) return entry.global;
  if (module == "builtins" || module == "__builtin__") return by_name(builtin_entries, name);
  if (module == "copyreg" || module == "copy_reg") return in_copy_module(name);
  if (module == "pathlib" || module == "pathlib._local") return by_name(path_entries, name);
  if (module == "optimization_storage" || module == "streamlit_dashboard.optimization_storage")
    return by_name(storage_entries, name);
  if (module == "optimization_schemas" || module == "streamlit_dashboard.optimization_schemas")
    return by_name(lever_entries, name);
  if (module == "orchestrator.optimization.optimization_schemas") return by_name(engine_entries, name);
  if (module == "__main__") {
    for (const std::span<const Entry> entries : {std::span<const Entry>(storage_entries),
                                                 std::span<const Entry>(lever_entries),
                                                 std::span<const Entry>(engine_entries)})
      if (const auto found = by_name(entries, name)) return found;
    return std::nullopt;
  }
  if (module.starts_with("numpy.core.") || module.starts_with("numpy._core.")) return in_numpy_core(module, name);
  return std::nullopt;
}

std::span<const EnumMember> enum_members(std::string_view class_name) noexcept {
  if (class_name == "OptimizationType") return types;
  if (class_name == "OptimizationStatus") return statuses;
  if (class_name == "OptimizationEngine") return engines;
  if (class_name == "ExportFormat") return export_formats;
  if (class_name == "ParameterCategory") return categories;
  if (class_name == "ParameterType") return parameter_types;
  if (class_name == "ParameterUnit") return units;
  if (class_name == "RiskLevel") return risks;
  return {};
}

}  // namespace planwise::exchange
