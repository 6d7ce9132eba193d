// Evidence reports: the facts of a run, gathered for src/report, and the file.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/files.h"
#include "core/personal.h"
#include "manager/pdf_browser.h"
#include "manager/report_simulation.h"
#include "planwise/error.h"
#include "planwise/report.h"
#include "report/build.h"
#include "report/html.h"
#include "report/markdown.h"

namespace planwise {

namespace {

namespace fs = std::filesystem;

constexpr std::pair<std::string_view, ReportForm> forms[] = {
    {"markdown", ReportForm::markdown}, {"html", ReportForm::html}, {"pdf", ReportForm::pdf}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string state_of(const RunSummary& summary) {
  std::string state;
  const auto add = [&](const std::string& word) { state += (state.empty() ? "" : ", ") + word; };
  if (summary.locked) add("locked");
  if (summary.archived_at) add("archived");
  if (summary.queued) add("queued");
  if (summary.run_state && *summary.run_state != "running") add(*summary.run_state);
  return state;
}

report::StoredRun read(ResultsManager& manager, std::string_view run_id, const std::optional<std::int64_t>& version) {
  report::StoredRun stored;
  const RunSummary summary = manager.summary(run_id);
  stored.version = version.value_or(summary.version);
  const bool current = stored.version == summary.version;
  stored.run = current ? manager.load(run_id) : manager.load_version(run_id, stored.version);
  stored.content_hash = current ? summary.content_hash : content_hash(stored.run);
  if (current) stored.state = state_of(summary);
  stored.provenance = manager.provenance(run_id);
  // The folder that the data lay in says nothing of the data.
  if (Json* source = stored.provenance.find("source"); source != nullptr && source->is_string())
    *source = fs::path(source->as_string()).filename().string();
  core::drop_ssn(stored.run);
  core::drop_ssn(stored.provenance);
  return stored;
}

std::vector<report::AuditFact> audit_of(ResultsManager& manager, std::string_view run_id) {
  std::vector<report::AuditFact> facts;
  AuditRequest request;
  request.run_id = std::string(run_id);
  manager.audit_log(request, [&](const AuditEntry& entry) {
    facts.push_back({entry.sequence, entry.recorded_at, entry.actor, entry.action, entry.entry_hash, entry.reason});
    return true;
  });
  return facts;
}

/// Of the PDF: when the run ended, not when the report was printed.
Timestamp date_of(const Metadata& metadata) { return metadata.completed_at.value_or(metadata.created_at); }

fs::path target_of(std::string_view run_id, const fs::path& target, const ReportOptions& options) {
  const std::string name =
      fmt::format("report_{}{}{}", core::file_name_from(run_id),
                  options.edition == ReportEdition::board ? "_board" : "", extension(options.form));
  if (target.empty()) return fs::absolute(name);
  return fs::absolute(fs::is_directory(target) ? target / name : target);
}

}  // namespace

std::string_view to_text(ReportForm form) noexcept {
  for (const auto& [name, value] : forms) {
    if (value == form) return name;
  }
  return "html";
}

ReportForm report_form_from(std::string_view text) {
  const std::string name = lower(text);
  for (const auto& [known, value] : forms) {
    if (known == name) return value;
  }
  if (name == "md") return ReportForm::markdown;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("form of a report '{}' is not known; allowed are markdown, html, pdf", text));
}

std::string_view extension(ReportForm form) noexcept {
  return form == ReportForm::markdown ? ".md" : form == ReportForm::pdf ? ".pdf" : ".html";
}

std::string_view to_text(ReportEdition edition) noexcept { return edition == ReportEdition::board ? "board" : "full"; }

ReportEdition report_edition_from(std::string_view text) {
  const std::string name = lower(text);
  if (name == "board") return ReportEdition::board;
  if (name == "full") return ReportEdition::full;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("edition of a report '{}' is not known; allowed are board, full", text));
}

std::string ReportService::text(std::string_view run_id, const ReportOptions& options) {
  // Before any work: without a browser there is no PDF.
  const fs::path browser = options.form == ReportForm::pdf ? manager::find_browser(options.browser) : fs::path();
  report::ReportFacts facts;
  facts.board = options.edition == ReportEdition::board;
  facts.schema = LeverSchema::in_force(options.lever_file);
  facts.subject = read(manager_, run_id, options.version);
  if (!options.compare_to.empty()) {
    facts.other = read(manager_, options.compare_to, options.compare_version);
    if (facts.other->run.metadata.run_id == facts.subject.run.metadata.run_id &&
        facts.other->version == facts.subject.version)
      throw Error(
          ErrorCode::invalid_argument,
          fmt::format("version {} of run '{}' cannot be compared with itself; name another run or another version",
                      facts.subject.version, run_id));
  }
  facts.audit = audit_of(manager_, run_id);
  if (simulation_ != nullptr)
    facts.simulated = manager::simulated_plan(facts.subject, *simulation_, facts.why_not_simulated);
  const report::EvidenceReport report = report::build_report(facts);
  if (options.form == ReportForm::markdown) return report::to_markdown(report);
  std::string html = report::to_html(report);
  if (options.form == ReportForm::html) return html;
  return manager::print_to_pdf(html, browser, date_of(facts.subject.run.metadata));
}

ReportReceipt ReportService::write(std::string_view run_id, const std::filesystem::path& target,
                                   const ReportOptions& options, Overwrite overwrite) {
  ReportReceipt receipt;
  receipt.path = target_of(run_id, target, options);
  const bool replace = overwrite == Overwrite::replace;
  if (!replace && fs::exists(receipt.path))
    throw Error(ErrorCode::already_exists,
                fmt::format("'{}' exists; name another file, or replace it", receipt.path.string()));
  const std::string bytes = text(run_id, options);
  core::NewFile file(receipt.path, replace ? core::Overwrite::replace : core::Overwrite::refuse);
  file.write(bytes);
  receipt.file_size_bytes = static_cast<std::int64_t>(file.commit());
  return receipt;
}

}  // namespace planwise
