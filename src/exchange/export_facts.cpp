#include "exchange/export_facts.h"

#include "core/json_text.h"
#include "planwise/error.h"

namespace planwise::exchange {

RunDocument run_document(const Run& run, const ExportedRun& facts, const ExportContext& context) {
  RunDocument out;
  out.content_hash = facts.content_hash;
  out.version = facts.version;
  if (context.simulation_data == SimulationData::leave_out && run.simulation_data) {
    Run slim = run;
    slim.simulation_data.reset();
    out.document = to_json(slim);
    out.exported_hash = content_hash(slim);
  } else {
    out.document = to_json(run);
    out.exported_hash = content_hash(run);
  }
  if (out.content_hash.empty()) out.content_hash = content_hash(run);
  return out;
}

Json export_facts(const ExportContext& context) {
  return Json::Object{
      {"exported_at", to_text(context.exported_at)},
      {"exported_by", context.exported_by},
      {"program_version", context.program_version},
      {"store", context.store},
      {"query", context.query},
      {"simulation_data", context.simulation_data == SimulationData::include ? "included" : "left out"}};
}

Json described_document(const Run& run, const ExportedRun& run_facts, const ExportContext& context) {
  RunDocument described = run_document(run, run_facts, context);
  Json facts = Json::Object{{"format", "planwise-run"},
                            {"version", document_version},
                            {"content_hash", described.content_hash},
                            {"exported_hash", described.exported_hash},
                            {"run_version", described.version}};
  const Json about = export_facts(context);
  for (const auto& [key, value] : about.as_object()) facts.set(key, value);
  Json::Object out;
  out.reserve(6);
  out.emplace_back("planwise", std::move(facts));
  for (auto& member : described.document.as_object()) out.push_back(std::move(member));
  return out;
}

void check_format_version(const Json& version) {
  if (version.is_integer() && version.as_integer() >= 1 && version.as_integer() <= document_version) return;
  throw Error(ErrorCode::unsupported, "export version " + version.dump() +
                                          " is unknown here; this program reads up to " +
                                          std::to_string(document_version));
}

Run run_from_described(Json document, std::string_view zone) {
  std::string exported_hash;
  if (const Json* facts = document.find("planwise"); facts != nullptr) {
    if (const Json* version = facts->find("version")) check_format_version(*version);
    const Json* hash = facts->find("exported_hash");
    if (hash == nullptr) hash = facts->find("content_hash");
    if (hash != nullptr) exported_hash = hash->as_string();
    document.erase("planwise");
  }
  return checked_run(document, zone, exported_hash);
}

core::Overwrite overwrite_of(const ExportContext& context) noexcept {
  return context.overwrite == Overwrite::replace ? core::Overwrite::replace : core::Overwrite::refuse;
}

Run checked_run(const Json& document, std::string_view zone, std::string_view exported_hash) {
  // What older programs stored may have no place of its own; the hash says whether it came back as it was.
  Run run = run_from_json(document, UnknownFields::keep, zone);
  if (!exported_hash.empty() && content_hash(run) != exported_hash) {
    throw Error(ErrorCode::corrupt, "run " + core::excerpt(run.metadata.run_id) +
                                        " does not have the content hash that its export states (" +
                                        std::string(exported_hash) + "): it was changed after the export");
  }
  return run;
}

}  // namespace planwise::exchange
