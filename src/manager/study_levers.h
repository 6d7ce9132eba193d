/// \file
/// The levers of a study: which are searched between which bounds, which stay, and what a point makes of them. Internal
/// to manager.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "planwise/decisions.h"
#include "planwise/levers.h"
#include "planwise/workforce.h"

namespace planwise::manager {

/// Where the levers stand before anything is decided, and which of them may not move.
struct LeverBase {
  YearLevers levers;                ///< Of the target year.
  std::map<int, LeverLocks> locks;  ///< Of the data, by year.
  std::vector<int> years;           ///< That get the new values.
  std::string source;               ///< For notes: "the data's levers of 2029", "the schema's defaults".
};

/// constant + sum of factor x variable.
struct LinearForm {
  double constant = 0;
  std::vector<double> factors;  ///< One a variable.
  [[nodiscard]] double at(const std::vector<double>& point) const;
};

class StudyLevers {
 public:
  /// Resolves `choice` in place (search, start, bounds, locked) and tells what it did in `notes`. Throws
  /// invalid_argument for unknown names (with near ones), double ones, and what lies outside hard bounds. Bounds whose
  /// lower end is above the upper are left for the caller: see empty_bounds().
  StudyLevers(const LeverSchema& schema, const LeverBase& base, LeverChoice& choice, std::vector<std::string>& notes);

  [[nodiscard]] const std::vector<Variable>& variables() const noexcept { return variables_; }
  [[nodiscard]] const Json& start() const noexcept { return start_; }
  [[nodiscard]] Json at(const std::vector<double>& point) const;
  [[nodiscard]] std::vector<double> start_point() const;
  /// A lever's value as a form over the variables: constant where it is not searched. Throws invalid_argument for a
  /// name that no lever has; `where` stands before the message.
  [[nodiscard]] LinearForm form_of(std::string_view flat_name, std::string_view where) const;
  /// One sentence a variable whose bounds hold no value.
  [[nodiscard]] const std::vector<std::string>& empty_bounds() const noexcept { return empty_bounds_; }
  [[nodiscard]] const std::vector<std::string>& locked() const noexcept { return locked_; }

  /// What a point changes in the simulator's levers: variable i is put at a place of a year, unless it is locked there.
  struct Put {
    std::size_t variable = 0;
    int year = 0;
    ByLevel<double> YearLevers::*field = nullptr;
    std::size_t level = 0;  ///< From 0.
  };
  [[nodiscard]] const std::vector<Put>& puts() const noexcept { return puts_; }
  /// The levers of each year with the start put over them where no lock holds.
  void put_start(std::map<int, YearLevers>& years) const;

 private:
  using Place = std::pair<std::size_t, int>;  ///< Index of the lever, level; 0: all levels.

  [[nodiscard]] Place place_of(std::string_view name, std::string_view where) const;
  [[nodiscard]] std::optional<std::size_t> variable_at(Place place) const;
  /// Mean over the levels of a place without one.
  [[nodiscard]] double start_of(Place place) const;
  [[nodiscard]] bool locked_in(int year, const Lever& lever, int level) const;
  /// Whether the data lock it in every year, and whether in any.
  [[nodiscard]] std::pair<bool, bool> data_locks(Place place) const;
  void set_start(const Json& given, std::vector<std::string>& notes);
  void keep_locked_start(std::vector<std::string>& notes);
  [[nodiscard]] std::vector<Place> searched(const LeverChoice& choice) const;
  void drop_locked(LeverChoice& choice, std::vector<Place>& places, std::vector<std::string>& notes);
  void add_variable(const LeverChoice& choice, Place place, std::vector<std::string>& notes);
  void add_puts(std::size_t variable);
  [[nodiscard]] LeverBounds bounds_of(const LeverChoice& choice, Place place) const;

  LeverSchema schema_;  // a copy: what is made here may outlive the caller's
  LeverBase base_;
  bool ignore_locks_;
  YearLevers start_levers_;
  Json start_ = Json::object();
  std::vector<Place> places_;  ///< Of the variables.
  std::vector<Variable> variables_;
  std::vector<Put> puts_;
  std::vector<std::string> empty_bounds_, locked_;
};

}  // namespace planwise::manager
