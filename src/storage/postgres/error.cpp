#include "storage/postgres/error.hpp"

namespace daybook::storage::postgres {
namespace {

bool in_class(const std::string& state, std::string_view prefix) { return state.starts_with(prefix); }

}  // namespace

bool PgError::lost_connection() const {
  // 57P01..3: the server was told to stop or is starting.
  return state_.empty() || in_class(state_, "08") || in_class(state_, "57P0");
}

bool PgError::met_another() const { return state_ == "40001" || state_ == "40P01" || state_ == "23505"; }

Error PgError::to_error() const {
  const std::string said = " (PostgreSQL" + (state_.empty() ? std::string() : " " + state_) + ": " + message_ + ")";
  if (lost_connection())
    return {Errc::unavailable,
            "The database cannot be reached. Check that PostgreSQL runs and that its address is right" + said};
  if (met_another() || state_ == "55P03") return {Errc::unavailable, "Another change was in the way; try again" + said};
  if (state_ == "57014") return {Errc::timeout, "The database took too long; try again" + said};
  if (in_class(state_, "53") || in_class(state_, "58"))
    return {Errc::unavailable,
            "The database has run out of disk, memory or connections. Free some and try again" + said};
  if (in_class(state_, "28") || state_ == "42501" || state_ == "3D000" || state_ == "25006")
    return {Errc::misconfigured, "The database refuses this user. Check its address, password and rights" + said};
  if (state_ == "42P01" || state_ == "42703" || state_ == "3F000")
    return {Errc::misconfigured, "The database lacks tables. Run 'daybook migrate --to <its address>'" + said};
  if (in_class(state_, "XX")) return {Errc::corrupt, "The database is damaged. Restore the latest backup" + said};
  return {Errc::internal, "The database refused a statement" + said};
}

}  // namespace daybook::storage::postgres
