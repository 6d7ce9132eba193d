#include "exchange/json_format.h"

#include <optional>

#include "core/files.h"
#include "core/json_text.h"
#include "exchange/export_facts.h"
#include "exchange/json_reading.h"
#include "exchange/json_stream.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

constexpr std::string_view list_format = "planwise-runs";
/// A run has six members; a file with more than this many is no export of ours.
constexpr std::size_t most_members = 100;

class JsonRunWriter final : public RunWriter {
 public:
  JsonRunWriter(const std::filesystem::path& target, const ExportContext& context)
      : context_(context), file_(target, overwrite_of(context)) {}

  void add(const Run& run, const ExportedRun& facts) override {
    Json document = described_document(run, facts, context_);
    ++count_;
    if (count_ == 1) {
      first_ = std::move(document);  // alone or the first of a list: the next call tells
      return;
    }
    if (count_ == 2) begin_list();
    append(document);
  }

  void finish() override {
    if (count_ == 1) {
      file_.write(first_->dump(JsonStyle::pretty) + "\n");
    } else {
      if (count_ == 0) begin_list();
      file_.write("\n], \"count\": " + std::to_string(count_) + "}\n");
    }
    file_.commit();
  }

 private:
  void begin_list() {
    Json head = Json::Object{{"format", list_format}, {"version", document_version}};
    const Json about = export_facts(context_);
    for (const auto& [key, value] : about.as_object()) head.set(key, value);
    std::string text = head.dump();
    text.back() = ',';
    file_.write(text + "\"runs\":[");
    if (first_) append(*first_);
    first_.reset();
  }

  void append(const Json& document) {
    file_.write(written_ ? ",\n" : "\n");
    file_.write(document.dump());
    written_ = true;
  }

  ExportContext context_;
  core::NewFile file_;
  std::optional<Json> first_;
  std::int64_t count_ = 0;
  bool written_ = false;
};

void read_list(JsonStream& stream, std::string_view zone, const RunReceiver& receive) {
  std::int64_t position = 0;
  stream.each_element([&] {
    try {
      receive(run_from_described(stream.value(), zone));
    } catch (const Error& error) {
      throw Error(error.code(), "runs[" + std::to_string(position) + "]: " + error.what());
    }
    ++position;
  });
}

}  // namespace

std::unique_ptr<RunWriter> json_writer(const std::filesystem::path& target, const ExportContext& context) {
  return std::make_unique<JsonRunWriter>(target, context);
}

bool is_our_json(const std::filesystem::path& file) {
  JsonStream stream(file);
  bool ours = false;
  try {
    if (stream.peek() != '{') return false;
    struct Found {};
    try {
      stream.each_member([&](const std::string& key) {
        if (key == "planwise") {
          ours = stream.peek() == '{';
          throw Found{};
        }
        if (key != "format") return stream.skip();
        const Json format = stream.value();
        ours = format.is_string() && format.as_string() == list_format;
        if (ours) throw Found{};
      });
    } catch (const Found&) {
      return ours;
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::io) throw;
  }
  return false;
}

void read_json_stream(JsonStream& stream, std::string_view zone, const RunReceiver& receive) {
  Json document = Json::object();
  bool is_list = false;
  stream.each_member([&](const std::string& key) {
    if (key == "format" && document.empty()) {
      const Json format = stream.value();
      is_list = format.is_string() && format.as_string() == list_format;
      if (!is_list)
        throw Error(ErrorCode::unsupported, "format " + core::excerpt(format.dump()) + " is not planwise-runs");
    } else if (!is_list) {
      if (document.size() == most_members)
        throw Error(ErrorCode::invalid_argument, "a run has no member " + core::excerpt(key));
      document.set(key, stream.value());
    } else if (key == "version") {
      check_format_version(stream.value());
    } else if (key == "runs") {
      read_list(stream, zone, receive);
    } else {
      stream.skip();
    }
  });
  stream.expect_end();
  if (!is_list) receive(run_from_described(std::move(document), zone));
}

void read_json_runs(const std::filesystem::path& file, std::string_view zone, const RunReceiver& receive) try {
  JsonStream stream(file);
  read_json_stream(stream, zone, receive);
} catch (const Error& error) {
  const std::string name = core::as_utf8(file.string());
  if (std::string_view(error.what()).find(name) != std::string_view::npos) throw;
  throw Error(error.code(), name + ": " + error.what());
}

}  // namespace planwise::exchange
