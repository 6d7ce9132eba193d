#include "manager/command_evaluator.h"

#include <fmt/format.h>

#include <cmath>

#include "core/child_process.h"
#include "core/hash.h"
#include "planwise/error.h"

namespace planwise::manager {

namespace {

using core::ChildResult;
constexpr std::size_t longest_quoted = 200;

std::string excerpt(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  std::string shown(text.substr(0, longest_quoted));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = c == '\n' ? ' ' : '?';
  }
  return fmt::format("'{}'{}", shown, text.size() > longest_quoted ? " ..." : "");
}

/// The last lines that it wrote on stderr, where the cause mostly stands.
std::string tail_of(const ChildResult& result) {
  std::string_view text = result.error_tail;
  if (text.size() > 2 * longest_quoted) text.remove_prefix(text.size() - 2 * longest_quoted);
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  if (text.empty()) return "; it wrote nothing on stderr";
  std::string shown(text);
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') c = '?';
  }
  return fmt::format("; stderr ends with: {}", shown);
}

class CommandEvaluator {
 public:
  explicit CommandEvaluator(EvaluatorChoice choice) : choice_(std::move(choice)) {}

  EvaluatorTerms operator()(const EvaluatorRequest& request, const EvaluationControl& control) const {
    const std::string input = question(request);
    for (std::int64_t tries = 0;; ++tries) {
      try {
        return ask(input, control);
      } catch (const Error& error) {
        const bool again = error.code() == ErrorCode::io && tries < choice_.retries && !control.stop_requested();
        if (again) continue;
        if (error.code() != ErrorCode::io || choice_.retries == 0) throw;
        throw Error(ErrorCode::io, fmt::format("{} (tried {} times)", error.what(), tries + 1));
      }
    }
  }

 private:
  static std::string question(const EvaluatorRequest& request) {
    Json question = Json::object();
    question.set("levers", request.levers);
    Json years = Json::array();
    for (int year = request.first_year; year <= request.last_year; ++year) years.push_back(year);
    question.set("years", std::move(years));
    question.set("target_year", request.target_year);
    question.set("seed", request.seed <= INT64_MAX ? Json(static_cast<std::int64_t>(request.seed))
                                                   : Json(Json::BigInteger{std::to_string(request.seed)}));
    // The same question has the same name: of use for working folders and caches.
    question.set("evaluation", core::sha256_hex(question.dump(JsonStyle::canonical)).substr(0, 16));
    return question.dump() + "\n";
  }

  EvaluatorTerms ask(const std::string& input, const EvaluationControl& control) const {
    core::ChildCommand command;
    command.arguments = choice_.command;
    command.input = input;
    command.time_limit = std::chrono::milliseconds(std::llround(choice_.timeout_seconds * 1000));
    command.stop = [&control] { return control.stop_requested(); };
    if (control.stop_requested()) throw Error(ErrorCode::cancelled, fmt::format("{} was not asked any more", name()));
    const ChildResult result = core::run_child(command);
    switch (result.end) {
      case ChildResult::End::stopped:
        throw Error(ErrorCode::cancelled, fmt::format("{} was ended on request", name()));
      case ChildResult::End::timed_out:
        fail(fmt::format("did not answer within {} s and was ended", choice_.timeout_seconds), result);
      case ChildResult::End::too_much_output:
        fail(fmt::format("wrote more than {} bytes on stdout and was ended; beginning {}", command.output_limit,
                         excerpt(result.output)),
             result);
      case ChildResult::End::signalled:
        fail(fmt::format("was ended by signal {}", result.status), result);
      case ChildResult::End::exited:
        break;
    }
    if (result.status != 0) fail(fmt::format("ended with status {}", result.status), result);
    return terms_of(result);
  }

  EvaluatorTerms terms_of(const ChildResult& result) const {
    Json answer;
    try {
      answer = Json::parse(result.output, JsonDialect::python);
    } catch (const Error& error) {
      fail(fmt::format("answered {}, which is no JSON ({})", excerpt(result.output), error.what()), result);
    }
    if (!answer.is_object())
      fail(fmt::format("answered {}; an object with cost, equity and targets is needed", excerpt(result.output)),
           result);
    EvaluatorTerms terms;
    terms.cost = number(answer, "cost", result);
    terms.equity = number(answer, "equity", result);
    terms.targets = number(answer, "targets", result);
    if (const Json* figures = answer.find("figures"); figures != nullptr) {
      if (!figures->is_object())
        fail(fmt::format("answered figures of kind {}; an object is needed", figures->kind_name()), result);
      for (const auto& [name, value] : figures->as_object()) terms.figures[name] = number(*figures, name, result);
    }
    return terms;
  }

  double number(const Json& of, std::string_view key, const ChildResult& result) const {
    const Json* value = of.find(key);
    if (value == nullptr) fail(fmt::format("answered without '{}': {}", key, excerpt(result.output)), result);
    const double real = value->is_number() && !value->is_big_integer() ? value->as_real() : std::nan("");
    if (!std::isfinite(real))
      fail(fmt::format("answered '{}' = {}; a finite number is needed", key, excerpt(value->dump())), result);
    return real;
  }

  [[nodiscard]] std::string name() const { return fmt::format("'{}'", choice_.command[0]); }
  [[noreturn]] void fail(const std::string& what, const ChildResult& result) const {
    throw Error(ErrorCode::io, fmt::format("{} {}{}", name(), what, tail_of(result)));
  }

  EvaluatorChoice choice_;
};

}  // namespace

EvaluatorFunction command_evaluator(const EvaluatorChoice& choice) { return CommandEvaluator(choice); }

}  // namespace planwise::manager
