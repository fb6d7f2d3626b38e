#pragma once

#include <memory>

#include "runtime/state/user_databases.hpp"
#include "services/chat/store.hpp"

namespace daybook::chat {

/// The tables of the chat, by what one user's rows are parted into pages.
runtime::state::UserSchema state_schema();

/// Conversations on a state store: the SQL store on each user's own database (docs/decisions/029). `users` outlives it.
std::unique_ptr<ChatStore> make_state_store(runtime::state::UserDatabases& users);

}  // namespace daybook::chat
