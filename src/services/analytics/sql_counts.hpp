#pragma once

#include <map>

#include "services/analytics/projection.hpp"
#include "storage/sql/connection.hpp"
#include "storage/sql/rebuild_table.hpp"

namespace daybook::analytics {

using storage::sql::Writer;

const storage::sql::RebuildTable& rebuild_table();

/// What the events of one transaction add up to: a batch touches few users and days many times, and each row is
/// written once. Save it before anything reads or deletes those rows.
class Counts {
 public:
  explicit Counts(Writer& db) : db_(db) {}

  void add(const UserId& user, const std::string& day, const Delta& delta);
  const domain::Zone& zone_of(const UserId& user);  ///< Of the days that the person would name.
  void save();

 private:
  struct OfUser {
    domain::Zone zone;
    Delta total;
    std::map<std::string, Delta> days;
  };
  OfUser& of(const UserId& user);

  Writer& db_;
  std::map<UserId, OfUser> users_;
};

/// How an event came here.
struct News {
  bool snapshot = false;  ///< What is known of the same version is replaced by it.
  std::int64_t generation = 0;
};

/// Takes the event's effect into the rows and `counts`. Errors: invalid_argument (poison).
Result<> apply_state(Writer& db, Counts& counts, const CloudEvent& event, const News& news);
/// Drops what is of an older generation than `generation`, and counts the user's tasks and notices again.
void recount(Writer& db, const UserId& user, std::int64_t generation);

}  // namespace daybook::analytics
