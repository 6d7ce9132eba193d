// Evidence reports: the options, the form, and the file.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/files.h"
#include "manager/pdf_browser.h"
#include "manager/report_facts.h"
#include "manager/report_simulation.h"
#include "planwise/error.h"
#include "planwise/report.h"
#include "report/build.h"
#include "report/html.h"
#include "report/markdown.h"

namespace planwise {

namespace {

namespace fs = std::filesystem;

constexpr std::pair<std::string_view, ReportForm> report_forms[] = {
    {"markdown", ReportForm::markdown}, {"html", ReportForm::html}, {"pdf", ReportForm::pdf}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
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
  for (const auto& [name, value] : report_forms) {
    if (value == form) return name;
  }
  return "html";
}

ReportForm report_form_from(std::string_view text) {
  const std::string name = lower(text);
  for (const auto& [known, value] : report_forms) {
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
  report::ReportFacts facts = manager::report_facts(manager_, run_id, options.version);
  facts.board = options.edition == ReportEdition::board;
  facts.schema = LeverSchema::in_force(options.lever_file);
  if (!options.compare_to.empty()) {
    facts.other = manager::run_for_report(manager_, options.compare_to, options.compare_version);
    if (facts.other->run.metadata.run_id == facts.subject.run.metadata.run_id &&
        facts.other->version == facts.subject.version)
      throw Error(
          ErrorCode::invalid_argument,
          fmt::format("version {} of run '{}' cannot be compared with itself; name another run or another version",
                      facts.subject.version, run_id));
  }
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
