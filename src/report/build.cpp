#include "report/build.h"

#include <fmt/format.h>

#include "report/draft.h"

namespace planwise::report {

namespace {

using Maker = Section (*)(Draft&);

/// Studies that decide no lever have neither costs of a plan nor bounds that it ends on.
std::vector<Maker> makers_of(const Draft& draft) {
  if (draft.kind == "uncertainty")
    return {summary_section, decision_section, advice_section, uncertainty_section, lever_section,  risk_section,
            search_section,  changes_section,  method_section, origin_section,      missing_section};
  if (draft.kind == "sensitivity")
    return {summary_section, decision_section, advice_section, sensitivity_section, lever_section,
            search_section,  changes_section,  method_section, origin_section,      missing_section};
  return {summary_section,     decision_section,    advice_section, lever_section,     bounds_section,
          cost_section,        people_section,      equity_section, condition_section, front_section,
          sensitivity_section, uncertainty_section, risk_section,   search_section,    changes_section,
          method_section,      origin_section,      missing_section};
}

std::vector<Section> full_sections(Draft& draft) {
  std::vector<Section> sections;
  for (const Maker make : makers_of(draft)) {
    Section section = make(draft);
    if (!section.blocks.empty()) sections.push_back(std::move(section));
  }
  return sections;
}

}  // namespace

EvidenceReport build_report(const ReportFacts& facts) {
  Draft draft(facts);
  const Metadata& metadata = facts.subject.run.metadata;
  EvidenceReport report;
  report.board = facts.board;
  report.title = metadata.scenario_id;
  report.subtitle = (facts.board ? "Board summary of " : "Evidence report of ") + subject_text(draft);
  report.facts = {{"Run", metadata.run_id}, {"Type", metadata.optimization_type}};
  if (metadata.created_at.microseconds != 0)
    report.facts.emplace_back("Created", to_text(metadata.created_at).substr(0, 10));
  if (metadata.completed_at) report.facts.emplace_back("Completed", to_text(*metadata.completed_at).substr(0, 10));
  report.facts.emplace_back("Status", metadata.status);
  if (facts.other) report.facts.emplace_back("Compared with", facts.other->run.metadata.run_id);
  report.sections = facts.board ? board_sections(draft) : full_sections(draft);
  report.footer = fmt::format("Run {}, version {}, content hash {}. From stored data alone; written by PlanWise.",
                              metadata.run_id, facts.subject.version, facts.subject.content_hash);
  return report;
}

}  // namespace planwise::report
