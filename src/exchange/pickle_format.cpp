#include "exchange/pickle_format.h"

#include <optional>
#include <string>

#include "core/files.h"
#include "exchange/export_facts.h"
#include "exchange/pickle_writer.h"
#include "planwise/error.h"

namespace planwise::exchange {

namespace {

class PickleRunWriter final : public RunWriter {
 public:
  PickleRunWriter(const std::filesystem::path& target, const ExportContext& context)
      : context_(context), file_(target, overwrite_of(context)) {}

  void add(const Run& run, const ExportedRun& facts) override {
    Json document = described_document(run, facts, context_);
    ++count_;
    if (count_ == 1) {
      first_ = std::move(document);  // alone or the first of a list: the next call tells
      return;
    }
    if (count_ == 2) begin_list();
    list_->add(document);
  }

  void finish() override {
    if (count_ == 1) {
      file_.write(write_pickle(*first_));
    } else {
      if (count_ == 0) begin_list();
      list_->finish();
    }
    file_.commit();
  }

 private:
  void begin_list() {
    list_.emplace([this](std::string_view bytes) { file_.write(bytes); });
    if (first_) list_->add(*first_);
    first_.reset();
  }

  ExportContext context_;
  core::NewFile file_;
  std::optional<Json> first_;
  std::optional<PickleListWriter> list_;
  std::int64_t count_ = 0;
};

bool describes_itself(const Json& document) {
  const Json* facts = document.find("planwise");
  return facts != nullptr && facts->find("format") != nullptr;
}

}  // namespace

std::unique_ptr<RunWriter> pickle_writer(const std::filesystem::path& target, const ExportContext& context) {
  return std::make_unique<PickleRunWriter>(target, context);
}

bool is_our_pickle(const Json& document) {
  if (document.is_object()) return describes_itself(document);
  if (!document.is_array() || document.empty()) return false;
  for (const Json& entry : document.as_array()) {
    if (!entry.is_object() || !describes_itself(entry)) return false;
  }
  return true;
}

void read_pickle_runs(Json document, std::string_view zone, const RunReceiver& receive) {
  if (document.is_object()) {
    receive(run_from_described(std::move(document), zone));
    return;
  }
  std::size_t position = 0;
  for (Json& entry : document.as_array()) {
    try {
      receive(run_from_described(std::move(entry), zone));
    } catch (const Error& error) {
      throw Error(error.code(), "entry " + std::to_string(position) + ": " + error.what());
    }
    ++position;
  }
}

}  // namespace planwise::exchange
