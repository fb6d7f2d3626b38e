#pragma once

#include "runtime/invoker.hpp"
#include "services/scheduler/store.hpp"
#include "services/tasks/client.hpp"

namespace daybook::scheduler {

/// The use cases that reach beyond the store: generation tells the tasks service, firing asks it.
class Service {
 public:
  Service(SchedulerStore& store, runtime::Invoker& invoker)
      : store_(store), tasks_(invoker), asking_(invoker, std::chrono::milliseconds{500}) {}

  /// Makes what is due of the series. Errors: transient ones of the tasks service; the rest waits for the next look.
  boost::asio::awaitable<Result<>> generate(UserId user, SeriesId series, Instant now);
  /// Fires one user's due reminders; asks the tasks service first, for 500 ms at most (design, rule 9).
  boost::asio::awaitable<Result<>> fire(UserId user, std::vector<Timer> timers, Instant now);

  /// Tells the tasks service what is pending of one occurrence, and what came of it; settle() notes that. Errors: those
  /// of the tasks service.
  boost::asio::awaitable<Result<SettledOccurrence>> tell(const domain::Series& series, const Occurrence& row,
                                                         Trace cause = {});

 private:
  /// Takes the task to the template as it is, if it is at `version`; notes in `settled` what came of it.
  boost::asio::awaitable<Result<>> patch(runtime::Caller caller, const domain::Series& series, const Occurrence& row,
                                         std::int64_t version, SettledOccurrence& settled);

  SchedulerStore& store_;
  tasks::Client tasks_;
  tasks::Client asking_;
};

}  // namespace daybook::scheduler
