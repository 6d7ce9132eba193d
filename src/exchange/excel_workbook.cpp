#include "exchange/excel_workbook.h"

#include <optional>

#include "core/files.h"
#include "exchange/excel_book.h"
#include "exchange/excel_layouts.h"
#include "exchange/export_facts.h"

namespace planwise::exchange {
namespace {

class ExcelRunWriter final : public RunWriter {
 public:
  ExcelRunWriter(const std::filesystem::path& target, const ExportContext& context, ReportPage report,
                 const ExcelLimits& limits)
      : context_(context), report_(std::move(report)), limits_(limits), file_(target, overwrite_of(context)) {}

  void add(const Run& run, const ExportedRun& facts) override {
    const PlainLocale locale;
    if (!first_ && !list_) {  // alone or the first of many: the next call tells
      first_ = First{run, facts};
      return;
    }
    if (!list_) begin_list();
    list_->add(run, run_document(run, facts, context_));
  }

  void finish() override {
    const PlainLocale locale;
    if (first_ && !list_) {
      std::optional<ExcelPage> report;
      if (report_) report = report_(first_->run, first_->facts);
      write_run_workbook(file_.temporary(), first_->run, run_document(first_->run, first_->facts, context_), context_,
                         report, limits_);
    } else {
      if (!list_) begin_list();
      list_->close();
    }
    file_.commit();
  }

 private:
  struct First {
    Run run;
    ExportedRun facts;
  };

  void begin_list() {
    list_ = std::make_unique<ListWorkbook>(file_.temporary(), context_, limits_);
    if (first_) list_->add(first_->run, run_document(first_->run, first_->facts, context_));
    first_.reset();
  }

  ExportContext context_;
  ReportPage report_;
  ExcelLimits limits_;
  core::NewFile file_;
  std::optional<First> first_;
  std::unique_ptr<ListWorkbook> list_;
};

}  // namespace

std::unique_ptr<RunWriter> excel_writer(const std::filesystem::path& target, const ExportContext& context,
                                        ReportPage report, const ExcelLimits& limits) {
  return std::make_unique<ExcelRunWriter>(target, context, std::move(report), limits);
}

}  // namespace planwise::exchange
