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

core::Overwrite overwrite_of(const ExportContext& context) noexcept {
  return context.overwrite == Overwrite::replace ? core::Overwrite::replace : core::Overwrite::refuse;
}

Run checked_run(const Json& document, std::string_view zone, std::string_view exported_hash) {
  Run run = run_from_json(document, UnknownFields::refuse, zone);
  if (!exported_hash.empty() && content_hash(run) != exported_hash) {
    throw Error(ErrorCode::corrupt, "run " + core::excerpt(run.metadata.run_id) +
                                        " does not have the content hash that its export states (" +
                                        std::string(exported_hash) + "): it was changed after the export");
  }
  return run;
}

}  // namespace planwise::exchange
